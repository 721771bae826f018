"""The history of the schema: one file per revision, run in order by `storage.migrate` on either engine.

A feature that keeps rows brings one noun and one migration:

1. write the noun, `storage/<noun>.py`, with its `Table` in `METADATA`;
2. copy the newest file of `versions/` to `<number>_<noun>.py`; `revision` is that name without `.py`, `down_revision`
   the one before, and `upgrade()` makes the tables with `op.create_table` and `op.create_index`. To change a table
   that exists, write `with op.batch_alter_table("threads") as table: table.add_column(...)`: SQLite rebuilds it;
3. run `tests/storage/test_migrate.py`: it migrates an empty database on both engines, compares it with `METADATA`,
   and prints the operations that are still missing, ready to be pasted.

Types come from SQLAlchemy and never from the nouns, so that an old revision stays what it was: `ID` and `MOMENT` as
in `0001_first.py`. A revision that was released is never edited. There is no way back but the copy that is made
before an upgrade, so revisions have no `downgrade()`.
"""
