"""Companies: each once, under one name and any number of aliases."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Column, ForeignKey, Table, Text, UniqueConstraint, select

from storage.database import Store
from storage.schema import METADATA, Id

COMPANIES = Table(
    "companies",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    UniqueConstraint("name"),
)

ALIASES = Table(
    "company_aliases",
    METADATA,
    Column("alias", Text, primary_key=True),  # folded: see `folded`
    Column("company_id", Id, ForeignKey("companies.id"), nullable=False),
)


def folded(name: str) -> str:
    """Return the form in which names are compared: case, spaces and legal endings do not tell companies apart."""
    short = "".join(name.casefold().split())
    for ending in ("有限责任公司", "股份有限公司", "有限公司", ",inc.", "inc.", "ltd.", "公司"):
        short = short.removesuffix(ending)
    return short


async def ensure(store: Store, name: str) -> int:
    """Return the id of the company with this name or alias, made when new."""
    alias = folded(name)
    found = await store.scalar(select(ALIASES.c.company_id).where(ALIASES.c.alias == alias))
    if found is not None:
        return int(found)
    company = await store.insert(COMPANIES, name=name.strip())
    await store.insert_new(ALIASES, [{"alias": alias, "company_id": company}])
    return company


async def names(store: Store, wanted: Collection[int]) -> dict[int, str]:
    """Return the names of companies by id."""
    query = select(COMPANIES.c.id, COMPANIES.c.name).where(COMPANIES.c.id.in_(wanted))
    return {row[0]: row[1] for row in await store.rows(query)}


async def add_alias(store: Store, company: int, alias: str) -> bool:
    """Give a company another name; False where it belongs to a company already."""
    return await store.insert_new(ALIASES, [{"alias": folded(alias), "company_id": company}]) == 1
