"""Bodies as the little Markdown that DingTalk and WeCom show; what members wrote stays text, whatever it looks like.

A body becomes a draft first: text in which each mention and each link is one mark, and a heading a line with a mark
in front. Drafts can be cut as text is; what is cut is turned into Markdown, or into plain text, afterwards.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from bot.split import MOST, Measure, split
from storage.replies import At, Block, Body, File, Heading, Link, Paragraph, Picture, Plain, Quote
from storage.sanitize import label, sanitize

INLINE, HEADING = "\ufdd0", "\ufdd1"  # no characters, so nobody can have typed them
MENTION_WIDTH = 66  # what a mention may take in a post: an `@` with an id of 64 characters, and a space
HEADING_WIDTH = 20  # what makes a heading, in bytes of JSON
NAME = 40  # characters of a name
LINE = "  \n"  # a line break that is one in Markdown too

Mention = Callable[[At], str]

_ANYWHERE = re.compile(r"[\\`*_\[\]]|~(?=~)|(?<=~)~|#(?=#*\s*$)")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_AT_START = re.compile(r"^([ \t\u00a0]*)([#>+=|~:-]|\d+(?=[.)]))")
_RULED = re.compile(r"[\s:|-]+")


@dataclass(frozen=True, slots=True)
class Draft:
    """A body, or a part of one: its text, and what the marks in it stand for, in order."""

    text: str
    inline: tuple[At | Link, ...] = ()

    def dump(self) -> dict[str, object]:
        """Return it as JSON has it."""
        inline = [["at", one.member, one.name] if isinstance(one, At) else ["link", one.url, one.label]
                  for one in self.inline]  # fmt: skip
        return {"text": self.text, "inline": inline}

    @classmethod
    def load(cls, found: dict[str, object]) -> Draft:
        """Return what `dump` wrote."""
        kinds: dict[str, type[At] | type[Link]] = {"at": At, "link": Link}
        listed = found["inline"]
        inline = listed if isinstance(listed, list) else []
        return cls(str(found["text"]), tuple(kinds[kind](one, other) for kind, one, other in inline))


def draft(body: Body) -> Draft:
    """Return the draft of a body; a file or picture stands there by its label."""
    lines: list[str] = []
    inline: list[At | Link] = []
    for block in body.blocks:
        line, marked = _line(block)
        if isinstance(block, Heading) and lines:
            lines.append("")
        lines.append(line)
        inline += marked
    return Draft("\n".join(lines), tuple(inline))


def needs_markup(body: Body) -> bool:
    """Say whether a body has what plain text cannot show: a heading, or a link with a label."""
    spans = (span for block in body.blocks if isinstance(block, Paragraph) for span in block.spans)
    labelled = any(isinstance(span, Link) and span.label for span in spans)
    return labelled or any(isinstance(block, Heading) for block in body.blocks)


def parts(whole: Draft, limit: int, measure: Measure, most: int = MOST) -> list[Draft]:
    """Return a draft as at most `most` drafts of at most `limit` each, by `measure` of their marked text."""
    found, left = [], whole.inline
    for text in split(whole.text, limit, measure, most):
        count = text.count(INLINE)
        found.append(Draft(text, left[:count]))
        left = left[count:]
    return found


def width(text: str, inline: Iterable[At | Link]) -> int:
    """Return what the marks in a text may take at most beyond themselves, in bytes of JSON."""
    shown = (escaped(named(one)) if isinstance(one, At) else _linked(one) for one in inline)
    widest = max([MENTION_WIDTH, *(len(json.dumps(one, ensure_ascii=False).encode()) for one in shown)])
    return text.count(INLINE) * widest + text.count(HEADING) * HEADING_WIDTH


def title(whole: Draft, fallback: str, limit: int = 60) -> str:
    """Return what a list of talks shows of a post: its first heading, else its first line."""
    lines = plain(whole, named).split("\n")
    headings = (line.removeprefix(HEADING) for line in whole.text.split("\n") if line.startswith(HEADING))
    found = next(headings, "") or next((line for line in lines if line.strip()), "")
    return label(found.replace(INLINE, ""), limit) or fallback


def named(mention: At) -> str:
    """Return a mention where nobody can be mentioned: by name."""
    return f"@{_clean(label(mention.name, NAME))}"


def plain(part: Draft, mention: Mention) -> str:
    """Return a draft as plain text, word for word."""
    inline = iter(part.inline)
    shown = (f"【{line[1:]}】" if line.startswith(HEADING) else line for line in part.text.split("\n"))
    return _filled("\n".join(shown), inline, lambda one: mention(one) if isinstance(one, At) else _spelled(one))


def markdown(part: Draft, mention: Mention, escape: Callable[[str], str] | None = None) -> str:
    """Return a draft as Markdown; `mention` gives a mention in its final form, `escape` makes a line harmless."""
    harmless = escape or escaped
    inline = iter(part.inline)
    lines: list[str] = []
    for line in part.text.split("\n"):
        bare = line.removeprefix(HEADING)
        shown = _filled(harmless(bare), inline, lambda one: mention(one) if isinstance(one, At) else _linked(one))
        lines.append(f"\n#### {shown}\n" if line.startswith(HEADING) else shown)
    return re.sub(r"(?:[ ]*\n){3,}", "\n\n", LINE.join(lines)).strip()


def escaped(line: str) -> str:
    """Return a line so that CommonMark and its usual extensions show exactly it."""
    line = _ENTITY.sub("&amp;", line)
    text = _ANYWHERE.sub(lambda found: f"\\{found[0]}", line).replace("<", "&lt;")
    if _RULED.fullmatch(line):
        return re.sub(r"[|:-]", lambda found: f"\\{found[0]}", text)
    indented = len(text) - len(text.lstrip(" \t"))
    text = "\u00a0" * indented + text[indented:]
    return _AT_START.sub(_escaped_start, text)


def look_alikes(line: str) -> str:
    """Return a line for a Markdown without escapes: signs that could mean something become their full-width twins."""
    return re.sub(r"[`*_\[\]<>#~]", lambda found: chr(ord(found[0]) + 0xFEE0), line)


def _escaped_start(found: re.Match[str]) -> str:
    before, sign = found.groups()
    return f"{before}{sign}\\" if sign.isdigit() else f"{before}\\{sign}"


def _line(block: Block) -> tuple[str, list[At | Link]]:
    match block:
        case Heading(text):
            return HEADING + " ".join(_clean(text).split()), []
        case Quote(text):
            return f"「{_clean(text)}」", []
        case File(_, shown) | Picture(_, shown):
            return f"[{_clean(shown)}]", []
        case Paragraph(spans):
            texts = (_clean(span.text) if isinstance(span, Plain) else INLINE for span in spans)
            return "".join(texts), [span for span in spans if not isinstance(span, Plain)]


def _filled(text: str, inline: Iterator[At | Link], form: Callable[[At | Link], str]) -> str:
    """Put in what the marks stand for; a mention that brings its own space takes the place of the one behind it."""

    def fill(found: re.Match[str]) -> str:
        shown = form(next(inline))
        return shown if shown.endswith(" ") else shown + found[0].removeprefix(INLINE)

    return re.sub(f"{INLINE} ?", fill, text)


def _linked(link: Link) -> str:
    """Return a link in Markdown; an address that is none of the web stays text."""
    if not _is_web(link.url):
        return escaped(_spelled(link))
    address = quote(link.url, safe="/:?#@!$&'*+,;=%~-._")
    return f"[{escaped(_clean(link.label or link.url)).replace(chr(10), ' ')}]({address})"


def _spelled(link: Link) -> str:
    address, name = _clean(link.url), _clean(link.label)
    return f"{name} {address}" if name else address


def _is_web(url: str) -> bool:
    try:
        parts_of = urlsplit(url)
    except ValueError:
        return False
    return parts_of.scheme in {"http", "https"} and bool(parts_of.netloc)


def _clean(text: str) -> str:
    return sanitize(text).replace(INLINE, "\ufffd").replace(HEADING, "\ufffd")
