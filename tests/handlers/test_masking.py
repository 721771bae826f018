from __future__ import annotations

import time

import pytest

from handlers._wording.masking import QUOTE_LIMIT, cut, mask, quoted

MASKED = [
    ("host=10.1.2.3 port=5432 password=abc123 dbname=x", "host=*** port=5432 password=*** dbname=x"),
    ("密码是 abc123，别外传", "密码是 ***，别外传"),
    ("口令：hunter2", "口令：***"),
    ("验证码 8341", "验证码 ***"),
    ("postgresql://app:s3cret@db.internal:5432/app", "postgresql://***:5432/app"),
    ("ALTER USER app PASSWORD 'hunter2';", "ALTER USER app PASSWORD ***;"),
    ("PGPASSWORD=xx psql -h 192.168.1.10", "PGPASSWORD=*** psql -h ***"),
    ('api_key="abc"', "api_key=***"),
    ("token=abc&x=1", "token=***&x=1"),
    ("my password is abc123", "my password is ***"),
    ("Authorization: Bearer abcdefghijk", "Authorization: Bearer ***"),
    ("电话 13812345678", "电话 ***"),
    ("+86 138-1234-5678", "***"),
    ("138 1234 5678 找我", "*** 找我"),
    ("１３８１２３４５６７８", "***"),
    ("1\u200b3812345678", "***"),
    ("+44 20 7946 0958", "***"),
    ("0571-88156666", "***"),
    ("400-800-8888", "***"),
    ("110101199003074514", "***"),
    ("10.0.0.0/8", "***/8"),
    ("连 10.1.2.3:5432 超时", "连 ***:5432 超时"),
    ("fe80::1ff:fe23:4567:890a", "***"),
    ("2001:db8::8a2e:370:7334", "***"),
    ("00:1a:2b:3c:4d:5e", "***"),
    ("成都市高新区天府五街200号3栋", "***"),
    ("杭州西湖区文三路 90 号", "***"),
    ("阳光花园3栋2单元501室", "***"),
    ("zhang.san@corp.example.com", "***"),
    ("QQ 12345678", "QQ ***"),
    ("QQ群：123456789", "QQ群：***"),
    ("微信号：wx_abc123", "微信号：***"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc", "***"),
    ("AKIAIOSFODNN7EXAMPLE", "***"),
    ("wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY", "***"),
    ("md55f4dcc3b5aa765d61d8327deb882cf99", "***"),
    ("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- ok", "*** ok"),
]

KEPT = [
    "密码忘了怎么办",
    "我密码是错的",
    "password is wrong",
    "pg_hba 里 password 改成 md5",
    "password_encryption = 'scram-sha-256'",
    "select token from t",
    "work_mem = 64MB, shared_buffers: 8GB",
    "2026-11-23 09:00:00",
    "9223372036854775807",
    "00000001000000A300000042",
    "0/16B3748",
    "PG 16.3，驱动 42.7.4",
    "版本 8.0.33.1",
    "127.0.0.1:5432 连不上",
    "listen on 0.0.0.0",
    "netmask 255.255.255.0",
    "12:30:45",
    "a::int, b::dec",
    "::1",
    "这条路走不通，1号库",
    "复制链路1号槽",
    "d41d8cd98f00b204e9800998ecf8427e",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "max_parallel_maintenance_workers_per_gather_123A",
    "SQLSTATE 40P01",
    "设 lock_timeout，拿不到锁就退。",
    "",
]


@pytest.mark.parametrize(("said", "shown"), MASKED)
def test_what_nobody_should_repeat_is_masked(said: str, shown: str) -> None:
    assert mask(said) == shown


@pytest.mark.parametrize("said", KEPT)
def test_what_a_reader_needs_stays(said: str) -> None:
    assert mask(said) == said


@pytest.mark.parametrize("said", [said for said, _ in MASKED])
def test_masking_twice_changes_nothing(said: str) -> None:
    assert mask(mask(said)) == mask(said)


HOSTILE = """a|1|一|1 |a.|:|f:|路1|区|token |-----BEGIN A-----|a_|1.1.|a@a.|http://|密码 |'|"'|+1 |+1|eya.|栋1|花园1"""


@pytest.mark.parametrize("hostile", HOSTILE.split("|"))
def test_masking_is_quick_on_hostile_text(hostile: str) -> None:
    began = time.process_time()
    mask(hostile * (20_000 // len(hostile)))
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    ("said", "limit", "shown"),
    [
        ("短", 10, "短"),
        ("两行\n变一行", 10, "两行 变一行"),
        ("先说一句。再说一句很长的话", 8, "先说一句。"),
        ("没有句号的一段很长的话，逗号在后面", 14, "没有句号的一段很长的话…"),
        ("abcdefghijklmnop", 8, "abcdefg…"),
    ],
)
def test_a_cut_keeps_whole_sentences_where_it_can(said: str, limit: int, shown: str) -> None:
    assert cut(said, limit) == shown
    assert len(cut(said, limit)) <= limit


def test_no_cut_hides_half_a_secret() -> None:
    said = "x" * (QUOTE_LIMIT - 6) + " 13812345678"
    assert "138" not in quoted(said)
