"""The ear: what one account's adapter reports to, and where coverage, gaps and frames are written down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.adapters import Ability, Adapter, Delivery, Heard
from bot.inbox import Clock, Inbox
from storage import accounts, groups, messages
from storage.accounts import Account
from storage.database import Database
from storage.frames import Frame, GroupKind, Place
from storage.groups import Coverage, Group, Span


class AccountEar:
    """Hears for one account; implements the adapters' `Ear`."""

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        account: Account,
        adapter: Adapter,
        clock: Clock,
        changed: Callable[[Account], None],
        gone: Callable[[Account, str], None],
        met: Callable[[Sequence[Group]], Awaitable[None]] | None = None,
    ) -> None:
        self.database = database
        self.inbox = inbox
        self.account = account
        self.adapter = adapter
        self.clock = clock
        self.changed = changed
        self.gone = gone
        self.met = met
        self.heard_at: datetime | None = None
        self.frames = 0
        self.oddities = 0

    def now(self) -> datetime:
        """Return the time, UTC."""
        return self.clock.now()

    async def online(self, self_id: str, name: str, groups_in: Sequence[Place]) -> None:
        """Write down who we are and which groups we see, and begin their coverage."""
        now, listed = self.clock.now(), []
        seen = Coverage.FULL if Ability.SEE_ALL in self.adapter.abilities else Coverage.MENTIONS
        async with self.database.write() as store:
            await accounts.went_online(store, self.account.id, self_id, name, now)
            for place in groups_in:
                group = await groups.ensure(store, place, self.account.id)
                listed.append(group)
                if self._listens_in(group):
                    await groups.cover(store, group.id, seen, now)
        if self.met is not None:
            await self.met(listed)
        self.account = Account(self.account.id, self.account.name, self.account.platform, self_id, name)
        self.changed(self.account)

    def _listens_in(self, group: Group) -> bool:
        if self.adapter.delivery is Delivery.NEVER:
            return False
        return group.kind is GroupKind.GROUP and group.account_id in {None, self.account.id}

    async def sees(self, place: Place, *, everything: bool) -> None:
        """Write down what is seen of a group from now on, where this account listens in it."""
        now = self.clock.now()
        async with self.database.write() as store:
            group = await groups.ensure(store, place, self.account.id)
            if group.account_id == self.account.id:
                await groups.cover(store, group.id, Coverage.FULL if everything else Coverage.MENTIONS, now)

    async def moved(self, old: Place, new: Place) -> None:
        """Give a group its new key, unless the new one is known already: then both stay, and it is told."""
        async with self.database.write() as store:
            done = await groups.move(store, old, new)
        if not done:
            await self.odd(f"{old.key} -> {new.key}", "a group moved to one that is known already")

    async def offline(self, why: str) -> None:
        """Let everyone know that the connection is gone, until the next one."""
        self.gone(self.account, why)

    async def hear(self, frame: Frame) -> None:
        """Hand a frame to the inbox; durable on return."""
        self.frames += 1
        self.heard_at = self.clock.now()
        await self.inbox.put(self.account.id, frame)

    async def heard(self) -> list[Heard]:
        """Return the latest stored message of every group that this account listens in.

        Of a group that has none yet, the time since which it is covered: what was said since then was missed.
        """
        async with self.database.read() as store:
            latest = await messages.latest(store, self.account.id)
            silent = await groups.covered_since(store, self.account.id)
            places = {group.id: group.place for group in await groups.every(store, None)}
        heard = {group: Heard(places[group], key, at, seq) for group, key, at, seq in latest}
        return [*heard.values(), *(Heard(places[g], "", at, None) for g, at in silent.items() if g not in heard)]

    async def gap(self, place: Place, since: datetime, until: datetime, *, missing: int | None) -> None:
        """Record that messages of a group may be lost for good."""
        async with self.database.write() as store:
            group = await groups.ensure(store, place, self.account.id)
            await groups.add_span(store, Span(group.id, Coverage.NONE, since, until, missing))

    async def odd(self, raw: str, why: str) -> None:
        """Keep a frame that could not be read."""
        self.oddities += 1
        await self.inbox.put_odd(self.account.id, raw, why)
