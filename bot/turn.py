"""One turn of a lane: the open transaction, what is looked up once in it, and what is queued at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.adapters import Ability, Adapter
from bot.commands import Parsed, Vocabulary
from bot.limits import Presses
from bot.queueing import queue
from classifiers import Linker, Topics
from handlers import (
    Community,
    Context,
    Errand,
    Feature,
    Replies,
    Reply,
)
from handlers._relink import Memories
from handlers._settings import ZONE, effective, in_own_zone, language
from storage import accounts, activity, errands, groups, members, memberships, outbox, settings
from storage.accounts import Account
from storage.database import Store
from storage.frames import Kind, Message, Place
from storage.grants import EVERYONE, Right
from storage.groups import Coverage, Group
from storage.members import Member
from storage.outbox import Post


@dataclass(frozen=True, slots=True)
class House:
    """What every turn needs and no turn changes: the features, the classifiers, the community."""

    features: Sequence[Feature]
    vocabulary: Vocabulary
    community: Community
    linker: Linker
    topics: Topics
    memories: Memories
    adapters: Mapping[str, Adapter] = field(default_factory=dict)  # by account; what they can do is theirs to say
    gather_seconds: int = 120
    settled: set[int] = field(default_factory=set)  # groups whose schedules are known to be written down
    presses: Presses = field(default_factory=Presses)

    def able(self, account: str, ability: Ability) -> bool:
        """Say whether an account can do something; nothing is held against one whose adapter is not here."""
        adapter = self.adapters.get(account)
        return adapter is None or ability in adapter.abilities


@dataclass(slots=True)
class Turn:
    """The open transaction of one lane, and what is looked up once in it."""

    house: House
    store: Store
    account: Account
    clock_now: datetime
    groups: dict[Place, Group] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    overrides: dict[int, dict[str, Any]] = field(default_factory=dict)
    active: Counter[tuple[int, date, int]] = field(default_factory=Counter)
    seen: dict[tuple[int, int], tuple[str, datetime]] = field(default_factory=dict)
    new: set[int] = field(default_factory=set)  # groups that this turn was the first to hear of
    queued: int = 0

    async def close(self) -> None:
        """Write down what was gathered over the turn: roll-ups, names, who was active."""
        await activity.note(self.store, dict(self.active))
        seen = [(group, member, name, at) for (group, member), (name, at) in self.seen.items()]
        await memberships.saw_all(self.store, seen)
        self.active.clear()
        self.seen.clear()

    # -- what is looked up --------------------------------------------------------------------------------------

    def parse(self, text: str, spoken_to: bool) -> Parsed | None:
        """Return the command in a text, if there is one."""
        names = (self.account.display, self.account.self_id, self.house.community.bot_name)
        return self.house.vocabulary.parse(text, spoken_to=spoken_to, own_names=names)

    async def group(self, place: Place) -> Group:
        """Return the group of a place; of a direct, also whose it is."""
        if place not in self.groups:
            # An import is no listener: whoever comes to the group later becomes it.
            listener = self.account.id if self.account.platform == place.platform else None
            group = await groups.ensure(self.store, place, listener)
            if group.is_direct and group.member_id is None:
                key = place.key.removeprefix("direct:")
                member = await members.ensure(self.store, place.platform, key, place.name, self.clock_now)
                await groups.belongs_to(self.store, group.id, member.id)
            self.groups[place] = group
            if group.id not in self.house.settled and not group.is_direct:
                self.new.add(group.id)
                self.groups[place] = await self.settings_changed(group)
        return self.groups[place]

    async def listening(self, place: Place) -> Group | None:
        """Return the group of a place if this account's frames count in it.

        One account listens in a group; another one that is there only sends. Where the listener is no longer
        configured, this account takes its place. A direct is served by the account that was spoken to last.
        """
        group = await self.group(place)
        if group.account_id in {None, self.account.id} or self.account.platform != group.platform:
            return group
        listener = await accounts.get(self.store, group.account_id or 0)
        if not group.is_direct and listener.name in self.house.adapters:
            return None
        await groups.serve(self.store, group.id, self.account.id)
        self.groups[place] = replace(group, account_id=self.account.id)
        return self.groups[place]

    async def cover(self, group: Group, since: datetime) -> None:
        """Say from when on we see a group that we were not told of before it spoke; what is known of it stays."""
        if await groups.is_covered(self.store, group.id):
            return
        everything = self.house.able(self.account.name, Ability.SEE_ALL)
        await groups.cover(self.store, group.id, Coverage.FULL if everything else Coverage.MENTIONS, since)

    async def settings_changed(self, group: Group, feature: str | None = None) -> Group:
        """Let the features (or one of them) bring up to date what depends on their settings in a group.

        Return the group in the zone that was set for all groups, perhaps before it was there.
        """
        over = await self._overrides(group)
        moved = await in_own_zone(self.store, group, over) if ZONE in over else group
        for one in self.house.features:
            for hook in one.router.changed if feature in {None, one.name} else ():
                await hook(await self.context(one, moved))
        return moved

    async def _overrides(self, group: Group) -> dict[str, Any]:
        if group.id not in self.overrides:
            self.overrides[group.id] = await settings.overrides(self.store, group.id)
        return self.overrides[group.id]

    async def member(self, group: Group, key: str, name: str) -> Member:
        """Return the member behind a platform id, under the name it carries now."""
        known = self.members.get(key)
        if known is None or (name and known.name != name):
            known = await members.ensure(self.store, group.platform, key, name, self.clock_now)
            self.members[key] = known
        return known

    async def mentions(self, group: Group, message: Message) -> tuple[int, ...]:
        """Return the members that a message mentions."""
        return tuple([(await self.member(group, key, "")).id for key in message.mentions])

    async def replied_post(self, group: Group, message: Message) -> Post | None:
        """Return the bot's own post that a message replies to."""
        if message.reply_to is None:
            return None
        return await outbox.posted_as(self.store, group.id, message.reply_to)

    def note_active(self, group: Group, member: Member, message: Message) -> None:
        """Count a message for the roll-ups of its local day."""
        if group.is_direct or message.kind is Kind.SYSTEM:
            return
        day = message.at.astimezone(self.house.community.zone).date()
        self.active[group.id, day, member.id] += 1
        before = self.seen.get((group.id, member.id))
        if before is None or before[1] <= message.at:
            self.seen[group.id, member.id] = (message.name, message.at)

    async def context(
        self,
        feature: Feature,
        group: Group,
        *,
        member: Member | None = None,
        rights: frozenset[Right] | None = None,
        at: datetime | None = None,
        trusted: bool = True,
    ) -> Context[Any]:
        """Return what a feature's function is given in a group, with the settings that hold there.

        Grants are believed where the speaker is `trusted` and the platform's ids last.
        """
        over = await self._overrides(group)
        return Context(
            store=self.store,
            settings=effective(feature, over),
            now=at or self.clock_now,
            group=group,
            member=member,
            rights=EVERYONE if rights is None else rights,
            community=self.house.community,
            linker=self.house.linker,
            topics=self.house.topics,
            features=self.house.features,
            language=language(over, self.house.community),
            memories=self.house.memories,
            trusted=trusted and self.house.able(self.account.name, Ability.STABLE_IDS),
            pictures=self.house.able(self.account.name, Ability.PICTURE),
        )

    # -- what is said -------------------------------------------------------------------------------------------

    async def queue(self, replies: Replies, group: Group, origin: str, *, quote: str | None = None) -> None:
        """Queue what handlers returned; posts that have no key of their own get one from their origin."""
        every = [replies] if isinstance(replies, Reply | Errand) else list(replies or ())
        for reply in every:
            if isinstance(reply, Errand):
                await errands.put(self.store, reply, self.clock_now)
                continue
            where = reply if reply.group or reply.member or reply.reply_to else replace(reply, reply_to=quote)
            self.queued += 1
            await queue(
                self.store,
                where,
                group,
                key=f"{origin}:{self.queued}",
                now=self.clock_now,
                gather=timedelta(seconds=self.house.gather_seconds),
            )
