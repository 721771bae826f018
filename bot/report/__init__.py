"""How a report is written down for the command line: as a page (`_html`), as Markdown, as tables (`_sheets`).

What it says is built in `handlers/_reporting`, where the bot's own monthly report and the PDF come from as well. All
write the same words; chat text is data in each of them, and was masked when the report was built.
"""
