"""Hands posts to couriers: the ready copy for groups in which no bot can be, and a number for each to tick off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from handlers import Body, Context, Errand, Purpose, Reply, Text
from storage import couriers, groups
from storage.couriers import Courier
from storage.groups import Group
from storage.replies import Button, encode

WORTH = timedelta(days=3)  # a digest that is older is no longer carried


class Texts:
    """What a courier reads above the copy."""

    ONE = Text(
        zh="麻烦把下面那条转到{groups}，原样转就行。转好了回「转好了」，这次不转回「跳过」。不回也没事。",
        en="Please carry the next message to {groups}, just as it is. Then /carried, or /skip. Silence is fine, too.",
    )
    SEVERAL = Text(
        zh="麻烦把下面那条转到这几个群，原样转就行：",
        en="Please carry the next message to these groups, just as it is:",
    )
    LINE = Text(zh="{number} {group}", en="{number} {group}")
    TICK = Text(
        zh="转好一个回一个号：「转好了 {number}」；都好了回「转好了」，不转的回「跳过 {number}」。不回也没事。",
        en="Tick them off: /carried {number}, /carried for all, /skip {number}. Silence is fine, too.",
    )
    DONE = Text(zh="转好了", en="Done")
    SKIP = Text(zh="跳过", en="Skip")


def called(group: Group) -> str:
    """Return what a group is called in a sentence."""
    return f"「{group.name or group.key}」"


async def open_groups(ctx: Context[Any]) -> dict[int, list[Courier]]:
    """Return the groups that couriers carry into, each with its couriers in order; where a bot listens, none does."""
    found: dict[int, list[Courier]] = {}
    unheard = {group.id for group in await groups.every(ctx.store) if group.account_id is None}
    for courier in await couriers.every(ctx.store):
        if courier.carries and courier.group in unheard:
            found.setdefault(courier.group, []).append(courier)
    return found


async def carried(
    ctx: Context[Any],
    edition: str,
    bodies: Mapping[int, Body],
    copy: Callable[[int, Reply], Reply | Errand] = lambda _group, text: text,
) -> list[Reply | Errand]:
    """Return what couriers are told, so that each group's body gets there by hand; what was asked for is not again.

    One courier is asked for each group, the next one where that one skipped. Groups of one courier whose copies are
    the same are told of together. `copy` may make more of a group's copy, such as an errand that draws it.
    """
    asked = {(carriage.group, carriage.member) for carriage in await couriers.of_edition(ctx.store, edition)}
    sheets: dict[tuple[int, str], list[int]] = {}
    for group, every in (await open_groups(ctx)).items():
        left = [courier.member for courier in every if (group, courier.member) not in asked]
        if left and group in bodies:
            sheets.setdefault((left[0], encode(bodies[group])), []).append(group)
    replies: list[Reply | Errand] = []
    for (member, _), wanted in sheets.items():
        told, text = await _sheet(ctx, edition, member, wanted, bodies[wanted[0]])
        replies += [told, copy(wanted[0], text)]
    return replies


async def _sheet(
    ctx: Context[Any], edition: str, member: int, wanted: Sequence[int], body: Body
) -> tuple[Reply, Reply]:
    key, now = f"{edition}:by:{member}:{wanted[0]}", ctx.now()
    numbers: list[tuple[int, Group]] = []
    for group in wanted:
        number = await couriers.ask(ctx.store, edition, group, member, f"{key}:copy", now)
        if number is not None:
            numbers.append((number, await groups.get(ctx.store, group)))
    told = Reply(
        _request(ctx, numbers),
        member=member,
        purpose=Purpose.NOTICE,
        key=key,
        about=f"carriage:{numbers[0][0]}" if len(numbers) == 1 else None,
        expires_at=now + WORTH,
    )
    return told, Reply(body, member=member, purpose=Purpose.NOTICE, key=f"{key}:copy", expires_at=now + WORTH)


def _request(ctx: Context[Any], numbers: Sequence[tuple[int, Group]]) -> Body:
    first, group = numbers[0]
    if len(numbers) == 1:
        lines = [ctx.say(Texts.ONE, groups=called(group))]
    else:
        listed = [ctx.say(Texts.LINE, number=number, group=called(group)) for number, group in numbers]
        lines = [ctx.say(Texts.SEVERAL), *listed, ctx.say(Texts.TICK, number=first)]
    every = " ".join(str(number) for number, _ in numbers)
    buttons = (
        Button(ctx.say(Texts.DONE), f"/carried {every}"),
        Button(ctx.say(Texts.SKIP), f"/skip {every}"),
    )
    return Body(Body.of(*lines).blocks, buttons)
