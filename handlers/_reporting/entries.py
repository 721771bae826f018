"""Threads as a report may show them: titles masked, groups that share nothing left silent, and how to put one right."""

from __future__ import annotations

from collections.abc import Iterable

from handlers import Text
from handlers._reporting import Asked, Entry
from handlers._reporting.reading import Material, silent
from handlers._reporting.texts import Texts
from handlers._threads import described
from handlers._wording import durations
from handlers._wording.masking import cut, mask
from handlers._wording.sight import platform
from storage.threads import Thread

GROUP_NAME = 30
_OTHER = Text(zh="另一题的编号", en="OTHER")
_WORDS = Text(zh="那条的原话", en="SOME OF ITS WORDS")
_TOPIC = Text(zh="主题", en="TOPIC")


def corrections(number: int, asked: Asked) -> tuple[str, ...]:
    """Return the lines that put a thread right, to be pasted into the command line."""
    other, said, topic = (text.in_language(asked.language) for text in (_OTHER, _WORDS, _TOPIC))
    ways = ("not-a-question", f"merge {other}", f'split "{said}"', f"topic {topic}", "outcome solved")
    return tuple(asked.line(f"correct {number} {way}") for way in ways)


def group_name(material: Material, group: int) -> str:
    """Return what a group is called, on one line; where several are called so, with its platform."""
    found = material.groups.get(group)
    if found is None:
        return ""
    name = cut(mask(found.name or found.key), GROUP_NAME)
    alike = sum(other.name == found.name for other in material.groups.values())
    return f"{name} · {platform(found.platform, material.language)}" if found.name and alike > 1 else name


async def entries(material: Material, wanted: Iterable[Thread]) -> dict[int, Entry]:
    """Return entries of threads by number."""
    found = list(wanted)
    gone = await silent(material.store, {thread.asker for thread in found if thread.group_id in material.shared})
    return {thread.id: entry(thread, material, hidden=thread.asker in gone) for thread in found}


def entry(thread: Thread, material: Material, *, hidden: bool) -> Entry:
    """Return the entry of a thread; `hidden` where its asker opted out."""
    language, zone = material.language, material.options.zone
    if thread.group_id not in material.shared:
        title = Texts.UNSHARED.in_language(language)
    else:
        title = Texts.WITHHELD.in_language(language) if hidden else described.title(thread, language)
    return Entry(
        number=thread.id,
        title=title,
        group=group_name(material, thread.group_id),
        asked=durations.day(thread.facts.asked_at, material.now, zone, language),
        topic=material.topic(thread.topic),
        state=described.state(thread, material.now, language),
        corrections=corrections(thread.id, material.asked),
    )
