"""Sponsors of an event: what a company was promised, that it was shown, and the sheet that proves it."""

from __future__ import annotations

import re
from typing import Any

from handlers import Context, Errand, Outside, Reply, UserError, answer
from handlers._events import proof
from handlers._events.kept import kept
from handlers._events.proof import SLOTS
from handlers._files import keep
from handlers.sponsors._amounts import AMOUNT, Amount, AmountError, read, told
from handlers.sponsors._books import FEATURE, NUMBER, event_of, sent
from handlers.sponsors._texts import Texts
from storage import companies, events, money
from storage.money import Slot, Sponsorship

PROOF = "proof"
COMPANY, WHAT, SHOWN, LISTED = 60, 100, 200, 4
SPONSORSHIP = r"[sS]\d{1,9}"
_SLOTS = {"议题": Slot.TOPIC, "演讲": Slot.TOPIC, "展位": Slot.BOOTH, "展台": Slot.BOOTH, "冠名": Slot.NAMING}
_SLOTS |= {"文章": Slot.ARTICLE, "软文": Slot.ARTICLE} | {slot.value: slot for slot in Slot}
_SPONSOR = re.compile(
    rf"({NUMBER}) (\S.{{0,200}}?) ({'|'.join(_SLOTS)})(?: (.+))?", re.IGNORECASE | re.DOTALL
)  # fmt: skip
_FIRST = re.compile(rf"({AMOUNT})(?: (.*))?", re.DOTALL)
_LAST = re.compile(rf"(.*?) ({AMOUNT})", re.DOTALL)
_DROP = re.compile(rf"(?:取消|drop) ({SPONSORSHIP})", re.IGNORECASE)
_LIKE_MONEY = re.compile(r"[-+]\d|\d[\d,.]*(?: |$)|nan\b|inf\b", re.IGNORECASE)


async def sponsor(ctx: Context[Any], words: str) -> Reply:
    """Keep what a company sponsors, show who sponsors an event, or let one go.

    Raises:
        UserError: It cannot be meant.
    """
    if found := _DROP.fullmatch(words):
        one = await _known(ctx, found[1])
        await money.release(ctx.store, one.id)
        slot = ctx.say(SLOTS[one.slot])
        return answer(ctx.say(Texts.RELEASED, number=f"S{one.id}", company=one.company_name, slot=slot))
    if re.fullmatch(NUMBER, words):
        return answer(*await _listed(ctx, words))
    found = _SPONSOR.fullmatch(words)
    if found is None:
        raise UserError(ctx.say(Texts.SPONSOR_USAGE))
    event = await event_of(ctx, found[1])
    amount, what = _promised(ctx, (found[4] or "").strip())
    name = kept(ctx, found[2], COMPANY, "公司名")
    if not name:
        raise UserError(ctx.say(Texts.SPONSOR_USAGE))
    company = await companies.ensure(ctx.store, name)
    slot = _SLOTS[found[3].lower()]
    cents, currency = (amount.cents, amount.currency) if amount else (0, "")
    number = await money.sponsor(ctx.store, event.id, company, slot, what, cents, currency, ctx.now())
    one = await _known(ctx, f"S{number}")
    said = ctx.say(Texts.SPONSORED, event=event.number, **_said(ctx, one))
    return answer(said, *([ctx.say(Texts.NAMED, event=event.number)] if slot is Slot.NAMING else []))


def _promised(ctx: Context[Any], words: str) -> tuple[Amount | None, str]:
    """Return the amount that words begin or end with, if they do, and the rest.

    Raises:
        UserError: They begin like an amount that is none.
    """
    try:
        if found := _FIRST.fullmatch(words):
            return read(found[1]), kept(ctx, found[2] or "", WHAT, "说明")
        if found := _LAST.fullmatch(words):
            return read(found[2]), kept(ctx, found[1], WHAT, "说明")
    except AmountError as error:
        raise UserError(ctx.say(Texts.AMOUNT)) from error
    if _LIKE_MONEY.match(words):
        raise UserError(ctx.say(Texts.AMOUNT))
    return None, kept(ctx, words, WHAT, "说明") if words else ""


async def _known(ctx: Context[Any], number: str) -> Sponsorship:
    found = await money.sponsorship(ctx.store, int(number[1:]))
    if found is None:
        raise UserError(ctx.say(Texts.NO_SPONSOR, number=number.upper()))
    return found


def _said(ctx: Context[Any], one: Sponsorship) -> dict[str, object]:
    amount = (
        f"{' ' if ctx.language != 'en' else ', '}{told(one.cents, one.currency, ctx.language)}" if one.cents else ""
    )
    what = ctx.say(Texts.WHAT, what=one.what) if one.what else ""
    slot = ctx.say(SLOTS[one.slot])
    slot = slot.lower() if ctx.language == "en" else slot
    return {"number": one.id, "company": one.company_name, "slot": slot, "amount": amount, "what": what}


async def _listed(ctx: Context[Any], number: str) -> list[str]:
    event = await event_of(ctx, number)
    found = await money.sponsorships(ctx.store, event.id)
    if not found:
        return [ctx.say(Texts.NO_SPONSORS, event=event.number)]
    lines = [
        ctx.say(Texts.SLOT, shown=ctx.say(Texts.SHOWN if one.shown_at else Texts.NOT_SHOWN), **_said(ctx, one))
        for one in found[:LISTED]
    ]
    more = [ctx.say(Texts.MORE, count=len(found) - LISTED)] if len(found) > LISTED else []
    how = ctx.say(Texts.PROOF_HOW, number=found[0].id)
    return [ctx.say(Texts.SPONSORS, event=event.number), *lines, *more, how]


async def show(ctx: Context[Any], words: str) -> Reply:
    """Keep that what was promised was shown, and where."""
    number, _, where = words.partition(" ")
    one = await _known(ctx, number)
    said = kept(ctx, where, SHOWN, "说明")
    await money.show(ctx.store, one.id, said, ctx.now())
    return answer(ctx.say(Texts.KEPT_SHOWN, number=one.id, proof=said))


async def prove(ctx: Context[Any], words: str) -> list[Reply | Errand]:
    """Have the sheet of a sponsor written."""
    one = await _known(ctx, words)
    payload = {"event": one.event, "company": one.company, "language": ctx.language}
    key = f"proof:{ctx.speaker.id}:{one.event}:{one.company}:{ctx.now():%Y-%m-%dT%H:%M}"
    errand = Errand(FEATURE, PROOF, key, payload, group=ctx.group.id, member=ctx.speaker.id)
    return [answer(ctx.say(Texts.WRITING)), errand]


async def write(errand: Errand, outside: Outside) -> list[Reply]:
    """Write the sheet of a sponsor and send it to who asked; nothing where the sponsorship is gone."""
    event, company, language = (errand.payload[name] for name in ("event", "company", "language"))
    async with outside.read() as store:
        known = await events.several(store, [event])
        slots = [one for one in await money.sponsorships(store, event) if one.company == company]
    if not known or not slots:
        return []
    made = await outside.read_in_worker(
        proof.sheet, event, company, outside.now(), outside.community.name, language
    )  # fmt: skip
    file = await keep(outside.files, f"proof-{errand.member}", ".pdf", made)
    said = Texts.PROOF.in_language(language, company=slots[0].company_name, event=f"E{event}")
    return [sent(errand, said, file, Texts.PDF, language)]
