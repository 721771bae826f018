"""The outbox: sends what is queued for one account, in order per group, at its platform's pace, never twice.

`sending` is committed before the call. A call without an answer leaves the outcome unknown: a reply is dropped then
(a late double answer is worse than none), a digest or reminder is held and its admins are told, unless the operator
chose to resend.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bot.adapters import Adapter, DeliveryError, Outcome
from bot.inbox import Clock
from bot.pace import Pace
from bot.queueing import queue
from bot.quiet import PROACTIVE, WEEK, Ruling, Standing, is_night, ruling, without_mentions
from bot.texts import Texts
from bot.waking import woken
from handlers import Community
from handlers._settings import APPROVED, ORDERED, OUTBOX, is_quiet, resolved
from storage import grants, groups, outbox, settings
from storage.accounts import Account
from storage.database import UNAVAILABLE, Database, Store
from storage.frames import Place
from storage.grants import Right
from storage.groups import Group
from storage.outbox import Post, State
from storage.replies import Body, Purpose, Reply

log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
SEND_SECONDS = 30.0
LAST_SECONDS = 2.0  # for posts in flight when it is told to stop
IN_FLIGHT = 8
ORPHANED_AFTER = timedelta(minutes=5)
RETRY_LIMIT = timedelta(minutes=1)
HELD = "post:"  # what a notice about a post that is held is about
TOLD_TIMES = 5  # how often such a notice is tried at most
TOLD_FOR = timedelta(days=7)  # how long it is worth being told, also by a bot that was away for days


@dataclass(frozen=True, slots=True)
class Policy:
    """What `[outbox]` says for all groups; the rest of it a group may have otherwise."""

    preview: bool = True
    resend_unknown: bool = False


class Outbox:
    """The sender of one account."""

    def __init__(
        self,
        database: Database,
        account: Account,
        adapter: Adapter,
        *,
        clock: Clock,
        community: Community,
        policy: Policy,
        owner: str,
        rng: Random,
    ) -> None:
        self.database = database
        self.account = account
        self.adapter = adapter
        self.clock = clock
        self.community = community
        self.policy = policy
        self.owner = owner
        self.pace = Pace(adapter.rate, rng)
        self.unsent = 0  # posts in a row that did not leave this machine
        self.counts: dict[State, int] = dict.fromkeys(State, 0)
        self._wake = asyncio.Event()
        self._busy: dict[int, asyncio.Task[None]] = {}

    def connected(self) -> None:
        """Say that the account is online again: what waited for that need not wait longer."""
        self.unsent = 0
        self.pace.resume()
        self._wake.set()

    def wake(self) -> None:
        """Say that something was queued."""
        self._wake.set()

    async def run(self) -> None:
        """Send for ever, until cancelled; what is in flight then is given a moment to finish."""
        await self.recover()
        try:
            while True:
                self._wake.clear()
                try:
                    pause = await self.send_due()
                except UNAVAILABLE as error:
                    log.warning("the database is away: %s", type(error).__name__)
                    pause = IDLE_SECONDS
                await woken(self._wake, pause)
        finally:
            await self._let_go()

    async def _let_go(self) -> None:
        """Give what is in flight a moment; what then still waits for an answer is settled by the next start."""
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=LAST_SECONDS)
        left = list(self._busy.values())
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def recover(self) -> None:
        """Settle posts that a process which is gone was sending: nobody knows whether they arrived."""
        async with self.database.write() as store:
            lost = await outbox.orphans(store, self.account.id, [self.owner], self.clock.now() - ORPHANED_AFTER)
            for post in lost:
                await self._unknown(store, post, "the process ended while it was being sent")

    async def send_due(self) -> float:
        """Begin to send what may be sent now; return after how many seconds to look again."""
        now = self.clock.now()
        async with self.database.glance() as store:
            due = await outbox.due(store, self.account.id, now)
            later = await outbox.next_due(store, self.account.id)
        pauses = [IDLE_SECONDS]
        if later is not None and later > now:
            pauses.append((later - now).total_seconds())
        for post in due:
            if post.group_id in self._busy:
                continue
            wait = self.pace.wait(post.group_id, now)
            if wait or len(self._busy) >= IN_FLIGHT:
                pauses.append(max(wait.total_seconds(), 0.01))
                continue
            self.pace.note(post.group_id, now)
            self._begin(post)
        return min(pauses)

    async def drain(self) -> None:
        """Send until nothing more is due now (tests and `--dry-run`)."""
        while True:
            await self.send_due()
            if not self._busy:
                return
            await asyncio.wait(list(self._busy.values()))

    def _begin(self, post: Post) -> None:
        task = asyncio.create_task(self._send(post), name=f"send {post.key}")
        self._busy[post.group_id] = task
        task.add_done_callback(lambda done: self._ended(post.group_id, done))

    def _ended(self, group: int, task: asyncio.Task[None]) -> None:
        self._busy.pop(group, None)
        self._wake.set()
        error = None if task.cancelled() else task.exception()
        if isinstance(error, UNAVAILABLE):  # before the call: the post still waits
            log.warning("the database is away: %s", type(error).__name__)
        elif error is not None:
            log.error("sending failed", exc_info=error)

    async def _send(self, post: Post) -> None:
        async with self.database.write() as store:
            ready = await self._prepare(store, post)
        if ready is None:
            return
        failed: DeliveryError | None = None
        platform_key: str | None = None
        try:
            async with asyncio.timeout(SEND_SECONDS):
                platform_key = await self.adapter.send(*ready)
        except TimeoutError:
            failed = DeliveryError(Outcome.UNKNOWN, "no answer in time")
        except DeliveryError as error:
            failed = error
        await self._write_down(post, failed, platform_key)

    async def _write_down(self, post: Post, failed: DeliveryError | None, platform_key: str | None) -> None:
        """Write what became of a post, however long the database is away: as `sending` it would hold up its group."""
        while True:
            try:
                async with self.database.write() as store:
                    await self._settle(store, post, failed, platform_key)
            except UNAVAILABLE as error:
                log.warning("the database is away: %s", type(error).__name__)
                await asyncio.sleep(IDLE_SECONDS)
            else:
                return

    async def _settle(self, store: Store, post: Post, failed: DeliveryError | None, platform_key: str | None) -> None:
        if failed is None:
            self.unsent = 0
            await self._put(store, post, State.SENT, sent_at=self.clock.now(), platform_key=platform_key)
        elif (await outbox.get(store, post.id)).state is not State.SENT:  # its echo may have come before the answer
            log.info("post %s of group %s: %s", post.id, post.group_id, failed.outcome)
            await self._refused(store, post, failed)

    async def _prepare(self, store: Store, post: Post) -> tuple[Place, str, str | None] | None:
        """Decide, claim and render: return what is to be sent, or None if it is not (now)."""
        now = self.clock.now()
        if post.expires_at is not None and post.expires_at <= now:
            await self._put(store, post, State.DROPPED, error="expired")
            return None
        group = await groups.get(store, post.group_id)
        over = await settings.overrides(store, group.id)  # for every post: no cache could know of other processes
        quiet = resolved(OUTBOX, self.community.quiet, over)
        if post.part == 1 and not await self._allowed(store, post, group, over, quiet.weekly_budget):
            return None
        if not await outbox.claim(store, post.id, self.owner, now):
            return None
        if post.payload is None:
            zone = ZoneInfo(group.zone) if group.zone else self.community.zone
            body = without_mentions(post.body) if is_night(now, zone, quiet) else post.body
            payloads = self.adapter.render(body)
            await outbox.put_parts(store, post, payloads)
            return group.place, payloads[0], post.reply_to
        return group.place, post.payload, post.reply_to

    async def _allowed(self, store: Store, post: Post, group: Group, over: Mapping[str, Any], budget: int) -> bool:
        """Say whether a post may go out by its group's rules, and write down why where it may not."""
        if post.purpose not in PROACTIVE or group.is_direct:
            return True
        allowed = sys.maxsize if over.get(ORDERED) == post.key else budget
        decided = ruling(post.purpose, await self._standing(store, group, over), allowed)
        if decided is Ruling.PREVIEW:
            await self._put(store, post, State.HELD, error="waits for an admin's yes to its preview")
            await self._tell_admins(store, group, post, Texts.HELD_PREVIEW.in_language(
                self.community.language, group=group.name or group.key, post=post.id), post.body)  # fmt: skip
        elif decided is Ruling.DROP:
            await self._put(store, post, State.DROPPED, error="the group wants quiet, or had its posts this week")
        return decided is Ruling.SEND

    async def _standing(self, store: Store, group: Group, over: Mapping[str, Any]) -> Standing:
        now = self.clock.now()
        return Standing(
            approved=not self.policy.preview or bool(over.get(APPROVED)),
            quiet=is_quiet(over, now),
            digests=await outbox.count_sent(store, group.id, now - WEEK, [Purpose.DIGEST]),
            reminders=await outbox.count_sent(store, group.id, now - WEEK, [Purpose.REMINDER]),
        )

    async def _refused(self, store: Store, post: Post, error: DeliveryError) -> None:
        now = self.clock.now()
        if error.outcome is Outcome.UNKNOWN:
            await self._unknown(store, post, str(error))
        elif error.outcome is Outcome.REFUSED:
            await self._put(store, post, State.FAILED, error=str(error))
        else:
            self.unsent += 1
            wait = error.retry_after or min(timedelta(seconds=2 ** min(self.unsent, 6)), RETRY_LIMIT)
            if error.here_only:
                self.pace.pause_group(post.group_id, now + wait)
            else:  # nothing gets out at all, so nobody else's post is tried either until then
                self.pace.pause(now + wait)
            await outbox.settle(store, post.id, State.PENDING, not_before=now + wait, error=str(error))

    async def _unknown(self, store: Store, post: Post, why: str) -> None:
        """Settle a post that may or may not have arrived."""
        if self.policy.resend_unknown:
            await outbox.settle(store, post.id, State.PENDING, error=why)
        elif post.purpose in PROACTIVE:
            await self._put(store, post, State.HELD, error=why)
            group = await groups.get(store, post.group_id)
            what = {"digest": "周报"}.get(post.purpose, "提醒") if self.community.language == "zh" else post.purpose
            text = Texts.HELD_UNKNOWN.in_language(
                self.community.language, group=group.name or group.key, what=what, post=post.id
            )
            await self._tell_admins(store, group, post, text, Body(()))
        elif post.purpose is Purpose.NOTICE and (post.about or "").startswith(HELD) and post.attempts < TOLD_TIMES:
            await outbox.settle(store, post.id, State.PENDING, error=why)  # told twice is better than never
        else:
            await self._put(store, post, State.DROPPED, error=why)

    async def _put(self, store: Store, post: Post, state: State, *, error: str | None = None, **values: Any) -> None:
        self.counts[state] += 1
        await outbox.settle(store, post.id, state, error=error, **values)

    async def _tell_admins(self, store: Store, group: Group, post: Post, text: str, body: Body) -> None:
        now = self.clock.now()
        for member in await grants.holders(store, Right.GROUP, group.id):
            reply = Reply(Body.of(text).plus(body), member=member, purpose=Purpose.NOTICE, expires_at=now + TOLD_FOR)
            key = f"tell:{post.id}:{post.state}:{post.attempts}:{member}"
            await queue(store, replace(reply, about=f"{HELD}{post.id}"), group, key=key, now=now)
