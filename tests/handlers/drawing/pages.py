"""Pages to draw: a full week, a quiet one, and what members may call themselves."""

from handlers._drawing import Bar, Card, Page, Part, Row, Tile

HOSTILE = {
    "reads a file": '#read("/etc/passwd")',
    "imports": '#import "@preview/cetz:0.3.0"',
    "formula": "$x^2$",
    "bold": "*b* _i_",
    "label": "<label>",
    "reference": "@ref",
    "backslash": "\\ \\u{41} \\",
    "code": "`raw` ```rs fn```",
    "comment": "// gone /* gone */",
    "heading": "= Title",
    "quotes": "\"double\" 'single'",
    "html": "<b>&lt;</b>",
    "arabic": "محمد علي",
    "hebrew": "שלום",
    "zalgo": "Z̷̸͎a̸l̷g̵o̴̢",
    "emoji": "😀👨‍👩‍👧‍👦🇨🇳👍🏽",
    "direction": "\u202eevil\u202c\u2066x\u2069",
    "invisible": "\u200b\u2060\ufeff",
    "nothing": "",
    "spaces": " \u3000\t\n ",
    "control": "\x00\x07\x1b[31m",
    "surrogate": "\ud83d",
    "private": "\ue000\U000f0000",
    "fancy": "𝓙𝓪𝓬𝓴 ＡＢ ①",
    "rare": "喆昉璟繁體𠮷",
    "accents": "Việt Ňüß Ž λ Я",
    "token": "a" * 2000,
    "long": "字" * 5000,
}

FULL = Page(
    "象群周报 · 第 48 周",
    "11.23–11.29",
    "问题多了 12%，等的时间反而短了。",
    (
        Part(
            "这一周",
            tiles=(
                Tile("提问", "143 个", "上周 128"),
                Tile("首次响应，中位", "11 分钟", "上周 14 分钟"),
                Tile("24 小时内有人应", "91%", "上周 88%", "124/136"),
                Tile("解决率", "62%", "上周 58%", "79/128，满 7 天才算"),
            ),
        ),
        Part("升温", bars=(Bar("升级与安装", 22, 11, "其中 9 个提到 PG 14"), Bar("复制与高可用", 27))),
        Part(
            "值得收藏",
            cards=(
                Card("#2871", "加一列，业务卡了半小时", "不是在重写表，是 ALTER 在等长事务。", "老樊"),
                Card("#2902", "复制槽把主库磁盘撑满", "别手删 pg_wal，先删没人用的槽。", "晓舟"),
            ),
            note="看全文：发「看 2871」",
        ),
        Part("还在等一句话", rows=(Row("#2941", "HNSW 索引建到一半内存爆了", "2 天 · 同问 4"),)),
        Part("谢谢", ("63 位朋友回答了别人的问题。", "第一次出手：Hank、青柠、石头。欢迎常来。")),
    ),
    ("统计本群：全部消息可见。口径 v1。", "不想出现名字：私聊我「别署名」。"),
    spans=("这周", "上周"),
)

QUIET = Page("象群周报 · 第 6 周", "2.8–2.14", "过年，群里安静：4 个问题，都有人应了。下周见。")

ENGLISH = Page(
    "Xiangqun weekly · week 48",
    "23–29 Nov",
    "12% more questions, and yet the wait was shorter.",
    (
        Part("", tiles=(Tile("Questions", "143", "last week 128"), Tile("First response, median", "11 min"))),
        Part("Rising", bars=(Bar("Upgrade", 22, 11, "9 of them mention PG 14"), Bar("Nothing", 0, 0))),
        Part("Worth keeping", cards=(Card("#2871", "It isn’t a rewrite", "It’s an “ALTER” that waits.", "Lena"),)),
    ),
    ("This group: everything seen.",),
    "en",
)


def called(name: str) -> Page:
    """Return a page that says nothing but one name, wherever text can stand."""
    part = Part(
        name, (name,), (Tile(name, name, name, name),), (Bar(name, 1, 2, name),), (Card(name, name, name, name),),
        (Row(name, name, name),), name,
    )  # fmt: skip
    return Page(name, name, name, (part,), (name,), spans=(name, name))
