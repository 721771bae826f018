"""Certificates by command: an admin issues one or takes it back; its holder gets it in private, as a PDF."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from handlers import ANY, Body, Command, Context, Errand, Outside, Purpose, Reply, Text, UserError, answer
from handlers._drawing.typesetting import typeset
from handlers._events import certified
from handlers._events.certified import NAME, RESULT
from handlers._events.meant import ABOUT, NUMBER, about, event_meant
from handlers._files import keep
from handlers._wording.names import spaced
from handlers.afterwards._privately import addresses
from handlers.afterwards._who import only_admins, only_begun
from storage import certificates, events
from storage.certificates import Certificate
from storage.replies import File

TEMPLATE = Path(__file__).with_name("templates") / "certificate.typ"
FITS = rf"(?:{NUMBER} ){ANY}"


class Texts:
    """What an admin and a holder hear, and what stands on the page."""

    CERTIFICATES = Text(zh="证书", en="certificates")
    USAGE = Text(zh="这样发：「发证 E57 木子 通过」", en="Write it so: /certify E57 NAME RESULT")
    LONG = Text(
        zh="名字最多 {name} 个字，结果最多 {result} 个字。",
        en="A name has {name} characters at most, a result {result}.",
    )
    ISSUED = Text(zh="{name} 的证书：{number}（{result}）", en="The certificate of {name}: {number} ({result})")
    SENT = Text(
        zh="PDF 私聊发给本人了。发错了回「撤证 {number}」。", en="A PDF goes to {name}. Undo: /uncertify {number}"
    )
    TO_BE_TOLD = Text(
        zh="没对上是哪位成员，号码请你转给本人。发错了回「撤证 {number}」。",
        en="I do not know which member it is; please pass the number on. Undo: /uncertify {number}",
    )
    ALREADY = Text(zh="{name} 有 {event} 的证书了：{number}", en="{name} has a certificate of {event}: {number}")
    REVOKED = Text(zh="{number} 撤回了，谁来查都会看到。", en="{number} is taken back; whoever checks it sees that.")
    WAS_REVOKED = Text(zh="{number} 早就撤回了。", en="{number} was taken back before.")
    NO_NUMBER = Text(zh="没有 {number} 这张证书。", en="There is no certificate {number}.")
    YOURS = Text(
        zh="你的证书：《{what}》{result}\n号码 {number}，谁都能查：「查证 {number}」。别人查只看到{masked}；"
        "愿意露名字回「公开证书」。",
        en="Your certificate: {what}, {result}\nIts number is {number}; anybody can check it: /cert {number}. Others"
        " see {masked}; to show your name: /showcerts.",
    )
    FILE = Text(zh="证书.pdf", en="certificate.pdf")
    TITLE = Text(zh="证书", en="Certificate")
    FOR = Text(zh="参加了", en="took part in")
    RESULT = Text(zh="结果", en="Result:")
    NUMBER = Text(zh="证书号", en="Number")
    CHECK = Text(zh="查证：{url}/cert/{number}", en="To check it: {url}/cert/{number}")


async def certify(command: Command, ctx: Context[Any]) -> list[Reply | Errand] | Reply:
    """Issue a certificate.

    Raises:
        UserError: Not by an admin, not of an event that began, or no name and result.
    """
    await only_admins(ctx)
    event, words = await event_meant(ctx, command)
    only_begun(ctx, event, ctx.say(Texts.CERTIFICATES))
    name, _, result = words.partition(" ")
    if not name or not result:
        raise UserError(ctx.say(Texts.USAGE))
    if len(name) > NAME or len(result) > RESULT:
        raise UserError(ctx.say(Texts.LONG, name=NAME, result=RESULT))
    await events.locked(ctx.store, event.id)
    known = await certified.register(ctx.store, event)
    made, new = await certified.issue(ctx.store, known, name, result.strip(), ctx.now())
    if not new:
        told = ctx.say(Texts.ALREADY, name=made.name, event=event.number, number=made.number)
        return answer(spaced(told), about=about(event))
    head = spaced(ctx.say(Texts.ISSUED, name=made.name, number=made.number, result=made.result))
    text = Texts.TO_BE_TOLD if made.member is None else Texts.SENT
    done = answer(head, ctx.say(text, name=made.name, number=made.number), about=about(event))
    return [done, *([certified.sending(made, ctx.group.id)] if made.member is not None else [])]


async def revoke(command: Command, ctx: Context[Any]) -> Reply:
    """Take a certificate back.

    Raises:
        UserError: Not by an admin, or there is no such number.
    """
    await only_admins(ctx)
    number = certificates.read(command.args) or command.args
    if await certificates.find(ctx.store, number) is None:
        raise UserError(ctx.say(Texts.NO_NUMBER, number=number[:40]))
    done = await certificates.revoke(ctx.store, number, ctx.now())
    return answer(ctx.say(Texts.REVOKED if done else Texts.WAS_REVOKED, number=number))


async def draw(errand: Errand, outside: Outside) -> list[Reply]:
    """Draw a certificate and send it to its holder in private; somebody who never wrote there gets none."""
    async with outside.read() as store:
        found = await certificates.find(store, errand.payload["number"])
        if found is None or found.member is None or found.revoked_at is not None or not found.name:
            return []
        person = await certificates.person_of(store, found)
        to = await addresses(store, [] if person is None else [person])
        begun = (await events.get(store, found.event)).starts_at
    if person not in to:
        return []
    language = outside.community.language
    content = await outside.in_worker(pdf, page(outside, found, begun), found.issued_at)
    name = await keep(outside.files, f"certificate-{found.id}", ".pdf", content)
    says = {"what": found.what, "result": found.result, "number": found.number}
    told = Texts.YOURS.in_language(language, **says, masked=certified.masked(found.name))
    body = Body.of(told).plus(Body((File(name, Texts.FILE.in_language(language)),)))
    return [
        Reply(
            body, member=to[person].id, purpose=Purpose.NOTICE, key=f"{errand.key}:post", about=f"{ABOUT}{found.event}"
        )
    ]


def page(outside: Outside, found: Certificate, begun: datetime) -> dict[str, Any]:
    """Return what stands on a certificate."""
    community = outside.community
    language, url = community.language, community.url
    words = {"certificate": Texts.TITLE, "for": Texts.FOR, "result": Texts.RESULT, "number": Texts.NUMBER}
    return {
        "language": language,
        "community": community.name,
        "name": found.name,
        "what": f"《{found.what}》" if language != "en" else found.what,
        "result": found.result,
        "number": found.number,
        "day": f"{begun.astimezone(community.zone):%Y-%m-%d}",
        "check": Texts.CHECK.in_language(language, url=url, number=found.number) if url else "",
        "words": {name: text.in_language(language) for name, text in words.items()},
    }


def pdf(content: dict[str, Any], issued_at: datetime) -> bytes:
    """Return the page as a PDF; its date is the certificate's, so that the same one gives the same bytes."""
    return typeset(TEMPLATE, content, form="pdf", created=issued_at)
