"""Writes a report as Markdown: the same words and numbers as the page, for repositories, posts and archives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from handlers._reporting import CORRECTIONS, Bar, Entry, Line, Report, Table, Why

_BLOCKS = "▁▂▃▄▅▆▇█"
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&$])")
_LIST = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|[-+=]|$)")


def markdown(report: Report) -> str:
    """Return the report."""
    blocks = [
        f"# {text(report.title)}",
        f"{text(report.span)} · {text(report.note)}",
        (" " if report.language == "en" else "").join(text(sentence) for sentence in report.news),
        *(block for name in report.sections for block in _PARTS[name](report)),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def text(words: str) -> str:
    """Return words as Markdown that shows just these: on one line, nothing in them is markup, a link or HTML."""
    line = _SPECIAL.sub(r"\\\1", " ".join(words.split()))
    # What would become a link by itself is broken up, and so is what would begin a list.
    line = line.replace("://", ":\u2060//").replace("www.", "www\u2060.")
    return _LIST.sub(lambda found: f"{found[1]}{found[2][:-1]}\\{found[2][-1]}", line)


def code(words: str) -> str:
    """Return words as code of one line; a backtick in them does not end it."""
    line = " ".join(words.split())
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", line)), default=0))
    return f"{fence} {line} {fence}" if "`" in line else f"`{line}`"


def _quote(words: str) -> str:
    return "\n".join(f"> {text(line)}  " for line in words.splitlines()).rstrip()


def _beside(line: Line) -> str:
    parts = [part for part in (line.growth, line.counted, line.note, line.before) if part]
    return " · ".join(parts)


def _figures(report: Report) -> Iterator[str]:
    w = report.words
    yield f"## {w['figures']}"
    yield _listed(report.figures, report)
    if any(line.before for line in report.figures):
        yield text(w["before_all"])
    if report.outcomes:
        rates = (f" ({piece.share}%)" if piece.rated else "" for piece in report.outcomes)
        pieces = [f"{text(one.label)} {one.count:,}{rate}" for one, rate in zip(report.outcomes, rates, strict=True)]
        yield f"**{w['outcomes']}** " + " | ".join(pieces).replace(" | ", " · ")
    titles = {entry.number: entry.title for entry in report.threads}
    yield f"### {w['why']}"
    whys = [*(line.why for line in report.figures), *([report.outcomes_why] if report.outcomes else [])]
    yield "\n".join(_because(why, titles, report) for why in whys)


def _listed(lines: Iterable[Line], report: Report) -> str:
    return "\n".join(
        f"- **{text(line.label)}** {text(line.value)}" + _brackets(_beside(line), report) for line in lines
    )


def _people(report: Report) -> Iterator[str]:
    yield f"## {report.words['people']}"
    yield _listed(report.people, report)
    yield f"### {report.words['load']}"
    yield _listed(report.load, report)


def _brackets(words: str, report: Report) -> str:
    if not words:
        return ""
    return f" ({text(words)})" if report.language == "en" else f"（{text(words)}）"


def _because(why: Why, titles: Mapping[int, str], report: Report) -> str:
    between = "; " if report.language == "en" else "；"
    rows = [
        (f"#{row.thread} {text(titles.get(row.thread, ''))}".rstrip() if row.thread else text(row.words))
        + (f" ({text(row.adds)})" if row.adds else "")
        for row in why.rows
    ]
    line = f"- **{text(why.label)}** {text(why.definition)}"
    tail = [between.join(rows), text(why.note), f"{text(report.words['all'])} {code(why.line)}" if why.line else ""]
    return line + "".join(f"\n  {part}  " for part in tail if part).rstrip()


def _table(found: Table) -> str:
    rows = [
        [text(row.head) + (f" {text(row.note)}" if row.note else ""), *(text(cell) for cell in row.cells)]
        for row in found.rows
    ]
    return _grid([text(heading) for heading in found.headings], rows)


def _grid(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    cells = list(head)
    lines = ["| " + " | ".join(cells) + " |", "|" + " --- |" * len(cells)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _lines_of(found: Table, report: Report) -> str:
    """Return, for each row, the line that lists what is behind its first number; the others go alike."""
    rows = [f"- {text(row.head)}: {code(row.whys[0].line)}" for row in found.rows if row.whys and row.whys[0].line]
    return "\n".join([text(report.words["why"]), "", *rows]) if rows else ""


def _steps(report: Report) -> Iterator[str]:
    yield f"## {report.words['steps']}"
    yield _table(report.steps)
    yield _lines_of(report.steps, report)


def _topics(report: Report) -> Iterator[str]:
    w = report.words
    yield f"## {w['topics']}"
    if not report.topics:
        yield text(w["no_topics"])
    titles = {entry.number: entry.title for entry in report.threads}
    for topic in report.topics:
        head = f"- **{text(topic.label)}** {topic.count:,} {sparkline(topic.bars)} {text(topic.latest)}".rstrip()
        rows = "; ".join(f"#{row.thread} {text(titles.get(row.thread or 0, ''))}" for row in topic.why.rows)
        yield head + (f"\n  {rows} {text(topic.why.note)}".rstrip() if rows else "")


def sparkline(bars: Iterable[Bar]) -> str:
    """Return bars as block characters; a dot where nothing can be told, a blank low line for 0."""
    drawn = ("·" if bar.height is None else _BLOCKS[round(bar.height * (len(_BLOCKS) - 1))] for bar in bars)
    return "".join(drawn)


def _expertise(report: Report) -> Iterator[str]:
    w, between = report.words, ", " if report.language == "en" else "、"
    yield f"## {w['expertise']}"
    yield text(w["order"] if report.expertise else w["nobody"])
    lines = []
    for one in report.expertise:
        parts = [
            f"{w[label]}: {between.join(text(name) for name in names)}"
            for label, names in (("experts", one.experts), ("others", one.others))
            if names
        ]
        parts += [text(w["unnamed"].format(count=one.unnamed))] if one.unnamed else []
        numbers = " ".join(f"#{row.thread}" for row in one.why.rows)
        lines.append(f"- **{text(one.label)}** {' · '.join(parts)} ({numbers})")
    yield "\n".join(lines)


def _head(entry: Entry) -> str:
    about = [entry.group, entry.asked, entry.topic, entry.state]
    return f"**#{entry.number} {text(entry.title)}**  \n{' · '.join(text(part) for part in about if part)}"


def _wrong(entry: Entry, report: Report) -> str:
    between = ", " if report.language == "en" else "、"
    others = report.words["or_else"].format(others=between.join(CORRECTIONS[1:]))
    return f"{text(report.words['wrong'])} {code(entry.corrections[0])} {text(others)}"


def _waiting(report: Report) -> Iterator[str]:
    yield f"## {report.words['waiting']}"
    if not report.waiting:
        yield text(report.words["none_waiting"])
    for one in report.waiting:
        yield f"{_head(one.entry)}  \n{text(one.words)}"
        yield _wrong(one.entry, report)


def _drafts(report: Report) -> Iterator[str]:
    w = report.words
    yield f"## {w['drafts']}"
    yield text(w["draft_hint"] if report.drafts else w["none_drafts"])
    for one in report.drafts:
        yield f"### #{one.entry.number} {text(one.entry.title)}"
        yield _quote(one.question)
        yield _quote(one.answer) + (f"  \n> {text(w['signed'].format(name=one.by))}" if one.by else "")
        yield text(one.numbers)
        yield _wrong(one.entry, report)


def _heat(report: Report) -> Iterator[str]:
    yield f"## {report.words['heat']}"
    if report.heat is None:
        yield text(report.words["no_heat"])
        return
    yield text(report.heat.words)
    rows = [
        [day, *(f"{count:,}" for count in counts)]
        for day, counts in zip(report.heat.days, report.heat.counts, strict=True)
    ]
    yield _grid(["", *(str(hour) for hour in range(24))], rows)


def _groups(report: Report) -> Iterator[str]:
    yield f"## {report.words['groups']}"
    yield _table(report.groups)
    yield _lines_of(report.groups, report)


def _outlets(report: Report) -> Iterator[str]:
    if not report.outlets:
        return
    yield f"## {report.words['outlets']}"
    yield text(report.words["outlets_hint"])
    for outlet in report.outlets:
        yield f"### {text(outlet.source)}"
        yield _table(outlet.months)


def _thanks(report: Report) -> Iterator[str]:
    if report.thanks:
        yield f"## {report.words['thanks']}"
        yield text(report.words["thanks_hint"])
        yield (", " if report.language == "en" else "、").join(text(name) for name in report.thanks)


def _footer(report: Report) -> Iterator[str]:
    yield f"## {report.words['footer']}"
    yield "\n".join(f"- {text(sentence)}" for sentence in report.footer)


_PARTS: Mapping[str, Callable[[Report], Iterator[str]]] = {
    "figures": _figures,
    "people": _people,
    "steps": _steps,
    "topics": _topics,
    "expertise": _expertise,
    "waiting": _waiting,
    "drafts": _drafts,
    "heat": _heat,
    "groups": _groups,
    "outlets": _outlets,
    "thanks": _thanks,
    "footer": _footer,
}
