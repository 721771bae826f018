"""Writes a booklet as Markdown: the same words and numbers as the PDF, with pictures beside it in a folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.report._markdown import text
from handlers._booklet import Booklet, Chapter, Person, Record, Told

_LINK = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&()*+,;=%-]{1,500}")


def booklet(found: Booklet, folder: str = "") -> str:
    """Return the booklet; its pictures are looked for in `folder`, beside the file."""
    blocks = [
        f"# {text(found.title)}",
        f"{text(found.span)} · {text(found.note)} · {found.made.isoformat()}",
        (" " if found.language == "en" else "").join(text(sentence) for sentence in found.news),
    ]
    for chapter in found.chapters:
        blocks += _chapter(chapter, found, folder)
    blocks += _closing(found)
    return "\n\n".join(block for block in blocks if block) + "\n"


def _chapter(chapter: Chapter, found: Booklet, folder: str) -> Iterator[str]:
    yield f"## {text(chapter.title)}"
    yield text(chapter.note)
    yield from _lessons(chapter.lessons, found)
    for record in chapter.records:
        yield from _record(record, found, folder)


def _record(one: Record, found: Booklet, folder: str) -> Iterator[str]:
    w, between = found.words, ", " if found.language == "en" else "、"
    yield f"### {text(one.title)}"
    yield f"**{one.number}** · " + " · ".join(text(part) for part in (one.kind, one.when, one.where) if part)
    yield _named(w["hosts"], text(between.join(one.hosts)), found) if one.hosts else ""
    yield "\n".join(f"- {_person(who)}" for who in one.people)
    yield text(one.summary)
    yield _told(one.figures, found)
    yield "\n".join(f"![{text(one.title)}]({folder}/{name})" for name in one.pictures) if folder else ""
    if one.questions:
        yield f"**{text(w['questions'])}**"
        yield _listed([*(_beside(asked.text, asked.votes, found) for asked in one.questions), text(one.more)])
    if one.feedback or one.scores:
        yield f"**{text(w['feedback'])}**"
        yield " · ".join(f"{5 - index}: {count}" for index, count in enumerate(one.scores))
        yield _listed(text(line) for line in one.feedback)
    yield from _lessons(one.lessons, found)
    yield _listed(_named(link.label, _address(link.address), found) for link in one.links)


def _named(label: str, words: str, found: Booklet) -> str:
    return f"{text(label)}{': ' if found.language == 'en' else '：'}{words}"


def _address(address: str) -> str:
    """Return an address as a link, where it is one; as words, where it is anything else."""
    return f"<{address}>" if _LINK.fullmatch(address) else text(address)


def _person(who: Person) -> str:
    aside = [text(part) for part in (who.company, who.about) if part]
    return " · ".join([f"**{text(who.name)}**", *aside])


def _told(figures: Iterable[Told], found: Booklet) -> str:
    return "\n".join(f"- **{text(one.label)}** {_beside(one.value, one.note, found)}" for one in figures)


def _beside(words: str, note: str, found: Booklet) -> str:
    if not note:
        return text(words)
    return f"{text(words)} ({text(note)})" if found.language == "en" else f"{text(words)}（{text(note)}）"


def _lessons(lines: Iterable[str], found: Booklet) -> Iterator[str]:
    told = _listed(text(line) for line in lines)
    if told:
        yield f"**{text(found.words['lessons'])}**"
        yield told


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines if line)


def _closing(found: Booklet) -> Iterator[str]:
    if not found.figures:
        return
    yield f"## {text(found.words['closing'])}"
    yield _told(found.figures, found)
    if found.cities:
        yield f"**{text(found.words['cities'])}** " + " · ".join(
            f"{text(c.label)} {text(c.value)}" for c in found.cities
        )
    yield from _lessons(found.lessons, found)
    yield f"**{text(found.words['definitions'])}**"
    yield "\n".join(f"- **{text(one.label)}** {text(one.words)}" for one in found.definitions)
