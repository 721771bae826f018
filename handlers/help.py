"""Help: seven lines that say nothing needs to be learnt, and what admins can do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from handlers import Command, CommandEntry, Context, NoSettings, Reply, Right, Router, Text, UserError, answer
from handlers._wording.masking import mask


class Texts:
    """The short help; a line is shown where one of its commands is switched on."""

    FIRST = Text(
        zh="有问题直接在群里问，我会记着；想马上查，@我 带上问题。",
        en="Ask in the group and I keep track of it; to look something up at once, mention me with the question.",
    )
    CLOSING = Text(
        zh="解决了 / 没解决：给自己的题收尾", en="/solved, /reopen: close your own question, or open it again"
    )
    METOO = Text(zh="同问 2941：有结果告诉你", en="/metoo 2941: hear of the result")
    LOOKUPS = Text(zh="看 2941 · 找 复制槽 · 还有谁在等 · 我的", en="/show 2941 · /find slot · /open · /mine")
    WITH_EVENTS = Text(
        zh="看 2941 · 找 复制槽 · 还有谁在等 · 活动 · 我的", en="/show 2941 · /find slot · /open · /events · /mine"
    )
    FAQ = Text(zh="常见问题：审过的文章，按主题", en="/faq: reviewed articles by topic")
    PRIVACY = Text(
        zh="别署名 / 别记我 / 删掉我：私聊我，马上生效",
        en="/unsign, /optout, /forgetme: to me in private, at once",
    )
    ADMINS = Text(zh="管理员：/help admin", en="Admins: /help admin")
    WORK = Text(zh="改问答：", en="Questions: ")
    GROUP = Text(zh="管这个群：", en="This group: ")
    GLOBAL = Text(zh="所有者：", en="Owner: ")
    ONE = Text(zh="每个怎么用：发「帮助 结题」这样。", en="How to use one: /help close")
    UNKNOWN = Text(
        zh="没有「{name}」这个指令。我会的都在「帮助」里。", en="There is no command {name}; /help shows them."
    )
    HELP = Text(zh="看我会什么", en="what I can do")
    USAGE = Text(zh="这样写：「帮助」，或者「帮助 结题」。", en="Like this: /help, or /help close.")


router = Router(NoSettings)


@router.command("help", "帮助", needs=Right.READ, fits=r"(/?[^\s/]{1,20})?", help=Texts.HELP, usage=Texts.USAGE)
async def show_help(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Show the short help, that for admins, or how one command is used."""
    wanted = command.args.removeprefix("/").lower()
    known = [entry for feature in ctx.features for entry in feature.router.commands]
    if not wanted:
        return answer(*short(known, ctx.language))
    if wanted in {"admin", "admins", "管理员", "管理"}:
        return answer(*for_admins(known, ctx.language))
    found = next((entry for entry in known if wanted in entry.names), None)
    if found is None:
        raise UserError(ctx.say(Texts.UNKNOWN, name=mask(wanted)))
    return answer(*of_command(found, ctx.language))


def short(known: Iterable[CommandEntry], language: str) -> list[str]:
    """Return the help for members: only lines whose commands are switched on."""
    names = {entry.names[0] for entry in known}
    lines = [
        (Texts.FIRST, True),
        (Texts.CLOSING, "solved" in names),
        (Texts.METOO, "metoo" in names),
        (Texts.WITH_EVENTS if "events" in names else Texts.LOOKUPS, "show" in names),
        (Texts.FAQ, "faq" in names),
        (Texts.PRIVACY, "optout" in names),
        (Texts.ADMINS, True),
    ]
    return [text.in_language(language) for text, on in lines if on]


def for_admins(known: Iterable[CommandEntry], language: str) -> list[str]:
    """Return the commands that need a right, by right, several on a line; never more than seven lines."""
    rights = ((Right.WORK, Texts.WORK), (Right.GROUP, Texts.GROUP), (Right.GLOBAL, Texts.GLOBAL))
    listed = [entry for entry in known if entry.help is not None]
    lines: list[str] = []
    for right, heading in rights:
        names = [shown_name(entry, language) for entry in listed if entry.needs is right]
        if names:
            lines.append(heading.in_language(language) + " · ".join(names))
    return [*lines, Texts.ONE.in_language(language)]


def shown_name(entry: CommandEntry, language: str) -> str:
    """Return a command's name as it is listed: /close 结题, in English /close."""
    word = next((name for name in entry.names if not name.isascii()), "")
    return f"/{entry.names[0]}" if language == "en" or not word else f"/{entry.names[0]} {word}"


def of_command(entry: CommandEntry, language: str) -> Sequence[str]:
    """Return what a command is for, and how it is written."""
    name = shown_name(entry, language)
    what = "" if entry.help is None else entry.help.in_language(language)
    colon = ": " if language == "en" else "："
    lines = [f"{name}{colon}{what}" if what else name]
    if entry.usage is not None and "{" not in entry.usage.in_language(language):
        lines.append(entry.usage.in_language(language))
    return lines
