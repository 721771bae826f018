"""Reads commands out of text: `/solved 1024`, `解决了`, `看 1024`, `/stats@bot`, in whatever width they were typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from handlers import CommandEntry, Feature

ARGS_LIMIT = 500
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_SLASH = re.compile(r"/([a-z_]{1,32})(?:@(\S+))?(?:\s+(.*))?", re.DOTALL)
_CLOSING = " \t,，。.!！~～…"


@dataclass(frozen=True, slots=True)
class Bound:
    """A command and the feature it belongs to."""

    feature: Feature
    entry: CommandEntry


@dataclass(frozen=True, slots=True)
class Parsed:
    """A command found in a text; `fits` says whether its arguments are of the right shape."""

    bound: Bound
    args: str
    fits: bool


class Vocabulary:
    """All commands that are switched on, by every name.

    A name after a slash is one command's alone. A word may be said for two, where what may follow tells them apart:
    「同问 2941」 is about a thread, 「同问 Q12」 about a question for a speaker.
    """

    def __init__(self, features: Iterable[Feature]) -> None:
        self.names: dict[str, Bound] = {}
        self.words: list[tuple[str, Bound]] = []
        for feature in features:
            for entry in feature.router.commands:
                self._add(feature, entry)
        self.words.sort(key=lambda pair: -len(pair[0]))  # 还有谁在等 before 还有

    def _add(self, feature: Feature, entry: CommandEntry) -> None:
        bound = Bound(feature, entry)
        for name in entry.names:
            if name in self.names and (name.isascii() or self.names[name].entry.fits == entry.fits):
                raise ValueError(f"two features have the command {name}")
            self.names.setdefault(name, bound)
            if not name.isascii():
                self.words.append((name, bound))

    def parse(self, text: str, *, spoken_to: bool, own_names: Sequence[str] = ()) -> Parsed | None:
        """Return the command in a text, or None.

        A slash makes a command anywhere; a word only when the bot is `spoken_to`, and only where what follows has
        the command's shape, so that 「看起来是锁」 is a sentence. `/name@other` is another bot's.
        """
        words = normalised(text)
        if words.startswith("/"):
            return self._slash(words, own_names)
        return self._word(words) if spoken_to else None

    def _slash(self, words: str, own_names: Sequence[str]) -> Parsed | None:
        found = _SLASH.fullmatch(words) or _SLASH.fullmatch(_lower_head(words))
        if found is None or (found[2] and found[2].lower() not in {name.lower() for name in own_names}):
            return self._slashed_word(words)
        bound = self.names.get(found[1])
        if bound is None:
            return None
        args = (found[3] or "").strip()[:ARGS_LIMIT]
        return Parsed(bound, args, re.fullmatch(bound.entry.fits, args) is not None)

    def _slashed_word(self, words: str) -> Parsed | None:
        return self._word(words.removeprefix("/")) if not words[1:2].isascii() else None

    def _word(self, words: str) -> Parsed | None:
        for word, bound in self.words:
            if not words.startswith(word):
                continue
            rest = words[len(word) :]
            if rest and not (rest[0].isspace() or rest[0] in "#@《" or rest[0].isdigit() or rest[0] in _CLOSING):
                continue
            args = rest.strip().rstrip(_CLOSING).lstrip(_CLOSING)[:ARGS_LIMIT]
            if re.fullmatch(bound.entry.fits, args):
                return Parsed(bound, args, fits=True)
        return None


def normalised(text: str) -> str:
    """Return a text as commands are compared: NFKC, nothing invisible, single spaces, no space around."""
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text[: 4 * ARGS_LIMIT]))
    return re.sub(r"[^\S\n]+", " ", visible).strip()


def _lower_head(words: str) -> str:
    head, _, rest = words.partition(" ")
    return f"{head.lower()} {rest}" if rest else head.lower()


def by_feature(features: Iterable[Feature]) -> Mapping[str, Feature]:
    """Return features by name."""
    return {feature.name: feature for feature in features}
