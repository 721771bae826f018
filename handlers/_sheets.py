"""Tables as files for spreadsheets: CSV as Excel reads it, and one XLSX of several sheets; pure.

A spreadsheet obeys a cell that begins like a formula. In CSV such words get an apostrophe in front; XLSX says of each
text that it is one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

BOM = "\ufeff"  # without it Excel takes UTF-8 for the code page of the system
FORMULAS = tuple("=+-@\t\r\n＝＋－＠")
CELL = 32_767  # characters; XLSX holds no more

Cell = str | int | float | None
Table = Sequence[Sequence[Cell]]


def as_csv(table: Table) -> bytes:
    """Return a table as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in table:
        writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in row])
    return (BOM + text.getvalue()).encode()


def defused(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULAS) else text


def as_xlsx(tables: Mapping[str, Table]) -> bytes:
    """Return tables as one XLSX, a sheet each under its name; the first row of each is its head."""
    from xlsxwriter import Workbook  # only who exports should pay for it

    file = io.BytesIO()
    with Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        for name, table in tables.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for line, row in enumerate(table):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(line, column, cell[:CELL])
                    elif cell is not None:
                        sheet.write_number(line, column, cell)
    return file.getvalue()
