"""The gateway as the SDK's process sees it: one gRPC connection, its stream, and names kept until they are stale.

Only the child imports this, behind its shim. The SDK's own `start` is not used: it stops the session that the gateway
holds, and ends for good where the network breaks. What is done instead goes through `PuppetService`'s parts, whose
private names stand in this release alone.
"""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import wechaty_puppet_service.puppet
from wechaty import FileBox
from wechaty_puppet import PuppetOptions
from wechaty_puppet_service import PuppetService

Words = dict[str, Any]
T = TypeVar("T")

OFFICIAL = 2  # of a contact's types: a service, no human
TEXT_SENT = 40_000  # characters of a message's text that leave this process; twice what is stored
NAMES_KEPT = 20_000  # of each kind
NAME_SECONDS = 3.0  # to wait for what a message can do without
AT_ONCE = 8  # questions to the gateway at the same time
MINI_PROGRAM, URL = 9, 14  # message types that have a title, to be asked for


class NotConnectedError(ConnectionError):
    """The connection is gone, so nothing left."""


class Gateway:
    """One connection to a gateway, for one token."""

    def __init__(self, endpoint: str, token: str, connected: socket.socket, seconds: float) -> None:
        """Take over a connected socket; every question may take so many seconds."""
        vars(wechaty_puppet_service.puppet)["ping_endpoint"] = lambda endpoint: True  # it is connected already
        puppet: Any = PuppetService(PuppetOptions(token=token, end_point=endpoint))
        puppet._init_puppet()
        self._seconds = seconds
        self._socket: socket.socket | None = connected
        self._channel = puppet.channel
        self._channel._create_connection = self._connect_once
        self._stub = puppet.puppet_stub
        self._puppet = puppet
        self._topics: dict[str, str] = {}
        self._contacts: dict[str, tuple[str, bool]] = {}  # name, and whether it is a service
        self._aliases: dict[tuple[str, str], str] = {}
        self._many = asyncio.Semaphore(AT_ONCE)

    async def _connect_once(self) -> Any:
        connected, self._socket = self._socket, None
        if connected is None:
            raise NotConnectedError("the connection to the gateway is gone")
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_connection(self._channel._protocol_factory, sock=connected)
        return protocol

    # -- the session ------------------------------------------------------------------------------------------------

    async def stream(self) -> AsyncIterator[tuple[int, str]]:
        """Yield what happens, as type and JSON text."""
        async for response in self._stub.event():
            yield int(response.type), str(response.payload)

    async def start(self) -> None:
        """Let the gateway begin; one that has begun goes on undisturbed."""
        await self._ask(self._stub.start())

    async def ding(self) -> None:
        """Ask for a sign of life on the stream."""
        await self._ask(self._puppet.ding("xiangqun"))

    def close(self) -> None:
        """Hang up."""
        self._channel.close()
        if self._socket is not None:
            self._socket.close()

    # -- what there is ------------------------------------------------------------------------------------------------

    async def message(self, key: str, self_id: str) -> Words:
        """Return a message with the names around it; what names cannot be had are left out."""
        payload = await self._ask(self._stub.message_payload(id=key))
        found: Words = {
            "id": payload.id,
            "type": int(payload.type),
            "text": payload.text[:TEXT_SENT],
            "filename": payload.filename[:300],
            "timestamp": payload.timestamp,
            "from_id": payload.from_id,
            "room_id": payload.room_id,
            "to_id": payload.to_id,
            "mention_ids": list(payload.mention_ids)[:1000],
        }
        if found["type"] in (MINI_PROGRAM, URL):
            found["title"] = await self._or(self._title(key, found["type"]), "")
        name, service = await self._or(self._contact(payload.from_id), ("", False))
        found |= {"name": name, "service": service}
        if payload.room_id:
            found["topic"] = await self.topic_or_none(payload.room_id)
            found["alias"] = await self._or(self._alias(payload.room_id, payload.from_id), "")
        if payload.room_id and self_id in payload.mention_ids:
            own, _ = await self._or(self._contact(self_id), ("", False))
            found["own_names"] = [await self._or(self._alias(payload.room_id, self_id), ""), own]
        return found

    async def topic(self, room: str) -> str:
        """Return the name of a room."""
        if room not in self._topics:
            payload = await self._ask(self._stub.room_payload(id=room))
            self._keep(self._topics, room, payload.topic)
        return self._topics[room]

    async def topic_or_none(self, room: str) -> str:
        """Return the name of a room, or nothing where it cannot be had."""
        return await self._or(self.topic(room), "")

    async def name(self, contact: str) -> str:
        """Return what a contact calls itself."""
        return (await self._or(self._contact(contact), ("", False)))[0]

    async def rooms(self) -> list[Words]:
        """Return the rooms that the account is in, asked anew: ids, topics, sizes."""
        response = await self._ask(self._stub.room_list())
        self._topics.clear()
        return await self._each(response.ids, self._room)

    async def cards(self, room: str) -> dict[str, str]:
        """Return what the members of a room are called in it, asked anew."""
        self.stale_room(room)
        response = await self._ask(self._stub.room_member_list(id=room))
        pairs = await self._each(response.member_ids, lambda member: self._card(room, member))
        return dict(pairs)

    def stale_room(self, room: str) -> None:
        """Forget the names of and in a room."""
        self._topics.pop(room, None)
        for known in [key for key in self._aliases if key[0] == room]:
            del self._aliases[known]

    def stale_contact(self, contact: str) -> None:
        """Forget the names of a contact."""
        self._contacts.pop(contact, None)
        for known in [key for key in self._aliases if key[1] == contact]:
            del self._aliases[known]

    # -- posts --------------------------------------------------------------------------------------------------------

    async def post_text(self, to: str, text: str, mentions: list[str]) -> str:
        """Post a text, and return its message id, if the gateway tells."""
        return str(await self._ask(self._puppet.message_send_text(to, text, mentions)) or "")

    async def post_file(self, to: str, path: str, name: str) -> str:
        """Post a file of ours under a name, and return its message id, if the gateway tells."""
        content = await asyncio.to_thread(Path(path).read_bytes)
        box = FileBox.from_base64(base64.b64encode(content), name)
        return str(await self._ask(self._puppet.message_send_file(to, box)) or "")

    # -- questions ----------------------------------------------------------------------------------------------------

    async def _room(self, room: str) -> Words:
        payload = await self._or(self._ask(self._stub.room_payload(id=room)), None)
        if payload is None:
            return {"id": room, "topic": "", "size": None}
        self._keep(self._topics, room, payload.topic)
        return {"id": room, "topic": payload.topic, "size": len(payload.member_ids) or None}

    async def _card(self, room: str, member: str) -> tuple[str, str]:
        payload = await self._or(self._ask(self._stub.room_member_payload(id=room, member_id=member)), None)
        return member, (payload.room_alias or payload.name) if payload is not None else ""

    async def _contact(self, contact: str) -> tuple[str, bool]:
        if contact and contact not in self._contacts:
            payload = await self._ask(self._stub.contact_payload(id=contact))
            self._keep(self._contacts, contact, (payload.name, int(payload.type) == OFFICIAL))
        return self._contacts.get(contact, ("", False))

    async def _alias(self, room: str, member: str) -> str:
        if (room, member) not in self._aliases:
            payload = await self._ask(self._stub.room_member_payload(id=room, member_id=member))
            self._keep(self._aliases, (room, member), payload.room_alias)
        return self._aliases[room, member]

    async def _title(self, key: str, kind: int) -> str:
        if kind == URL:
            told = json.loads((await self._ask(self._stub.message_url(id=key))).url_link)
        else:
            told = json.loads((await self._ask(self._stub.message_mini_program(id=key))).mini_program)
        return str(told.get("title") or "")[:1000]

    async def _ask(self, question: Awaitable[T]) -> T:
        async with asyncio.timeout(self._seconds):
            return await question

    async def _or(self, question: Awaitable[T], otherwise: T) -> T:
        """Answer a question that nothing depends on; a gateway fails in many ways."""
        try:
            async with asyncio.timeout(NAME_SECONDS):
                return await question
        except NotConnectedError:
            raise
        except Exception:  # noqa: BLE001 - whatever the library makes of an answer that it does not understand
            return otherwise

    async def _each(self, ids: Iterable[str], work: Callable[[str], Awaitable[T]]) -> list[T]:
        async def one(key: str) -> T:
            async with self._many:
                return await work(key)

        return list(await asyncio.gather(*(one(key) for key in ids)))

    def _keep(self, names: dict[Any, Any], key: object, name: object) -> None:
        if len(names) >= NAMES_KEPT:
            names.clear()
        names[key] = name
