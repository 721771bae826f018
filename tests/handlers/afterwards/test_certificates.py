"""Certificates: numbers that check themselves, issued by admins, verified by everybody, shown by their holders."""

from __future__ import annotations

import re

import pytest

from handlers._events.certified import issue, masked, register, verified
from storage import certificates, members
from storage._forgetting import forget
from storage.certificates import DIGITS, holds, likely, made, read
from tests.handlers.afterwards.conftest import Open
from tests.handlers.afterwards.given import After

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

NUMBER = re.compile(r"XQ-2026-[0-9A-Z]{4}-[0-9A-Z]{4}")
SIGNS = "7K3M9QT"


# -- numbers ----------------------------------------------------------------------------------------------------------


def test_a_number_checks_itself() -> None:
    assert made(2026, SIGNS) == "XQ-2026-7K3M-9QTM"
    assert holds("XQ-2026-7K3M-9QTM")
    assert not holds("XQ-2025-7K3M-9QTM")


def test_every_wrong_sign_and_every_swap_of_neighbours_shows() -> None:
    right = made(2026, SIGNS)[8:].replace("-", "")
    wrong = {right[:at] + sign + right[at + 1 :] for at in range(8) for sign in DIGITS} - {right}
    wrong |= {right[:at] + right[at + 1] + right[at] + right[at + 2 :] for at in range(7)} - {right}
    assert not any(holds(f"XQ-2026-{one[:4]}-{one[4:]}") for one in wrong)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("XQ-2026-7K3M-9QTM", "XQ-2026-7K3M-9QTM"),
        (" xq 2026 7k3m 9qtm ", "XQ-2026-7K3M-9QTM"),
        ("xq20267k3m9qtm", "XQ-2026-7K3M-9QTM"),
        ("XQ-2026-OI3L-9QTM", "XQ-2026-0131-9QTM"),
        ("XQ—2026—7K3M—9QTM", "XQ-2026-7K3M-9QTM"),
        ("XQ-2026-7U3M-9QTM", None),
        ("XQ-26-7K3M-9QTM", None),
        ("XQ-2026-7K3M-9QT", None),
        ("12345678", None),
        ("", None),
    ],
)
def test_a_number_is_read_however_it_was_typed(typed: str, number: str | None) -> None:
    assert read(typed) == number


def test_what_is_likely_is_one_slip_away_and_holds() -> None:
    assert likely("XQ-2026-7K3M-9TQM") == ["XQ-2026-7K3M-9QTM"]
    assert all(holds(one) for one in likely("XQ-2026-7K3N-9QTM"))
    assert "XQ-2026-7K3M-9QTM" in likely("XQ-2026-7K3N-9QTM")


@pytest.mark.parametrize(
    ("name", "shown"),
    [("木子", "木*"), ("李小明", "李**"), ("欧阳小明", "欧阳**"), ("Lena Wang", "L*"), ("林", "林*"), (" ", "")],
)
def test_a_masked_name(name: str, shown: str) -> None:
    assert masked(name) == shown


# -- by command -------------------------------------------------------------------------------------------------------


async def issued(after: After, who: str = "muzi", result: str = "通过") -> str:
    """Issue a certificate and return its number."""
    said = await after.chat.tell("root", f"发证 E1 {who} {result}")
    found = NUMBER.search(said[0])
    assert found, said
    return found[0]


@pytest.mark.middle  # a page is set, in a process of its own
async def test_the_holder_gets_a_pdf_and_everybody_can_check_it(after: After) -> None:
    await after.registers("muzi")
    await after.ends(minutes=1)
    said = await after.chat.tell("root", "发证 E1 muzi 通过")
    number = NUMBER.search(said[0])[0]  # type: ignore[index]
    assert said == [f"muzi 的证书：{number}（通过）\nPDF 私聊发给本人了。发错了回「撤证 {number}」。"]
    (told,) = await after.work()
    assert told.splitlines()[0] == "你的证书：《象行成都》通过"
    assert after.chat.adapter.posted[-1].place.key == "direct:muzi"
    (pdf,) = after.files.glob("certificate-*.pdf")
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert await after.chat.ask_bot("hank", f"查证 {number}") == [
        f"{number} 有效：m*，《象行成都》，通过\n11 月 26 日发的。"
    ]
    (own,) = await after.chat.tell("muzi", f"查证 {number}")
    assert own.startswith(f"{number} 有效：muzi，")
    (in_group,) = await after.chat.ask_bot("muzi", f"查证 {number}")
    assert in_group.startswith(f"{number} 有效：m*，")
    assert await after.work() == []


async def test_a_holder_may_let_everybody_read_the_name(after: After) -> None:
    await after.registers("muzi")
    await after.ends(minutes=1)
    number = await issued(after)
    assert await after.chat.tell("muzi", "公开证书") == ["好，别人查你的证书能看到全名。收回发「公开证书 关」。"]
    assert "：muzi，" in (await after.chat.ask_bot("hank", f"查证 {number}"))[0]
    await after.chat.tell("muzi", "公开证书 关")
    assert "：m*，" in (await after.chat.ask_bot("lena", f"查证 {number}"))[0]
    (mine, *_) = await after.chat.tell("muzi", "我的证书")
    assert mine.splitlines()[:2] == ["你的证书：", f"{number} 《象行成都》通过"]


async def test_who_is_no_member_has_a_number_all_the_same(after: After) -> None:
    await after.ends(minutes=1)
    (said,) = await after.chat.tell("root", "发证 E1 王小明 优秀 前三")
    assert said.splitlines()[0].endswith("（优秀 前三）")
    assert "没对上是哪位成员" in said
    number = NUMBER.search(said)[0]  # type: ignore[index]
    assert await after.work() == []
    assert "：王**，" in (await after.chat.tell("hank", f"查证 {number}"))[0]
    (again,) = await after.chat.tell("root", "发证 E1 王小明 通过")
    assert again == f"王小明 有 E1 的证书了：{number}"


async def test_taken_back_says_so(after: After) -> None:
    await after.registers("muzi")
    await after.ends(minutes=1)
    number = await issued(after)
    assert await after.chat.tell("muzi", f"撤证 {number}") == ["这个要群管理员来发。"]
    assert await after.chat.tell("root", f"撤证 {number}") == [f"{number} 撤回了，谁来查都会看到。"]
    assert await after.chat.tell("root", f"撤证 {number}") == [f"{number} 早就撤回了。"]
    assert await after.chat.tell("hank", f"查证 {number}") == [f"{number} 发过，11 月 26 日撤回了，现在无效。"]
    assert await issued(after) != number


async def test_guesses_are_limited_and_a_slip_is_told(after: After) -> None:
    await after.registers("muzi")
    await after.ends(minutes=1)
    number = await issued(after)
    signs = number[8:].replace("-", "")
    other = next(at for at in range(7) if signs[at] != signs[at + 1])
    slip = signs[:other] + signs[other + 1] + signs[other] + signs[other + 2 :]
    (said,) = await after.chat.tell("hank", f"查证 XQ-2026-{slip[:4]}-{slip[4:]}")
    assert "抄错了" in said
    for signs in ("0000000", "1111111", "2222222", "3333333"):
        free = made(2026, signs)
        assert await after.chat.tell("hank", f"查证 {free}") == [f"没有 {free} 这张证书。"]
    assert await after.chat.tell("hank", f"查证 {number}") == ["一小时里错了 5 次，先歇歇，晚点再查。"]
    assert "有效" in (await after.chat.tell("lena", f"查证 {number}"))[0]
    after.chat.later(hours=2)
    assert "有效" in (await after.chat.tell("hank", f"查证 {number}"))[0]


async def test_what_pages_are_given(after: After) -> None:
    await after.registers("muzi")
    async with after.chat.database.write() as store:
        known, now = await register(store, after.event), after.chat.clock.now()
        one, new = await issue(store, known, "muzi", "通过", now)
        again, anew = await issue(store, await register(store, after.event), "MUZI", "优秀", now)
        assert (one.number, new, anew) == (again.number, True, False)
        shown = await verified(store, one.number.lower())
        assert shown is not None
        assert (shown.name, shown.what, shown.result, shown.revoked_at) == ("m*", "象行成都", "通过", None)
        assert await verified(store, made(2026, "0000000")) is None
        assert await verified(store, "x") is None


async def test_two_of_a_name_are_nobody_in_particular(open_after: Open) -> None:
    after = await open_after()
    await after.registers("muzi")
    await after.chat.say("muzi_2", "我也叫木子", name="muzi")
    await after.registers("muzi_2", private=False)
    async with after.chat.database.write() as store:
        await members.ensure(store, "qq", "muzi_2", "muzi", after.chat.clock.now())
        one, _ = await issue(store, await register(store, after.event), "muzi", "通过", after.chat.clock.now())
    assert one.member is None


async def test_who_is_forgotten_has_no_name_on_it(after: After) -> None:
    await after.registers("muzi")
    await after.ends(minutes=1)
    number, holder = await issued(after), await after.member("muzi")
    async with after.chat.database.write() as store:
        await forget(store, [holder], after.chat.clock.now())
        found = await certificates.find(store, number)
    assert found is not None
    assert found.name == ""
    assert (await after.chat.tell("hank", f"查证 {number}"))[0].startswith(f"{number} 有效：《象行成都》，通过")
