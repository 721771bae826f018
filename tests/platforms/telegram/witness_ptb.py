"""A bot of python-telegram-bot's own, with its Application and its Updater, which tells as JSON lines what it saw.

`python tests/platforms/telegram/witness_ptb.py PORT TOKEN`
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

os.environ["PTB_TIMEDELTA"] = "true"  # before it is imported: how it tells waits

from telegram import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, RetryAfter
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

Context = ContextTypes.DEFAULT_TYPE


def tell(**line: object) -> None:
    print(json.dumps(line, ensure_ascii=False, default=str), flush=True)


async def ready(application: Application) -> None:
    me = await application.bot.get_me()
    tell(me=me.username, sees_all=me.can_read_all_group_messages)
    await application.bot.set_my_commands([BotCommand("help", "What I can do")])
    tell(commands=[command.command for command in await application.bot.get_my_commands()])


async def stats(update: Update, context: Context) -> None:
    assert update.effective_chat is not None
    chat = await context.bot.get_chat(update.effective_chat.id)
    own = await context.bot.get_chat_member(chat.id, context.bot.id)
    count = await context.bot.get_chat_member_count(chat.id)
    tell(stats=chat.title, kind=chat.type, count=count, own=own.status, args=context.args)


async def heard(update: Update, context: Context) -> None:
    message = update.effective_message
    assert message is not None
    mentions = list(message.parse_entities(["mention"]).values())
    quoted = message.reply_to_message.text if message.reply_to_message else None
    tell(heard=message.text or message.caption, mentions=mentions, quoted=quoted, photo=len(message.photo))
    button = InlineKeyboardMarkup([[InlineKeyboardButton("好了", callback_data="/solved 1")]])
    html = "<b>收到</b> &amp; <i>谢谢</i>"
    try:
        sent = await message.reply_html(html, do_quote=True, reply_markup=button)
    except RetryAfter as wait:
        tell(wait=wait.retry_after.total_seconds())
        await asyncio.sleep(wait.retry_after.total_seconds())
        sent = await message.reply_html(html, do_quote=True, reply_markup=button)
    tell(
        sent=sent.message_id,
        text=sent.text,
        bold=[sent.parse_entity(one) for one in sent.entities if one.type == "bold"],
    )
    for broken in ("<b>offen", "<script>x</script>", "长" * 4097):
        try:
            await message.reply_html(broken)
        except BadRequest as refused:
            tell(refused=str(refused))


async def edited(update: Update, context: Context) -> None:
    tell(edited=update.edited_message.text if update.edited_message else None)


async def pressed(update: Update, context: Context) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer()
    tell(pressed=update.callback_query.data)


async def changed(update: Update, context: Context) -> None:
    change = update.my_chat_member or update.chat_member
    assert change is not None
    tell(
        changed=change.new_chat_member.user.id,
        before=change.old_chat_member.status,
        after=change.new_chat_member.status,
    )


def main(port: int, token: str) -> None:
    builder = Application.builder().token(token).base_url(f"http://127.0.0.1:{port}/bot").post_init(ready)
    application = builder.base_file_url(f"http://127.0.0.1:{port}/file/bot").build()
    application.add_handler(CommandHandler("stats", stats))
    application.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE, edited))
    application.add_handler(MessageHandler(filters.TEXT | filters.PHOTO, heard))
    application.add_handler(CallbackQueryHandler(pressed))
    application.add_handler(ChatMemberHandler(changed, ChatMemberHandler.ANY_CHAT_MEMBER))
    application.run_polling(timeout=2, allowed_updates=Update.ALL_TYPES)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
