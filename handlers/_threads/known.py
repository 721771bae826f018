"""What is known of threads that may help, ready to be searched: an index in memory that storage keeps up to date.

A cache: it is rebuilt at the start, and before each search it takes in what was written since, told by the versions of
the groups. Nothing is lost where another process wrote it.
"""

from __future__ import annotations

from collections.abc import Collection

from classifiers._similar.index import Index
from classifiers._similar.meaning import shipped
from storage import wording
from storage.database import Store
from storage.wording import Change

WORTH = 1000  # threads; a smaller index may waste what it likes
WASTE = 0.5  # share of the index that may belong to threads as they were before


class Known:
    """The index of answered and solved threads, and up to which version of each group it holds them."""

    def __init__(self) -> None:
        self.index = Index(shipped())
        self._upto: dict[int, int] = {}
        self._held: dict[int, int] = {}  # the version of each thread that is in the index

    def _begin_anew(self) -> None:
        self.index = Index(shipped())
        self._upto.clear()
        self._held.clear()

    async def caught_up(self, store: Store, groups: Collection[int] | None = None) -> Index:
        """Return the index with all that was written into groups (None: all of them) until now."""
        if self.index.wasted() > WASTE and len(self.index) > WORTH:
            self._begin_anew()
        now = await wording.versions(store)
        behind = {
            group: self._upto.get(group, -1)
            for group, version in now.items()
            if version != self._upto.get(group, -1) and (groups is None or group in groups)
        }
        changes = [
            change for change in await wording.changes(store, behind) if self._held.get(change.thread) != change.version
        ]
        await self._take_in(store, changes)
        self._upto.update((group, now[group]) for group in behind)
        return self.index

    async def _take_in(self, store: Store, changes: list[Change]) -> None:
        for change in changes:
            if not change.helps:
                self.forget(change.thread)
        helpful = {change.thread: change.version for change in changes if change.helps}
        for one in await wording.worded(store, helpful):
            self.index.put(one.thread, one.group, one.question, one.answer)
            self._held[one.thread] = helpful[one.thread]

    def forget(self, thread: int) -> None:
        """Take a thread out."""
        self.index.remove(thread)
        self._held.pop(thread, None)
