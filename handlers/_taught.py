"""What the community taught its topic classifier: read from storage when it changed, and applied from then on."""

from __future__ import annotations

from typing import Any

from classifiers import Lesson, Teaching, Topics
from storage import topics
from storage.database import Store


class Taught:
    """The configured topic classifier as the community taught it; a cache that storage tells when it is outdated."""

    def __init__(self) -> None:
        self._version: tuple[Any, ...] | None = None
        self._untaught: Topics | None = None
        self._taught: Topics | None = None

    async def classifier(self, store: Store, untaught: Topics) -> Topics:
        """Return the classifier, with every correction that is in the database; one that cannot learn as it is."""
        learn = getattr(untaught, "taught", None)
        if learn is None:
            return untaught
        version = await topics.taught_version(store)
        if self._taught is None or version != self._version or untaught is not self._untaught:
            self._taught = learn(await teaching_of(store))
            self._version, self._untaught = version, untaught
        return self._taught


async def teaching_of(store: Store) -> Teaching:
    """Return all that people taught: corrections of topics, and changes of the tree."""
    names, merged = await topics.changes(store)
    held = await topics.corrections(store)
    return Teaching(tuple(Lesson(one.text, one.topic) for one in held), names, merged)
