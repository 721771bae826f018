"""The tables of the docs that the code knows best; `python -m tests.docs_tables` writes them anew.

A table stands between `<!-- name -->` and `<!-- /name -->`. tests/test_docs.py fails where one is out of step.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import time
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from bot import abilities, plugins
from bot.adapters import Adapter
from bot.config import Own, validate
from bot.plugins import Kind
from handlers import CommandEntry, Feature, Right, Text
from storage.metrics import FIGURES, Unit

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "config.example.toml"

# What shows each command at work: as one would say it, and with a slash.
EXAMPLES = {
    "ask": Text(zh="问 pg_wal 涨到 200G 了，能删吗", en="/ask pg_wal grows to 200 GB, may I delete it?"),
    "courier": Text(zh="代发 加 成都微信群 @晓舟", en="/courier add 成都微信群 @xiaozhou"),
    "carried": Text(zh="转好了", en="/carried"),
    "skip": Text(zh="跳过 12", en="/skip 12"),
    "expert": Text(zh="当专家 每周 2", en="/expert cap 2"),
    "expert_on": Text(zh="可以找我", en="/expert_on"),
    "expert_off": Text(zh="别找我", en="/expert_off"),
    "rest": Text(zh="歇一周", en="/rest"),
    "skill": Text(zh="擅长 高可用 备份", en="/skill replication backup"),
    "pass": Text(zh="换人", en="/pass"),
    "endorse": Text(zh="认可 2941", en="/endorse 2941"),
    "experts": Text(zh="专家名单", en="/experts"),
    "solved": Text(zh="解决了 2941", en="/solved 2941"),
    "reopen": Text(zh="没解决 2941", en="/reopen 2941"),
    "thank": Text(zh="谢 2941 @晓舟", en="/thank 2941 @xiaozhou"),
    "metoo": Text(zh="同问 2941", en="/metoo 2941"),
    "open": Text(zh="还有谁在等", en="/open"),
    "mine": Text(zh="我的", en="/mine"),
    "faq": Text(zh="常见问题 复制", en="/faq replication"),
    "article": Text(zh="文 12", en="/article 12"),
    "draft": Text(zh="起草 2941", en="/draft 2941"),
    "find": Text(zh="找 复制槽", en="/find replication slot"),
    "show": Text(zh="看 2941", en="/show 2941"),
    "explain": Text(zh="展开讲讲 2941", en="/explain 2941"),
    "close": Text(zh="结题 2941", en="/close 2941 invalid"),
    "topic": Text(zh="主题 2941 事务与锁", en="/topic 2941 transactions"),
    "topics": Text(zh="主题表 合并 向量 到 扩展与外部表", en="/topics merge embeddings into extensions_fdw"),
    "merge": Text(zh="合并 2919 2926", en="/merge 2919 2926"),
    "different": Text(zh="不是一题 2919 2926", en="/different 2919 2926"),
    "split": Text(zh="拆分 2926 内存爆了", en="/split 2926 out of memory"),
    "undo": Text(zh="撤销", en="/undo"),
    "help": Text(zh="帮助 结题", en="/help close"),
    "stats": Text(zh="统计 上月", en="/stats last month"),
    "why": Text(zh="为什么 首次响应 上月", en="/why median response last month"),
    "export": Text(zh="导出 上月", en="/export last month"),
    "report": Text(zh="报告 2026-10", en="/report 2026-10"),
    "credit": Text(zh="公开署名", en="/credit"),
    "digest": Text(zh="周报 预览", en="/digest preview"),
    "block": Text(zh="屏蔽 广告", en="/block casino"),
    "unblock": Text(zh="不屏蔽 广告", en="/unblock casino"),
    "ladder": Text(zh="求助榜", en="/ladder"),
    "schedule": Text(zh="定时 周报 周五 18:00", en="/schedule digest fri 18:00"),
    "approve": Text(zh="发吧 12", en="/approve 12"),
    "resend": Text(zh="补发 12", en="/resend 12"),
    "posts": Text(zh="待发", en="/posts"),
    "settings": Text(zh="设置 digest.when 周五 18:00", en="/settings digest.when fri 18:00"),
    "quiet": Text(zh="安静 到周一", en="/quiet until mon"),
    "segment": Text(zh="分群 区域 成都", en="/segment region Chengdu"),
    "speak": Text(zh="出声", en="/speak"),
    "hello": Text(zh="打招呼", en="/hello"),
    "optout": Text(zh="别记我", en="/optout"),
    "optin": Text(zh="记我", en="/optin"),
    "mydata": Text(zh="我的数据", en="/mydata"),
    "forgetme": Text(zh="删掉我", en="/forgetme"),
    "unsign": Text(zh="别署名", en="/unsign"),
    "sign": Text(zh="署名", en="/sign"),
    "bind": Text(zh="绑定", en="/bind"),
    "unbind": Text(zh="解绑", en="/unbind"),
    "checkin": Text(zh="签到 4821", en="/checkin 4821"),
    "replay": Text(zh="回放 E57 https://pg.example.org/r/57", en="/replay E57 https://pg.example.org/r/57"),
    "slides": Text(zh="资料 E57 https://pg.example.org/s/57", en="/slides E57 https://pg.example.org/s/57"),
    "rate": Text(zh="评分 E57 5 讲得清楚", en="/rate E57 5 very clear"),
    "feedback": Text(zh="反馈 E57", en="/feedback E57"),
    "certify": Text(zh="发证 E57 木子 通过", en="/certify E57 muzi passed"),
    "uncertify": Text(zh="撤证 XQ-2026-7K3M-9QTM", en="/uncertify XQ-2026-7K3M-9QTM"),
    "cert": Text(zh="查证 XQ-2026-7K3M-9QTM", en="/cert XQ-2026-7K3M-9QTM"),
    "certs": Text(zh="我的证书", en="/certs"),
    "showcerts": Text(zh="公开证书", en="/showcerts"),
    "enter": Text(zh="进", en="/enter"),
    "record": Text(zh="记录 E57", en="/record E57"),
    "attendance": Text(zh="签到 E57", en="/attendance E57"),
    "checkin_code": Text(zh="签到码 E57", en="/checkin_code E57"),
    "checkin_for": Text(zh="代签 E57 木子、江南", en="/checkin_for E57 muzi, jiangnan"),
    "checkin_list": Text(zh="签到表 E57", en="/checkin_list E57"),
    "interview": Text(zh="访谈 E57", en="/interview E57"),
    "interviews": Text(zh="访谈表 E57", en="/interviews E57"),
    "q": Text(zh="问 E57 从库延迟怎么看", en="/q E57 how do I see replication lag?"),
    "up": Text(zh="同问 Q12", en="/up Q12"),
    "questions": Text(zh="提问 E57", en="/questions E57"),
    "answered": Text(zh="答过 Q12", en="/answered Q12"),
    "hide": Text(zh="隐藏 Q12", en="/hide Q12"),
    "answer": Text(zh="答 Q12 先在订阅端加列", en="/answer Q12 add the column at the subscriber first"),
    "owner": Text(zh=f"所有者 {'0123456789abcdef' * 2}", en=f"/owner {'0123456789abcdef' * 2}"),
    "admin": Text(zh="管理员 加 @阿榆", en="/admin add @ayu"),
    "join": Text(zh="报名 E57", en="/join E57"),
    "cancel": Text(zh="取消 E57", en="/cancel E57"),
    "my_events": Text(zh="我的活动", en="/my_events"),
    "remind": Text(zh="提醒 E57 一小时", en="/remind E57 1h"),
    "share": Text(zh="邀请 E57", en="/share E57"),
    "registered": Text(zh="报名表 E57", en="/registered E57"),
    "events": Text(zh="活动 E57", en="/events E57"),
    "event": Text(zh="办活动", en="/event publish E57"),
    "event_add": Text(
        zh="发活动 线上分享《慢 SQL 三板斧》12 月 3 日 20:00 柏舟/苇间数据",
        en="/event_add talk “Slow SQL” 2026-12-03 20:00 Lena/Acme",
    ),
    "event_edit": Text(zh="改活动 E57 席位 50", en="/event_edit E57 seats 50"),
    "event_publish": Text(zh="公布 E57", en="/event_publish E57"),
    "event_postpone": Text(zh="改期 E57 12 月 5 日 14:00", en="/event_postpone E57 2026-12-05 14:00"),
    "event_cancel": Text(zh="取消活动 E57", en="/event_cancel E57"),
    "event_drafts": Text(zh="活动草稿", en="/event_drafts"),
    "event_rules": Text(zh="活动规则 R3 停 12 月 31 日", en="/event_rules R3 except 2026-12-31"),
    "series": Text(zh="系列 成都", en="/series Chengdu"),
    "series_start": Text(zh="开系列 成都 2027-03-06", en="/series_start Chengdu 2027-03-06"),
    "todo": Text(zh="待办 E57 T-14 订横幅", en="/todo E57 T-14 banner"),
    "assign": Text(zh="负责 T12 @木子", en="/assign T12 @muzi"),
    "take": Text(zh="我来 T12", en="/take T12"),
    "finish": Text(zh="办好 T12", en="/finish T12"),
    "goal": Text(zh="目标 成都 2 签到 40", en="/goal Chengdu 2 checked in 40"),
    "money": Text(zh="记账 E57 支出 300 场地", en="/money E57 cost 300 venue"),
    "sponsor": Text(zh="赞助 E57 苇间数据 展位 5000", en="/sponsor E57 Acme booth 5000"),
    "shown": Text(zh="已展示 S3 签到处左侧", en="/shown S3 two banners at the door"),
    "proof": Text(zh="赞助证明 S3", en="/proof S3"),
}
# Commands without a line in /help.
UNLISTED = {"owner": Text(zh="凭一次性的码当上所有者", en="become the owner, with the code that works once")}
# These work from a direct, where nobody has a group's rights, and so ask for them themselves.
ADMINS = frozenset({"approve", "resend", "posts", "export"})
GROUP_ONLY = frozenset({"ladder", "quiet", "speak", "hello", "admin"})

WHO = {
    Right.SELF: Text(zh="所有人", en="Everyone"),
    Right.GROUP: Text(zh="群管理员", en="Admins of a group"),
    Right.GLOBAL: Text(zh="所有者", en="Owners"),
}
# What a README shows of them.
SHORT = ("solved", "reopen", "metoo", "show", "find", "open", "mine", "stats", "why", "help")


def features() -> list[Feature]:
    """Return every feature there is, in the order of config.example.toml."""
    order = re.findall(r"^\[handlers\.(\w+)\]", EXAMPLE.read_text("utf-8"), re.MULTILINE)
    names = sorted(plugins.available("handlers"), key=lambda name: order.index(name) if name in order else len(order))
    modules = [(name, importlib.import_module(f"handlers.{name}")) for name in names]
    return [Feature(name, module.router, module.router.settings()) for name, module in modules]


def entries() -> list[CommandEntry]:
    """Return every command there is."""
    return [entry for feature in features() for entry in feature.router.commands]


def group_of(entry: CommandEntry) -> Right:
    """Return under whom a command is listed: `SELF` stands for everyone, `GROUP` for admins."""
    name = entry.names[0]
    if entry.needs is Right.GLOBAL or name == "owner":
        return Right.GLOBAL
    return Right.GROUP if name in ADMINS or entry.needs in {Right.WORK, Right.GROUP} else Right.SELF


def where(entry: CommandEntry) -> Text:
    """Return where a command may be said."""
    if entry.private:
        return Text(zh="私聊", en="private")
    if entry.names[0] in GROUP_ONLY:
        return Text(zh="群", en="group")
    if entry.needs in {Right.WORK, Right.GROUP} and not entry.anywhere:
        return Text(zh="群（所有者私聊也行）", en="group (owners also in private)")
    return Text(zh="群、私聊", en="group, private")


def line_of(entry: CommandEntry, language: str) -> str:
    """Return what a command is for, in one line."""
    told = entry.help or UNLISTED.get(entry.names[0]) or Text(zh="", en="")
    said = told.in_language(language).rstrip("。.")
    return said[:1].upper() + said[1:]


def right_of(entry: CommandEntry) -> str:
    """Return the right a command needs."""
    return f"`{(Right.GROUP if entry.names[0] in ADMINS else entry.needs).upper()}`"


def commands(language: str) -> str:
    """Return all commands, under whom they are for."""
    head = {
        "zh": ["说", "斜杠", "要什么权限", "在哪", "做什么", "例子"],
        "en": ["command", "said in Chinese", "right", "where", "what it does", "example"],
    }[language]
    parts = []
    for right, title in WHO.items():
        rows = []
        for entry in entries():
            if group_of(entry) is not right:
                continue
            slash, words = f"`/{entry.names[0]}`", "、".join(entry.names[1:])
            names = [words, slash] if language == "zh" else [slash, words]
            place = where(entry).in_language(language)
            example = f"`{EXAMPLES[entry.names[0]].in_language(language)}`" if entry.names[0] in EXAMPLES else ""
            rows.append([*names, right_of(entry), place, line_of(entry, language), example])
        parts.append(f"### {title.in_language(language)}\n\n{table(head, rows)}")
    return "\n\n".join(parts)


def short_commands(language: str) -> str:
    """Return what members say most, and the names of what admins can."""
    head = {"zh": ["说", "或者", "做什么"], "en": ["say", "or", "it does"]}[language]
    by_name = {entry.names[0]: entry for entry in entries()}
    rows = [[by_name[name].names[1], f"`/{name}`", line_of(by_name[name], language)] for name in SHORT]
    between = "、" if language == "zh" else ", "
    admins = between.join(f"{e.names[1]} `/{e.names[0]}`" for e in entries() if group_of(e) is Right.GROUP)
    last = {
        "zh": f"管理员另有：{admins}。全部：[docs/commands.zh-CN.md](docs/commands.zh-CN.md)。",
        "en": f"Admins have more: {admins}. All of them: [docs/commands.md](docs/commands.md).",
    }[language]
    return f"{table(head, rows)}\n\n{last}"


def modules(kind: Kind) -> dict[str, ModuleType]:
    """Return the plugins of a kind by name, imported."""
    return {name: importlib.import_module(f"{plugins.PACKAGES[kind]}.{name}") for name in plugins.available(kind)}


def models() -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield every table of the configuration that has keys, with its model."""
    for name, field in Own.model_fields.items():
        assert isinstance(field.annotation, type)
        yield name, field.annotation
    for kind in plugins.PACKAGES:
        for name, module in modules(kind).items():  # type: ignore[arg-type]
            yield f"{kind}.{name}", getattr(module, "Settings", plugins.NoSettings)


def shown_in_example() -> dict[tuple[str, str], tuple[str, str]]:
    """Return (value, comment) by (table, key) as config.example.toml shows them, also where they are commented out."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    within = ""
    for line in EXAMPLE.read_text("utf-8").splitlines():
        if header := re.fullmatch(r"(?:# )?\[([a-z_.0-9]+)\].*", line):
            within = header[1]
        elif pair := re.fullmatch(r"(?:# )?([a-z_]+) = (.+?)(?:\s+# (.+))?", line):
            found.setdefault((within, pair[1]), (pair[2], pair[3] or ""))
    return found


def configuration() -> str:
    """Return every key of every table: default, meaning, environment."""
    comments = shown_in_example()
    parts = []
    for name, model in models():
        rows = []
        for key, field in model.model_fields.items():
            variable = f"XIANGQUN__{name.replace('.', '__')}__{key}".upper()
            meaning = comments.get((name, key), ("", ""))[1]
            rows.append([f"`{key}`", as_toml(field.get_default(call_default_factory=True)), meaning, f"`{variable}`"])
        body = table(["key", "default", "meaning", "environment"], rows) if rows else "Nothing to set."
        parts.append(f"### `[{name}]`\n\n{body}")
    return "\n\n".join(parts)


def as_toml(value: Any) -> str:
    """Return a default as it would stand in the file."""
    if value is PydanticUndefined:
        return "must be given"
    match value:
        case None:
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case SecretStr():
            return as_toml(value.get_secret_value())
        case time():
            return as_toml(f"{value:%H:%M}")
        case ZoneInfo():
            return as_toml(value.key)
        case tuple() | frozenset():
            return f"`[{', '.join(as_toml(item).strip('`') for item in value)}]`"
        case int() | float():
            return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"
        case _:
            return f'`"{value}"`'


def abilities_of(language: str) -> str:
    """Return what every adapter can do, each as its stage sets it up."""
    built: dict[str, Adapter] = {}
    for name, module in modules("adapters").items():
        if name == "terminal":
            continue
        stage = importlib.import_module(f"tests.platforms.{name}.stage").STAGE
        defaults = {
            key: value
            for key, value in stage.table(1).items()
            if key != "adapter" and not key.startswith(("per_minute", "gap"))
        }
        built[name] = module.build(validate(module.Settings, defaults), name, Path())
    return abilities.markdown(abilities.table(built, language))


UNITS = {
    Unit.COUNT: "count",
    Unit.SECONDS: "time (seconds)",
    Unit.SHARE: "share (0 to 1)",
    Unit.MEMBERS: "distinct persons",
    Unit.SCORE: "score (1 to 5)",
}


def figures() -> str:
    """Return every figure with its definition, in both languages."""
    rows = []
    for figure in FIGURES.values():
        names, defined = f"{figure.en}<br>{figure.zh}", f"{figure.definition_en}<br>{figure.definition_zh}"
        rows.append([f"`{figure.name}`", names, UNITS[figure.unit], defined])
    return table(["figure", "called", "unit", "definition"], rows)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown."""
    names = list(head)
    lines = [names, ["---"] * len(names), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


BLOCKS: dict[tuple[str, str], Callable[[], str]] = {
    ("README.md", "commands"): lambda: short_commands("en"),
    ("README.zh-CN.md", "commands"): lambda: short_commands("zh"),
    ("README.md", "abilities"): lambda: abilities_of("en"),
    ("README.zh-CN.md", "abilities"): lambda: abilities_of("zh"),
    ("docs/commands.md", "commands"): lambda: commands("en"),
    ("docs/commands.zh-CN.md", "commands"): lambda: commands("zh"),
    ("docs/configuration.md", "configuration"): configuration,
    ("docs/figures.md", "figures"): figures,
}


def rewritten(text: str, name: str, block: str) -> str:
    """Return a text with a block between its marks.

    Raises:
        ValueError: The marks are not there, once each.
    """
    pattern = re.compile(rf"<!-- {name} -->\n.*?<!-- /{name} -->", re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise ValueError(f"<!-- {name} --> and <!-- /{name} --> must stand once each, on lines of their own")
    return pattern.sub(lambda _: f"<!-- {name} -->\n\n{block}\n\n<!-- /{name} -->", text)


def main() -> None:
    """Write every block anew."""
    for (path, name), block in BLOCKS.items():
        file = ROOT / path
        before = file.read_text("utf-8")
        after = rewritten(before, name, block())
        if after != before:
            file.write_text(after, "utf-8")
            print(f"{path}: {name}")


if __name__ == "__main__":
    main()
