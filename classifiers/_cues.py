"""What one message does, read from its words alone: asks, complains, advises, thanks, jokes ..."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, fields
from functools import lru_cache

from classifiers import _phrases as phrases
from classifiers._lexicon import Lexicon
from classifiers._phrase import Book, Phrase
from classifiers._tokens import CODE, ERROR, names, normalize
from classifiers._tree import Topic

TECH_LIMIT = 4.0
Told = bool  # follows from the other fields: kept, since each thread that is near asks for it
_READ_APART = ("seeks", "laugh")
_MENTION = re.compile(r"(?<![\w.])[@＠]\w[^\s\u2005,，。:：;；!！?？、]+[\u2005\s]?")
_QUOTE = re.compile(r"\A「(?P<quote>.*?)」\s*\n(?:- ?){5,}\s*\n?(?P<rest>.*)\Z", re.DOTALL)
_MEDIA = re.compile(r"\[[^\[\]\n]{1,12}\]")
_WORDS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")
_ADDRESS = re.compile(
    r"(?:各位|大家|诸位)?(?:大佬|老师|专家|大神|前辈|朋友|兄弟|哥|姐)?们?|请问|请教|求助|求救|求教|想|帮|同事|朋友|再|麻烦"
    r"|问一?下|问一?个|一?个|一?下|问题|有人|在吗|在不|在么|您好|你好|大家好|早上好|下午好|晚上好|早|打扰(?:一?下)?|不好意思|急+|救命?|问|这个|碰到过|遇到过|吗|有"
    r"|\b(?:hi|hello|hey|all|guys|anyone|anybody|here|there|i|have|got|a|quick|question|please|help|me|need|can|ask|something|around)\b"
)
_LATIN = re.compile(r"[a-z][a-z0-9_.\-]{2,}")
_CLAUSE = re.compile(r"[,;。!?\n]|\s(?=[\u3400-\u9fff])")
_SELF = re.compile(r"我|\b(?:my|our|i|i'm|i've)\b")
_PLAIN_LATIN = frozenset(
    ["and", "app", "bug", "com", "diss", "get", "hhh", "http", "https", "lol", "okk", "ppt", "the", "wow", "www", "you"]
)
_PRODUCT = Phrase(r"\bpg\d*\b|\bpostgres\w*|\bmysql\b|\boracle\b|\bsql\b|\bdba\b|\b[45][0-9a-z]\d{3}\b")


@dataclass(slots=True)  # not frozen: with so many fields that would take longer than reading them
class Cues:
    """What a message does. Every field is read from the text; none knows the thread, and none is ever changed.

    Attributes:
        text: The words that count: normalised, without mentions, quotes and little pictures.
        size: Length in words, a Chinese character being one.
        tech: How technical it is: 1.0 is one keyword that settles a topic, 0 is none at all.
        subjects: Topic -> weight of the keywords found.
        turned: It begins well and ends badly (装好了，一启动就报错).
        hollow: It announces a question and says nothing of it (在吗, 请教个问题).
    """

    text: str
    size: int
    tech: float
    subjects: dict[str, float]
    error: bool
    code: bool
    turned: bool
    hollow: bool
    asks: bool
    seeks: bool
    problem: bool
    wants: bool
    mine: bool
    advice: bool
    affirm: bool
    thanks: bool
    works: bool
    learnt: bool
    half: bool
    later: bool
    broken: bool
    metoo: bool
    withdrawn: bool
    private: bool
    nudge: bool
    poll: bool
    offtopic: bool
    greeting: bool
    laugh: bool
    joke: bool
    ad: bool
    past: bool
    follow: bool
    howto: bool
    found: bool
    probe: bool
    concludes: bool
    bump: bool
    notice: bool
    symptom: bool
    explains: bool
    welcome: bool
    anew: bool
    done: bool
    hails: bool
    tells: Told = field(init=False)
    own: Told = field(init=False)
    states: Told = field(init=False)
    complains: Told = field(init=False)
    start: float = field(init=False)

    def __post_init__(self) -> None:
        """Reckon what follows from what was read."""
        self.tells, self.own, self.states = self._tells(), self._own(), self._states()
        self.complains, self.start = self._complains(), self._start()

    def _tells(self) -> bool:
        """Return whether it is a statement that explains or gives a remedy: what helpers say, with faults in it."""
        own = self.seeks or self.hails or self.wants or self.error or "我" in self.text
        return self.explains and not own and "?" not in self.text[-2:]

    def _own(self) -> bool:
        """Return whether a question speaks of its author's matter, not of a listener's."""
        return self.hails or (_SELF.search(self.text) is not None and "你" not in self.text)

    def _states(self) -> bool:
        """Return whether it only states a fault: as much an explanation as a complaint."""
        return (self.problem or self.symptom) and not (self.asks or self.seeks or self.mine or self.error or self.wants)

    def _complains(self) -> bool:
        """Return whether it tells of an own fault or wish, as askers do and helpers don't."""
        if self.tells or (self.advice and not self.seeks and not self.mine):
            return False
        if self.asks and self.size <= 8 and not (self.seeks or self.mine or self.howto):
            return False
        if self.seeks or (self.problem and (self.mine or self.tech >= 0.5)):
            return True
        if self.symptom and self.tech >= 1 and not self.asks:
            return True
        return self.tech >= 0.5 and (self.howto or (self.asks and self.own))

    @property
    def _fun(self) -> float:
        return (0.8 if self.seeks or self.error or self.mine else 1.6) * self.joke

    def _start(self) -> float:
        """Return how much it sounds like the beginning of a technical question."""
        sign = self.symptom and self.tech >= 0.5 and not (self.tells or self.poll)
        if self.hollow or not (self.asks or self.seeks or self.problem or self.error or self.wants or sign):
            return 0.0
        plain = 1.6 * self.seeks + 1.2 * self.asks + 0.8 * self.wants
        plain += 1.2 if self.problem or self.error else 0.9 * sign
        colour = (
            0.6 * self.mine
            + 0.5 * (self.hails and not self.poll)
            + 0.8 * self.error
            - 1.5 * self.tells
            - 3.0 * self.offtopic * max(0.4, 1 - self.tech / 2)
            - 1.6 * self.poll
            - 1.0 * self.laugh
        )
        colour -= 1.5 * ((self.learnt or self.works or self.thanks) and not (self.asks or self.seeks or self.turned))
        return plain + colour + min(self.tech, 2.0) - 0.8 * (self.advice and not self.seeks) - self._fun


def split_quote(text: str) -> tuple[str | None, str]:
    """Return (quoted text, what was said about it) of a quotation written as text:「name：original」, a line, words."""
    match = _QUOTE.match(text) if text.startswith("「") else None
    return (match["quote"], match["rest"]) if match else (None, text)


class Reader:
    """Reads messages with the vocabulary of one community: its topic tree."""

    def __init__(self, topics: list[Topic]) -> None:
        self._weights: dict[str, dict[str, float]] = defaultdict(dict)
        for topic in topics:
            for keyword, weight in topic.keywords.items():
                self._weights[normalize(keyword)][topic.key] = weight
        self._lexicon = Lexicon(self._weights)
        self.read = lru_cache(maxsize=1024)(self._read)

    def _read(self, text: str) -> Cues:
        _, said = split_quote(text)
        plain = normalize(_MENTION.sub(" ", said) if "@" in said or "＠" in said else said)
        words = (_MEDIA.sub(" ", plain) if "[" in plain else plain).strip()
        size = len(_WORDS.findall(words))
        hits = [self._weights[hit] for hit in sorted(self._lexicon.find(words)) if len(hit) > 1]
        found = _BOOK.find(words)
        tech = _tech(words, hits, found)
        seeks = "seeks" in found
        hollow = (seeks or "在吗" in words) and tech < 0.5 and _left(words) <= 2
        return Cues(
            text=words,
            size=size,
            tech=tech,
            subjects=_subjects(hits),
            error="error" in found,
            code="code" in found,
            turned="works" in found and "problem" in found and _turns(words),
            hollow=hollow,
            seeks=seeks,
            laugh="laugh" in (found if words == plain else _BOOK.find(plain)),
            **{name: name in found for name in _TOLD},
        )


def _tech(words: str, hits: list[dict[str, float]], found: set[str]) -> float:
    """Return how technical words are: keywords of the tree, words of computing, names nobody uses in small talk."""
    best = [max(weights.values()) for weights in hits]
    keywords = sum(weight / 3 if weight > 1 else 0.15 for weight in best)
    general = 0.3 * min(3, len(phrases.COMPUTING.all(words))) if "computing" in found else 0.0
    general += 0.5 * min(2, len(_PRODUCT.whole.findall(words))) if "product" in found else 0.0
    latin = set(_LATIN.findall(words)) - _PLAIN_LATIN
    foreign = 0.1 * min(5, sum(len(word) > 5 for word in latin)) if words.isascii() else 0.25 * min(3, len(latin))
    shape = 1.0 * ("error" in found), 0.8 * ("code" in found), 0.4 * names(words)
    return min(TECH_LIMIT, sum(shape, keywords + general + foreign))


def _turns(words: str) -> bool:
    """Return whether the last clause tells of a fault and of nothing that works."""
    last = _CLAUSE.split(words.rstrip(",.;!? 。"))[-1]
    return phrases.PROBLEM.search(last) and not phrases.WORKS.search(last)


def _subjects(hits: list[dict[str, float]]) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for weights in hits:
        for topic, weight in weights.items():
            found[topic] += max(0.0, weight)
    return dict(found)


def _left(words: str) -> int:
    """Return how many words are left of an opener when its set phrases are taken away."""
    return len(_WORDS.findall(_ADDRESS.sub(" ", words)))


_FLAGS = [one.name for one in fields(Cues) if one.type == "bool"]
_TOLD = [name for name in _FLAGS if hasattr(phrases, name.upper()) and name not in _READ_APART]
_SHAPES = {"error": ERROR, "code": CODE, "product": _PRODUCT}
_BOOK = Book({name: getattr(phrases, name.upper()) for name in [*_TOLD, "seeks", "laugh", "computing"]} | _SHAPES)
