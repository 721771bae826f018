"""What the running process itself says to members, whatever features are switched on."""

from __future__ import annotations

from handlers import Text


class Texts:
    """See voice.md's manners: the thing, the reason and the next step in one breath."""

    DENIED = Text(
        zh="这个要群管理员来发。想收尾自己的题，回「解决了」。",
        en="This one is for the group's admins. To close your own question, reply “solved” (/solved).",
    )
    PRIVATE = Text(zh="这个私聊我发，群里不方便。", en="Send me this one in private.")
    DIALOG_ENDED = Text(zh="好，不弄了。", en="All right, dropped.")
    BROKEN = Text(
        zh="这句我没处理好，已经记下来给管理员看。过会儿再试一次。",
        en="I could not handle that; the operator will see it. Try again in a while.",
    )
    HELD_UNKNOWN = Text(
        zh="{group}的{what}不知道发没发出去，我没有重发。群里没有的话回「补发 {post}」。",
        en="I cannot tell whether {what} reached {group}; I did not repeat it. Not there? Reply /resend {post}.",
    )
    HELD_PREVIEW = Text(
        zh="{group}第一次要自己发东西，先给你看。这样行就回「发吧 {post}」，不回就不发：",
        en="My first post of my own in {group}. If it is fine, reply /approve {post}; otherwise it stays here:",
    )
