"""Invitations: who was there is asked, once, whether they want into the groups that fit; only who says so is let in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from handlers import AwayError, Body, Command, Context, Errand, Outside, Purpose, Reply, Text, UserError, answer
from handlers._events.meant import ABOUT
from handlers._events.told import title
from handlers._meant import title as called
from handlers._wording.names import call_name, spaced
from handlers.afterwards._fitting import fitting, wanted
from handlers.afterwards._privately import Here, addresses, notice
from handlers.afterwards._settings import FEATURE, JOIN, join_words
from storage import events, grants, groups, invitations, members, registrations, segments, settings
from storage.database import Store
from storage.events import Event
from storage.grants import Right
from storage.groups import Group
from storage.invitations import How, Invitation
from storage.replies import Link, Paragraph, Plain

INVITE = "invite"
OPEN = timedelta(days=14)  # how long a yes is understood
AGAIN = timedelta(days=180)  # before somebody is asked into the same group once more
TRIES = 3  # how often a platform that cannot be asked is tried before people are
WORTH = timedelta(days=3)
FITS = r"(?:\d{1,2})?"


class Texts:
    """The question, the way in, and what admins are asked."""

    ONE = Text(
        zh="{event}之后，想进{group}常聊吗？回「进」，我给你入口。不回也没事。",
        en="After {event}: would you like to join {group}? Reply /enter. No answer is fine, too.",
    )
    SEVERAL = Text(zh="{event}之后，这几个群可能合你：", en="After {event}, these groups may be something for you:")
    LINE = Text(zh="{number} {group}", en="{number} {group}")
    HOW = Text(
        zh="想进哪个回「进 1」，都进回「进」。不回也没事。",
        en="Reply /enter 1 for one, /enter for all. No answer is fine, too.",
    )
    SOON = Text(zh="好，{groups}的入口马上发你。", en="The way into {groups} is on its way.")
    NOT_ASKED = Text(zh="现在没有等你回「进」的群。", en="There is no group that waits for your yes.")
    NO_SUCH = Text(zh="没有第 {number} 个，有 1 到 {count}。", en="There is no {number}; there are 1 to {count}.")
    LINK = Text(zh="{group}的入口，一周内有效，只能用一次：", en="The way into {group}, good for a week and once:")
    WORDS = Text(zh="进{group}：{words}", en="To join {group}: {words}")
    ADMINS = Text(
        zh="{group}要管理员拉才能进，我跟他们说了你想进。", en="An admin of {group} has to let you in; I told them."
    )
    NOBODY = Text(zh="{group}现在没人能拉，等有了入口再说。", en="Nobody can let you into {group} at the moment.")
    TO_DO = Text(
        zh="{name} 想进{group}（来过{event}），在{platform}上找我聊过。拉一下就行；以后想自动给入口，发「/settings"
        " afterwards.join 入口」。",
        en="{name} ({platform}) would like to join {group}, having been at {event}. Please let them in; to have the way"
        " in told from now on: /settings afterwards.join HOW",
    )


# -- asking -----------------------------------------------------------------------------------------------------------


async def ask(here: Here, persons: Collection[int]) -> list[Reply]:
    """Ask persons, once for an event, whether they want into the groups that fit, and keep that they were asked."""
    found = await addresses(here.store, persons)
    theirs = await segments.of_groups(here.store)
    every = [group for group in await groups.every(here.store) if group.id in theirs and await _open(here.store, group)]
    known = {segment for some in theirs.values() for segment in some}
    inside = await invitations.inside(here.store, list(found))
    before = await invitations.groups_of(here.store, list(found), here.now - AGAIN)
    registered = await registrations.among(here.store, here.event.id, [member.id for member in found.values()])
    cities = {one.person: one.city for one in registered}
    companies = await invitations.companies_of(here.store, here.event.id, list(found))
    replies = []
    for person, member in found.items():
        segments_of = wanted(here.event, cities.get(person, ""), companies.get(person, ""), known)
        without = inside.get(person, set()) | before.get(person, set())
        if offered := fitting(segments_of, every, theirs, member.platform, without):
            asked = [Invitation(here.event.id, member.id, group.id, here.now, How.ASKED) for group in offered]
            await invitations.ask(here.store, asked)
            replies.append(notice(here, INVITE, member, _question(here, offered)))
    return replies


async def _open(store: Store, group: Group) -> bool:
    """Say whether there is anybody, or anything, that may let people into a group: no more is promised."""
    if group.account_id is not None or await grants.holders(store, Right.GROUP, group.id):
        return True
    return bool((await settings.overrides(store, group.id)).get(JOIN))


def _question(here: Here, offered: Sequence[Group]) -> Body:
    event = title(here.event, here.language)
    names = [_named(group) for group in offered]
    if len(names) == 1:
        return Body.of(Texts.ONE.in_language(here.language, event=event, group=names[0]))
    lines = [Texts.LINE.in_language(here.language, number=at, group=name) for at, name in enumerate(names, 1)]
    return Body.of(Texts.SEVERAL.in_language(here.language, event=event), *lines, Texts.HOW.in_language(here.language))


def _named(group: Group) -> str:
    return f"「{called(group)}」"


# -- a yes ------------------------------------------------------------------------------------------------------------


async def enter(command: Command, ctx: Context[Any]) -> list[Reply | Errand]:
    """Let a member into the groups that they were asked into, or into one of them.

    Raises:
        UserError: They were asked into none, or there is none of that number.
    """
    siblings = await members.siblings(ctx.store, ctx.speaker.id)
    every = await invitations.of_members(ctx.store, siblings, ctx.now() - OPEN)
    latest = [one for one in every if one.event == every[0].event]
    number = int(command.args) if command.args else 0
    if number > len(latest) > 0 or (command.args and not number):
        raise UserError(ctx.say(Texts.NO_SUCH, number=number, count=len(latest)))
    meant = [latest[number - 1]] if number and latest else latest
    new = [one for one in meant if one.how is How.ASKED and await invitations.settle(ctx.store, one, How.WANTED)]
    if not new:
        raise UserError(ctx.say(Texts.NOT_ASKED))
    names = [_named(await groups.get(ctx.store, one.group)) for one in new]
    between = ", " if ctx.language == "en" else ""
    return [answer(ctx.say(Texts.SOON, groups=between.join(names))), *[await _errand(ctx, one) for one in new]]


async def _errand(ctx: Context[Any], one: Invitation) -> Errand:
    payload = {"event": one.event, "member": one.member, "group": one.group, "join": await join_words(ctx, one.group)}
    name = f"{FEATURE}:{INVITE}:E{one.event}:{one.member}:{one.group}"
    return Errand(FEATURE, INVITE, name, payload, group=ctx.group.id, member=ctx.speaker.id)


# -- the way in -------------------------------------------------------------------------------------------------------


async def invite(errand: Errand, outside: Outside) -> list[Reply]:
    """Tell a member the way into a group: a link of the platform's, else what its admins set, else through them."""
    async with outside.read() as store:
        group = await groups.get(store, errand.payload["group"])
    words = str(errand.payload["join"])
    link = await _link(errand, outside, group)
    how = How.LINK if link else How.WORDS if words else How.ADMINS
    async with outside.write() as store:
        event = await events.get(store, errand.payload["event"])
        one = Invitation(event.id, errand.payload["member"], group.id, event.ends_at, how)
        await invitations.settle(store, one, how)
        to_do = await _to_do(store, outside, errand, group, event) if how is How.ADMINS else []
    language, name = outside.community.language, _named(group)
    if link:
        body = Body.of(Texts.LINK.in_language(language, group=name)).plus(Body((Paragraph((Link(link),)),)))
    elif words:
        body = Body((Paragraph((Plain(Texts.WORDS.in_language(language, group=name, words=words)),)),))
    else:
        body = Body.of((Texts.ADMINS if to_do else Texts.NOBODY).in_language(language, group=name))
    return [_told(errand, errand.member, body, outside), *to_do]


async def _link(errand: Errand, outside: Outside, group: Group) -> str | None:
    try:
        return await outside.invite(group)
    except AwayError:
        if errand.attempts < TRIES:
            raise
        return None


async def _to_do(store: Store, outside: Outside, errand: Errand, group: Group, event: Event) -> list[Reply]:
    member = await members.get(store, errand.payload["member"])
    language = outside.community.language
    told = Texts.TO_DO.in_language(
        language,
        name=call_name(member.name) or member.key,
        group=_named(group),
        event=title(event, language),
        platform=member.platform,
    )
    admins = await grants.holders(store, Right.GROUP, group.id)
    return [_told(errand, admin, Body.of(spaced(told)), outside, f":admin:{admin}") for admin in sorted(admins)]


def _told(errand: Errand, member: int | None, body: Body, outside: Outside, mark: str = "") -> Reply:
    name = f"{errand.key}{mark}"
    worth = outside.now() + WORTH
    about = f"{ABOUT}{errand.payload['event']}"
    return Reply(body, member=member, purpose=Purpose.NOTICE, key=name, about=about, expires_at=worth)
