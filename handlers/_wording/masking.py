"""Masks what must not be repeated when members are quoted: secrets, phone numbers, addresses, IPs; and cuts quotations.

It errs towards masking: a number that only looks like a phone number loses a reader little, a real one costs its owner
a lot. What a database community needs to read stays: versions, LSNs, WAL file names, sizes, error codes, UUIDs.
"""

from __future__ import annotations

import ipaddress
import re

MASK = "***"
QUOTE_LIMIT = 80
_TEXT_LIMIT = 4000  # of a message; nobody quotes more, and every pattern stays quick on hostile text

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# Letters and digits that were typed full-width; punctuation stays as the author set it.
_NARROW = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_NARROW |= {ord("＠"): ord("@"), ord("．"): ord("."), ord("－"): ord("-"), ord("＿"): ord("_"), ord("＝"): ord("=")}

_NAME = (
    r"(?<![a-z0-9])[a-z0-9_.-]{0,40}?(?:password|passwd|passphrase|pwd|secret(?:[_-]?key)?|token|api[_-]?key"
    r"|access[_-]?key(?:[_-]?(?:id|secret))?|private[_-]?key|credentials?|authorization|cookie)"
)
_NAME_ZH = r"(?:密码|口令|密钥|秘钥|令牌|验证码|授权码)"
_VALUE = r"(?:\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|[^\s,;，；。、'\"）)」&]{1,200})"
_STREET = r"[一-鿿]{1,24}(?:(?<![链线网电思回通套支])路|街|大道|胡同|弄|巷)"
_ROOM = r"(?:院|楼)?(?:[一-鿿\d-]{0,16}(?:栋|幢|座|楼|层|单元|室))?"
_ESTATE = r"[一-鿿]{2,24}(?:小区|花园|公寓|大厦|广场|园区)"

_MASKED = (  # the whole of what is found
    r"-----BEGIN [A-Z ]{1,40}-----[\s\S]*?(?:-----END [A-Z ]{1,40}-----|\Z)",
    r"\bey[a-z0-9_-]{8,}\.[a-z0-9_-]{8,}(?:\.[a-z0-9_-]*)?",
    r"\b(?:sk|pk|rk)[-_][a-z0-9_-]{16,}|\bgh[pousr]_[a-z0-9]{20,}|\bglpat-[a-z0-9_-]{16,}|\bxox[a-z]-[a-z0-9-]{10,}",
    r"\b(?:AKIA|ASIA|LTAI|AKID)[a-z0-9]{12,}",
    r"\bscram-sha-256\$\S{10,}|\bmd5[0-9a-f]{32}\b",
    r"[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}",
    # identity cards, mobile, foreign and fixed phone numbers
    r"(?<![0-9a-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[0-9x](?![0-9a-z])",
    r"(?<![\d.])(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?![\d.]\d|\d)",
    r"(?<![\w.])\+[1-9]\d{0,2}[ -]?(?:\(\d{1,4}\)[ -]?)?\d(?:[ -]?\d){6,12}(?!\d)",
    r"(?<![\w.-])\(?0\d{2,3}\)?[ -]\d{7,8}(?![\d-])|(?<![\w.-])400-?\d{3}-?\d{4}(?!\d)",
    # network cards, then streets and estates
    r"(?<![0-9a-f:-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![0-9a-f:-])",
    rf"{_STREET}\s?[\d一二三四五六七八九十]{{1,5}}\s?号{_ROOM}",
    rf"{_ESTATE}\s?[\da-z-]{{1,6}}(?:号楼|栋|幢|座)(?:[\da-z-]{{1,6}}(?:单元|层|室)?){{0,3}}",
    r"\b\d{1,5} (?:[a-z]{2,20} ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Boulevard|Blvd|Drive)\b",
)
_AFTER = (  # what follows the first bracket
    rf"({_NAME}\b['\"]?\s{{0,3}}(?:[=:：]|=>)\s{{0,3}}(?:(?:bearer|basic)\s)?){_VALUE}",
    rf"({_NAME}\b\s{{0,3}}(?:\bis\b|是|为)\s{{0,3}})(?=\S{{0,60}}\d){_VALUE}",
    rf"({_NAME_ZH}\s{{0,3}}(?:[=:：]|是|为)?\s{{0,3}})(?=[^\s，。、]*[a-z0-9]){_VALUE}",
    r"(\b(?:password|identified\s+by)\s+)(?:'[^'\n]{1,200}'|\"[^\"\n]{1,200}\")",
    r"(\bbearer\s+)[a-z0-9._~+/=-]{8,}",
    r"(\b[a-z][a-z0-9+.-]{1,30}://)[^\s/@]{1,200}@[^\s/:?]{1,200}",  # user:password@host of a connection URL
    r"((?:身份证|护照|银行卡|卡号|账号|帐号)号?(?:码)?\s{0,3}[=:：是]?\s{0,3})[a-z0-9][a-z0-9 -]{5,30}",
    r"((?<![a-z])(?:qq|q)(?:号|群)?\s{0,3}[:：是]?\s{0,3})[1-9]\d{4,11}(?!\d)",
    r"((?:微信|vx|wechat|weixin|wxid)(?:号|id)?\s{0,3}[:：是]\s{0,3})[a-z0-9][\w-]{4,20}",
)
_RULES = (
    *((re.compile(pattern, re.IGNORECASE), rf"\1{MASK}") for pattern in _AFTER),
    *((re.compile(pattern, re.IGNORECASE), MASK) for pattern in _MASKED),
)
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_VERSION = re.compile(r"(?:版本|version|ver\.?|\bv)[号是:：\s]{0,3}$", re.IGNORECASE)
_IPV6 = re.compile(r"(?<![\w:.])[0-9a-f:]{6,45}(?:%[a-z0-9]{1,16})?(?![\w:])", re.IGNORECASE)
_BLOB = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{32,}={0,2}(?![\w+/=-])")
_SENTENCE_ENDS = "。！？!?；;"
_PAUSES = "，,、 "


def mask(text: str) -> str:
    """Return a text with `***` for whatever its author would not want to be repeated elsewhere."""
    text = _INVISIBLE.sub("", text[:_TEXT_LIMIT]).translate(_NARROW)
    for pattern, put in _RULES:
        text = pattern.sub(put, text)
    text = _IPV4.sub(_mask_ipv4, text)
    text = _IPV6.sub(lambda found: MASK if found[0].count(":") > 2 and _is_somebodys(found[0]) else found[0], text)
    return _BLOB.sub(lambda found: MASK if _is_random(found[0]) else found[0], text)


def _mask_ipv4(found: re.Match[str]) -> str:
    version = _VERSION.search(found.string[max(0, found.start() - 12) : found.start()])
    return MASK if version is None and _is_somebodys(found[0]) else found[0]


def _is_somebodys(address: str) -> bool:
    """Whether it is an IP that tells where somebody's machine is: no loopback, no netmask, no version number."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return not (found.is_loopback or found.is_unspecified or address.startswith("255."))


def _is_random(blob: str) -> bool:
    """Whether a long run of letters and digits is a key rather than a name, a hash of source or a WAL file."""
    if re.fullmatch(r"[0-9a-fA-F-]+", blob):
        return False
    kinds = (str.islower, str.isupper, str.isdigit)
    return all(any(kind(letter) for letter in blob) for kind in kinds) and blob.count("_") < 3


def flat(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


def cut(text: str, limit: int = QUOTE_LIMIT) -> str:
    """Return a text of one line, at most `limit` characters: whole sentences where the cut allows it, else with …."""
    line = flat(text)
    if len(line) <= limit:
        return line
    head = line[:limit]
    end = max(head.rfind(stop) for stop in _SENTENCE_ENDS)
    if end >= limit // 2:
        return head[: end + 1]
    pause = max(head.rfind(stop) for stop in _PAUSES)
    return (head[:pause] if pause >= limit * 2 // 3 else head[:-1]).rstrip(_PAUSES) + "…"


def quoted(text: str, limit: int = QUOTE_LIMIT) -> str:
    """Return a member's words as they may be quoted: masked first, so that no cut hides half a secret, then cut."""
    return cut(mask(text), limit)
