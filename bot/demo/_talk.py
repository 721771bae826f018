"""The group to talk in after the play: the whole process, with the terminal as its one platform."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from pydantic import SecretStr

from bot.adapters.terminal import Terminal
from bot.app import App
from bot.config import Config, Table
from handlers import Text
from storage.database import Database

NAME = "terminal"


class Texts:
    """What is said before."""

    GROUP = Text(zh="你的群", en="your group")
    YOU = Text(zh="你", en="you")
    HOW = Text(
        zh="现在你也在一个群里，说什么都行。试试：\n"
        "  jsonb 的索引不走，怎么办                在群里问一句，会记成一题\n"
        "  @{bot} 备库上跑报表总被杀，怎么办       @ 它，它去找以前解决过的\n"
        "  /help   /open   /stats   @{bot} 解决了   指令，也可以用话说\n"
        "  > 我的数据                              前面加 > 是私聊\n"
        "一个人一分钟里 @ 它几次，只答一次；指令和私聊不算。\n"
        "Ctrl-D 结束。",
        en="You are in a group now; say what you like. For example:\n"
        "  why does my query not use the index?     becomes a thread\n"
        "  @{bot} 备库上跑报表总被杀，怎么办        looks for what was solved before\n"
        "  /help   /open   /stats   /solved         commands\n"
        "  > /mydata                                > in front speaks in private\n"
        "Mentions are answered once a minute; commands and what is said in private need not wait.\n"
        "Ctrl-D ends it.",
    )


def configured(config: Config, file: str) -> Config:
    """Return the configuration with the demo's database, the terminal for a platform, and no listener."""
    own = config.community
    language = own.language
    table = {
        "name": Texts.YOU.in_language(language),
        "group": Texts.GROUP.in_language(language),
        "bot_name": own.bot_name,
    }
    changes = {
        "adapters": {NAME: Table(table)},
        "database": config.database.model_copy(update={"url": SecretStr(f"sqlite:///{file}")}),
        "web": config.web.model_copy(update={"enabled": False}),
    }
    return config.model_copy(update=changes)


async def talk(config: Config, database: Database, on_stop: Callable[[Callable[[], None]], None]) -> None:
    """Run the bot until the input ends or a signal comes; `on_stop` is given what to call then."""
    app, stop = App(config, database), asyncio.Event()
    on_stop(stop.set)
    terminal = app.adapters[NAME]
    if not isinstance(terminal, Terminal):
        raise TypeError(f"{NAME} is no terminal")
    running = asyncio.create_task(app.run(stop))
    ending = asyncio.create_task(terminal.ended.wait())
    await asyncio.wait([running, ending], return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    stop.set()
    await running
