"""The configuration: what is read, what is refused and in which words, and that no value is ever shown."""

import os
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr

from bot.config import Config, ConfigError, Own, Table, exposed, load, password, secrets, shown, validate
from bot.config._database import anchored
from bot.config._file import Given, from_environment, overlay
from bot.refusals import near, place

VALUE = "geheim-4711"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def refused(file: Path, text: str | bytes, environ: dict[str, str] | None = None) -> str:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load(file, environ or {})
    return str(caught.value)


def loaded(file: Path, text: str | bytes, environ: dict[str, str] | None = None) -> Config:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(file, environ or {})


def test_example_says_what_holds_without_it(file: Path) -> None:
    example = Path(__file__).parents[2] / "config.example.toml"
    config = loaded(file, example.read_bytes())
    assert config.adapters == {}
    assert config.model_dump(include=set(Own.model_fields)) == loaded(file, "").model_dump(
        include=set(Own.model_fields)
    )
    assert set(config.handlers) == set(loaded(file, "").handlers)


def test_example_shows_every_key() -> None:
    lines = (Path(__file__).parents[2] / "config.example.toml").read_text("utf-8").splitlines()
    written = {line.lstrip("# ").split("=")[0].strip() for line in lines if "=" in line}
    keys = {key for table in Own.model_fields.values() for key in table.annotation.model_fields}  # type: ignore[union-attr]
    assert keys <= written


def test_without_a_file_every_table_has_its_default() -> None:
    config = load(None, {"XIANGQUN__COMMUNITY__NAME": "测试社区"})
    assert config.community.name == "测试社区"
    assert config.community.zone.key == "Asia/Shanghai"
    assert config.outbox.quiet_from == time(22)
    assert config.data.folder.is_absolute()
    assert shown(config.database.url) == f"sqlite:///{config.data.folder}/xiangqun.db"


def test_the_environment_can_name_the_file(file: Path) -> None:
    file.write_text("[web]\nport = 81")
    assert load(None, {"XIANGQUN_CONFIG": str(file)}).web.port == 81
    with pytest.raises(ConfigError, match="there is no such file"):
        load(None, {"XIANGQUN_CONFIG": str(file) + "x"})


@pytest.mark.parametrize(("folder", "want"), [("rows", "{here}/rows"), ("/srv/x", "/srv/x"), ("~/x", "{home}/x")])
def test_the_database_lies_in_the_data_folder(file: Path, folder: str, want: str) -> None:
    want = want.format(here=file.parent, home=Path.home())
    config = loaded(file, f'[data]\nfolder = "{folder}"')
    assert (str(config.data.folder), shown(config.database.url)) == (want, f"sqlite:///{want}/xiangqun.db")


@pytest.mark.parametrize(
    "data",
    [
        "[web]\nport = 81\n".encode("utf-8-sig"),
        "[web]\nport = 81\n".encode("utf-16"),
        b"[web]\r\nport = 81\r\n",
        b"[web]\n\tport\t=\t81",
        "# 中文\n[web]\nport = 81 # 端口".encode(),
    ],
)
def test_any_text_is_read(file: Path, data: bytes) -> None:
    assert loaded(file, data).web.port == 81


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[retenton]\ninbox = 3", "config.toml: [retenton]: unknown table; did you mean [retention]?"),
        ("[retention]\nretenton_days = 3", "config.toml: [retention] retenton_days: unknown key"),
        ("[web]\nprot = 3", "config.toml: [web] prot: unknown key; did you mean port?"),
        ('[web]\nport = "80"', "config.toml: [web] port: must be a whole number, without quotes"),
        ("[web]\nport = true", "config.toml: [web] port: must be a whole number"),
        ("[web]\nport = 70000", "config.toml: [web] port: must be less than or equal to 65535"),
        ("[web]\nenabled = 1", "config.toml: [web] enabled: must be true or false"),
        ('[web]\nhosts = "a"', "config.toml: [web] hosts: must be a list: [ ... ], without quotes"),
        ("[community]\nname = 5", "config.toml: [community] name: must be text, in quotes"),
        ('[community]\nname = ""', "config.toml: [community] name: must have at least 1 character"),
        ('[community]\nlanguage = "cn"', "config.toml: [community] language: must be one of 'zh' or 'en'"),
        (
            '[community]\nzone = "Asia/Beijing"',
            "config.toml: [community] zone: there is no such zone; did you mean Asia/Shanghai?",
        ),
        ('[community]\nzone = "../../etc/passwd"', "there is no such zone"),
        ('[community]\nzone = "europe/berlin"', "did you mean Europe/Berlin?"),
        ("[community]\nzone = 8", "there is no such zone"),
        ('[holidays]\nadd = ["2026-13-01"]', '[holidays] add, item 1: must be a date such as "2026-10-10"'),
        ('[holidays]\ncountry = "China"', '[holidays] country: must be a country as two capital letters, such as "CN"'),
        ('[holidays]\nadd = [2026-10-01]\nremove = ["2026-10-01"]', "[holidays]: a day stands in add and in remove"),
        ('[outbox]\nquiet_from = "25:00"', '[outbox] quiet_from: must be a time of day such as "22:00"'),
        ("[retention]\nchatter = 0", "[retention] chatter: must be greater than or equal to 1"),
        ('[web]\nhost = "0.0.0.0"', "[web]: host is open to other machines"),
        ('[web]\nhost = "::"', "[web]: host is open to other machines"),
        ('[web]\nhost = "192.168.1.2"', "[web]: host is open to other machines"),
        ("web = 5", "config.toml: [web]: must be a table"),
        ("port = 5", "config.toml: [port]: must be a table, and a key must stand in one"),
        ("[adapters]\nonebot = 3", "[adapters.onebot]: must be a table with a plain name"),
        ("[adapters.QQ]", "[adapters.QQ]: must be a table with a plain name"),
        ("adapters = 3", "[adapters]: must be a table"),
        ("[web]\nport = 3\nport = 4", "config.toml, line 3: [web] port: stands twice; keep one of them"),
        ("[web]\n[log]\n[web]", "config.toml, line 3: [web]: the table stands twice; keep one of them"),
        ("[log]\nlevel = INFO", "config.toml, line 2: [log] level: is not a TOML value; text stands in quotes"),
        ("[log\nlevel = 3", "config.toml, line 1: Expected"),
        ('[log]\nlevel = "INFO', "config.toml, line 2: [log] level: "),
        (b"[web]\n# \xd6\xd0\xce\xc4\n", "line 2 is not UTF-8; save the file as UTF-8"),
        ("[web]\nport = 81\n".encode("utf-16-le"), "UTF-16 without a mark; save the file as UTF-8"),
        (b"#" * (1 << 20) + b"##", "larger than 1 MiB"),
    ],
)
def test_a_fault_is_named_with_its_place(file: Path, text: str | bytes, words: str) -> None:
    assert words in refused(file, text)


def test_all_faults_are_named_at_once(file: Path) -> None:
    told = refused(file, "[web]\nprot = 1\nport = 'x'\n[log]\nlevel = 'LOUD'").splitlines()
    assert [line.split(":")[1] for line in told] == [" [web] port", " [web] prot", " [log] level"]


def test_missing_folder_and_unreadable(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: there is no such file; python3 run\.py init writes one"):
        load(tmp_path / "none.toml", {})
    with pytest.raises(ConfigError, match="is a folder; name the file in it"):
        load(tmp_path, {})


@pytest.mark.parametrize(
    "text",
    [
        f'[database]\nurl = "postgers://u:{VALUE}@h/d"',
        f'[database]\nurl = "postgresql://u:{VALUE}@h:port/d"',
        f'[database]\nurl = "{VALUE}"',
        f'[community]\nzone = "{VALUE}"',
        f'[log]\nlevel = "{VALUE}"',
        f"[log]\nlevel = {VALUE}",
        f"[log]\n{VALUE}=\n",
        f'[log]\nlevel = "{VALUE}',
        f'[web]\nport = "{VALUE}"',
        f'[adapters.onebot]\naccess_token = "{VALUE}"\naccess_token = "{VALUE}"',
    ],
)
def test_no_value_is_ever_shown(file: Path, text: str) -> None:
    assert VALUE not in refused(file, text)


def test_environment_beats_the_file_and_is_read_as_what_is_wanted(file: Path) -> None:
    environ = {
        "XIANGQUN__WEB__PORT": "82",
        "XIANGQUN__WEB__ENABLED": "false",
        "XIANGQUN__WEB__HOSTS": '["pg.example.org"]',
        "XIANGQUN__HOLIDAYS__ADD": '["2027-02-05"]',
        "XIANGQUN__COMMUNITY__NAME": "2026",
        "XIANGQUN__DATABASE__URL": f"postgresql://u:{VALUE}@h/d",
        "XIANGQUN__ADAPTERS__ONEBOT__ACCESS_TOKEN": VALUE,
        "PATH": "/bin",
    }
    config = loaded(file, "[web]\nport = 81\nhosts = []\n[adapters.onebot]\nport = 1", environ)
    assert (config.web.port, config.web.enabled, config.web.hosts) == (82, False, ("pg.example.org",))
    assert config.holidays.add == {date(2027, 2, 5)}
    assert config.community.name == "2026"
    assert password(config.database.url) == VALUE
    assert config.adapters["onebot"] == {"port": 1, "access_token": VALUE}
    assert VALUE not in repr(config) + repr(config.adapters) + str(config)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("XIANGQUN__WEB__PROT", "80", "XIANGQUN__WEB__PROT (environment): unknown key; did you mean port?"),
        ("XIANGQUN__WEB__PORT", VALUE, "XIANGQUN__WEB__PORT (environment): must be a whole number"),
        ("XIANGQUN__WBE__PORT", "80", "[wbe]: unknown table; did you mean [web]?"),
        ("XIANGQUN__WEB", "80", "XIANGQUN__WEB (environment): names no table and key"),
        ("XIANGQUN__WEB__", "80", "XIANGQUN__WEB__ (environment): names no table and key"),
        ("XIANGQUN__DATABASE__URL", "", "XIANGQUN__DATABASE__URL (environment): is empty"),
    ],
)
def test_a_variable_that_fits_nothing_is_refused(file: Path, variable: str, value: str, words: str) -> None:
    told = refused(file, "", {variable: value})
    assert words in told
    assert VALUE not in told


class Account(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    access_token: SecretStr = SecretStr("")
    path: Path = Path("x")
    timeout: float = 1.0
    patience: timedelta = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("value", "seconds"), [(90, 90), (0.5, 0.5), ("PT2M", 120), (Given.by("X", "90"), 90), (Given.by("X", "PT2M"), 120)]
)
def test_a_duration_is_a_number_of_seconds(value: object, seconds: float) -> None:
    assert validate(Account, {"patience": value}).patience == timedelta(seconds=seconds)


def test_secret_from_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(VALUE + "\n")
    (tmp_path / "token").chmod(0o600)
    account = validate(Account, Table({"access_token_file": "token", "path": "a/b"}, folder=tmp_path))
    assert account.access_token.get_secret_value() == VALUE
    assert account.path == tmp_path / "a" / "b"
    assert list(secrets(account)) == [VALUE]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"access_token": ""}, "access_token: is empty; give it, or take the line out"),
        ({"access_token": f"{VALUE} "}, "access_token: has white space at an end"),
        ({"access_token": f"a\n{VALUE}"}, "access_token: has white space at an end, or a line break in it"),
        ({"access_token": 5}, "access_token: must be text, in quotes"),
        ({"access_token_file": "none"}, "access_token_file: the file cannot be read (No such file or directory)"),
        ({"access_token_file": "."}, "access_token_file: the file cannot be read (Is a directory)"),
        ({"access_token_file": "empty"}, "access_token_file: is empty"),
        ({"access_token_file": "open"}, "access_token_file: the file can be read by others on this machine; chmod 600"),
        ({"access_token_file": 3}, "access_token_file: must be the path of a file, in quotes"),
        ({"access_token_file": "empty", "access_token": VALUE}, "are both set; keep one of them"),
        ({"acces_token": VALUE}, "acces_token: unknown key; did you mean access_token?"),
    ],
)
def test_a_secret_that_cannot_be_used(tmp_path: Path, table: dict[str, object], words: str) -> None:
    for name, text, mode in (("empty", "", 0o600), ("open", VALUE, 0o640)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(mode)
    with pytest.raises(ConfigError) as caught:
        validate(Account, Table(table, folder=tmp_path), ("adapters", "onebot"))
    assert str(caught.value).startswith("config.toml: [adapters.onebot] ")
    assert words in str(caught.value)
    assert VALUE not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "want"),
    [
        ("sqlite:///data/x.db", "sqlite:////home/x/data/x.db"),
        ("sqlite:////var/x.db", "sqlite:////var/x.db"),
        ("sqlite+aiosqlite:///x.db", "sqlite:////home/x/x.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgres://u@h/d", "postgresql://u@h/d"),
        ("postgresql+asyncpg://u:p@h:5432/d?ssl=require", "postgresql://u:p@h:5432/d?ssl=require"),
        ("postgresql:///d?host=/run/postgresql", "postgresql:///d?host=/run/postgresql"),
    ],
)
def test_database_url_means_the_same_from_any_folder(url: str, want: str) -> None:
    assert anchored(url, Path("/home/x")) == want


@pytest.mark.parametrize(
    "url", ["", "mysql://h/d", "x.db", "sqlite://x.db", "sqlite:///", "postgresql://h", "postgresql://h:x/d"]
)
def test_database_url_that_cannot_be_used(url: str) -> None:
    with pytest.raises(ValueError, match=r"^(must|has) "):
        anchored(url, Path("/home/x"))


def test_database_url_is_shown_without_its_password() -> None:
    assert shown(SecretStr(f"postgresql://u:{VALUE}@h/d")) == "postgresql://u:***@h/d"
    assert shown(SecretStr("sqlite:////x.db")) == "sqlite:////x.db"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_a_file_open_to_everyone_is_told(file: Path) -> None:
    config = loaded(file, "")
    file.chmod(0o644)
    assert exposed(config) == [
        "config.toml can be read by everyone on this machine; chmod 600 it, or keep secrets elsewhere"
    ]
    file.chmod(0o600)
    assert exposed(config) == []


def test_tables_from_the_environment() -> None:
    tree = from_environment({"XIANGQUN__A__B": "1", "XIANGQUN__A__C__D": "2", "xiangqun__e__f": "3"})
    assert tree == {"a": {"b": "1", "c": {"d": "2"}}, "e": {"f": "3"}}
    assert isinstance(tree["a"]["b"], Given)
    assert overlay({"a": {"b": 0, "x": 1}, "y": 2}, tree)["a"] == {"b": "1", "x": 1, "c": {"d": "2"}}


@pytest.mark.parametrize(
    ("loc", "want"),
    [
        (["web", "port"], "[web] port"),
        (["web"], "[web]"),
        (["holidays", "add", 1], "[holidays] add, item 2"),
        (["adapters", "qq2", "token"], "[adapters.qq2] token"),
        (["adapters", "qq2"], "[adapters.qq2]"),
        (["handlers", "digest", "groups", "a"], "[handlers.digest.groups] a"),
    ],
)
def test_place(loc: list[str | int], want: str) -> None:
    assert place(loc) == want


def test_near() -> None:
    assert near("prot", ["port", "host"]) == "; did you mean port?"
    assert near("zzzz", ["port", "host"]) == ""


# -- [llm] ------------------------------------------------------------------------------------------------------------


def test_a_language_model_is_off_and_complete_when_it_is_on(file: Path) -> None:
    assert loaded(file, "").llm.enabled is False
    config = loaded(file, '[llm]\nenabled = true\nurl = "https://llm.example.org/v1/"\nmodel = "m"\nkey = "sk-hidden"')
    assert config.llm.url == "https://llm.example.org/v1"
    assert "sk-hidden" in set(secrets(config))
    assert "sk-hidden" not in repr(config)
    for url in ("http://127.0.0.1:11434/v1", "http://localhost:1/v1", "http://[::1]:1/v1"):
        assert loaded(file, f'[llm]\nurl = "{url}"').llm.url == url


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("enabled = true", "[llm]: enabled needs url"),
        ('enabled = true\nurl = "https://llm.example.org"', "[llm]: enabled needs model"),
        ('url = "http://llm.example.org/v1"', "[llm] url: could be read on the way"),
        ('url = "http://10.0.0.7/v1"', "[llm] url: could be read on the way"),
        ('url = "ftp://llm.example.org"', "[llm] url: is no address"),
        ('url = "llm.example.org/v1"', "[llm] url: is no address"),
        ('url = "https://llm.example.org:port/v1"', "[llm] url: is no address"),
        ('url = "https://me:hunter2@llm.example.org/v1"', "[llm] url: must be an address and nothing else"),
        ('url = "https://llm.example.org/v1?key=hunter2"', "[llm] url: must be an address and nothing else"),
        ('key = "sk-密钥hunter2"', "[llm] key: has signs that no key has"),
        ('key = ""', "[llm] key: is empty"),
        ("timeout = 0", "[llm] timeout: must be greater than or equal to 1"),
        ("daily_buget = 3", "did you mean daily_budget?"),
    ],
)
def test_what_a_language_model_cannot_be_set_to(file: Path, text: str, words: str) -> None:
    told = refused(file, f"[llm]\n{text}")
    assert words in told
    assert "hunter2" not in told
