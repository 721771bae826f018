"""A bot of the SDK's own client, which tells as JSON lines what it heard and what its answers were answered with.

`DINGTALK_OPENAPI_ENDPOINT=http://127.0.0.1:PORT python tests/platforms/dingtalk/witness_sdk.py ID SECRET`
"""

from __future__ import annotations

import json
import sys
from typing import Any

import dingtalk_stream
from dingtalk_stream import AckMessage, ChatbotMessage


def tell(**line: object) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


class Handler(dingtalk_stream.ChatbotHandler):  # type: ignore[misc]
    async def process(self, callback: Any) -> tuple[int, str]:
        message = ChatbotMessage.from_dict(callback.data)
        replied = message.text.extensions.get("repliedMsg") if message.text else None
        tell(
            heard=message.get_text_list(),
            pictures=message.get_image_list(),
            id=message.message_id,
            group=message.conversation_id,
            staff=message.sender_staff_id,
            name=message.sender_nick,
            at=[user.dingtalk_id for user in message.at_users],
            bot=message.chatbot_user_id,
            replied=replied,
        )
        if message.text and message.text.content.strip() == "raise":
            raise RuntimeError("boom")
        tell(text=self.reply_text("@m1 收到", message), markdown=self.reply_markdown("标题", "@m1 **收到**", message))
        return AckMessage.STATUS_OK, "OK"


def main(client_id: str, secret: str) -> None:
    client = dingtalk_stream.DingTalkStreamClient(dingtalk_stream.Credential(client_id, secret))
    client.register_callback_handler(ChatbotMessage.TOPIC, Handler())
    tell(token=bool(client.get_access_token()))
    client.start_forever()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
