"""A digest in each of its forms, as bytes: the very renderers that the platforms' adapters use."""

from __future__ import annotations

import json

from handlers.digest import Digest
from storage.replies import Body, plain

TEXT, MARKDOWN, HTML, PNG, ALL = "text", "markdown", "html", "png", "all"
ENDINGS = {TEXT: ".txt", MARKDOWN: ".md", HTML: ".html", PNG: ".png"}


def rendered(shown: Digest, form: str, *, dark: bool = False) -> bytes:
    """Return a digest as `text` (WeChat, QQ), `markdown` (DingTalk), `html` (Telegram) or `png`, the picture."""
    if form == PNG:
        from handlers._drawing import picture

        return picture(shown.page, dark=dark)
    texts = {TEXT: plain, MARKDOWN: _markdown, HTML: _html}
    return f"{texts[form](shown.body)}\n".encode()


def _markdown(body: Body) -> str:
    from bot.adapters import _markdown as marked

    return marked.markdown(marked.draft(body), marked.named)


def _html(body: Body) -> str:
    from bot.adapters.telegram import _posts

    return "\n".join(_posts.text_of(json.loads(post)) for post in _posts.render(body))
