"""run.py: what it decides as tables, and one real set-up of a bare checkout without any network."""

import ast
import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import run

FAST = ["-m", "not middle and not long", "-n"]
MIDDLE = ["-m", "middle and not long", "--dist", "worksteal", "-n"]


@pytest.mark.parametrize(
    ("arguments", "want"),
    [
        ([], [[*FAST, "2"], [*MIDDLE, "2"]]),
        (["-n", "4"], [[*FAST, "4"], [*MIDDLE, "4"]]),
        (["-n0", "-q"], [[*FAST, "0", "-q"], [*MIDDLE, "0", "-q"]]),
        (["--numprocesses", "auto"], [[*FAST, "auto"], [*MIDDLE, "auto"]]),
        (["long"], [["-m", "long"]]),
        (["long", "-k", "kill"], [["-m", "long", "-k", "kill"]]),
        (["tests/test_run.py"], [["tests/test_run.py"]]),
        (["-x", "tests/test_run.py", "-n", "2"], [["-x", "tests/test_run.py", "-n", "2"]]),
        (["-k", "lock"], [["-k", "lock"]]),
        (["-m", "middle"], [["-m", "middle"]]),
    ],
)
def test_tiers(arguments: list[str], want: list[list[str]]) -> None:
    assert run.tiers(arguments) == want


@pytest.mark.parametrize(
    ("listing", "environ", "want"),
    [
        ("", {}, {}),
        ("global.index-url='https://a/simple'\n", {}, {"UV_DEFAULT_INDEX": "https://a/simple"}),
        (
            "global.index-url='https://a'\ninstall.index-url='https://b'\n:env:.index-url='https://c'\n",
            {},
            {"UV_DEFAULT_INDEX": "https://c"},
        ),
        (":env:.index-url='https://c'\nglobal.index-url='https://a'\n", {}, {"UV_DEFAULT_INDEX": "https://c"}),
        ("download.index-url='https://a'\nuser.x='1'\n", {}, {}),
        ("global.index-url='https://a'\n", {"UV_DEFAULT_INDEX": "https://own"}, {}),
        (
            "global.extra-index-url='https://a\\nfile:///b/simple'\n",
            {},
            {"UV_INDEX": "https://a file:///b/simple", "UV_INDEX_STRATEGY": "unsafe-best-match"},
        ),
        ("global.find-links='/wheels https://a/b'\n", {}, {"UV_FIND_LINKS": "/wheels,https://a/b"}),
        (
            "global.cert='/ca.pem'\nglobal.client-cert='/me.pem'\nglobal.trusted-host='a b:81'\n",
            {},
            {"SSL_CERT_FILE": "/ca.pem", "SSL_CLIENT_CERT": "/me.pem", "UV_INSECURE_HOST": "a b:81"},
        ),
        ("global.cert='/ca.pem'\n", {"SSL_CERT_FILE": "/own.pem"}, {}),
        (
            ":env:.default-timeout='180'\nglobal.retries='2'\n",
            {},
            {"UV_HTTP_TIMEOUT": "180", "UV_HTTP_RETRIES": "2"},
        ),
        ("global.proxy='http://p:1'\n", {}, {"HTTP_PROXY": "http://p:1", "HTTPS_PROXY": "http://p:1"}),
        (""":env:.index-url="https://u:it's@a"\n""", {}, {"UV_DEFAULT_INDEX": "https://u:it's@a"}),
    ],
)
def test_the_settings_of_pip_become_those_of_uv(listing: str, environ: dict[str, str], want: dict[str, str]) -> None:
    assert run.uv_settings(listing, environ) == (want, [])


def test_without_an_index_uv_asks_none_either() -> None:
    assert run.uv_settings("global.no-index='true'\n", {})[1] == ["--no-index"]
    assert run.uv_settings("global.no-index='0'\n", {})[1] == []


def test_an_old_python_is_told_what_to_do() -> None:
    run.refuse_old_python((3, 11), lambda *_: False)
    with pytest.raises(run.SetupError, match=r"3\.11 or newer is needed, this is 3\.8\. Try: python3\.12 run\.py"):
        run.refuse_old_python((3, 8), lambda name, _: name == "python3.12")
    with pytest.raises(run.SetupError, match=r"this is 2\.7\. Install Python 3\.11 or newer\."):
        run.refuse_old_python((2, 7), lambda *_: False)


def test_an_old_python_can_read_it() -> None:
    ast.parse((run.ROOT / "run.py").read_text("utf-8"), feature_version=(3, 7))


def requirements(lock: Path) -> list[str]:
    text = lock.read_text("utf-8").replace("\\\n", "")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("lock", [run.LOCK, run.INSTALLER], ids=["requirements", "installer"])
def test_a_lock_has_exact_versions_with_hashes_and_no_host(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash)", text, re.MULTILINE)
    for line in requirements(lock):
        assert re.match(r"[\w.-]+==[\w.+!-]+ .*--hash=sha256:[0-9a-f]{64}", line), line


def test_lock_and_project_agree() -> None:
    assert run.LOCK.read_text("utf-8").startswith(run.HEADER)
    locked = {}
    for line in requirements(run.LOCK):
        found = Requirement(line.partition(" --hash")[0])
        locked[found.name.lower().replace("_", "-")] = str(found.specifier).removeprefix("==")
    project = tomllib.loads((run.ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *(one for group in project["dependency-groups"].values() for one in group),
    ]
    for requirement in map(Requirement, wanted):
        version = locked.get(requirement.name.lower().replace("_", "-"), "missing")
        assert version != "missing", requirement.name
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement} but {version} is locked"


def test_what_ci_runs_is_what_people_run() -> None:
    script = run.ROOT / ".ci" / "run"
    assert "set -euo pipefail" in script.read_text("utf-8")
    assert re.findall(r"python3 run\.py \w+", script.read_text("utf-8")) == [
        "python3 run.py check",
        "python3 run.py test",
    ]
    assert os.access(script, os.X_OK)


def test_a_lock_dies_with_its_holder(tmp_path: Path) -> None:
    holds = f"import run, time; f = open({str(tmp_path / 'l')!r}, 'a+b'); print(run.seize(f.fileno()), flush=True)"
    holds += "; time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", holds], cwd=run.ROOT, stdout=subprocess.PIPE, text=True)
    with (tmp_path / "l").open("a+b") as file, holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert not run.seize(file.fileno())
        holder.kill()
        holder.wait()
        assert run.seize(file.fileno())


def wheel(folder: Path, name: str, code: str) -> str:
    """Write a wheel of one module and return its requirement with its hash."""
    files = {
        f"{name}.py": code,
        f"{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{name}-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [f"{path},sha256={_digest(text)},{len(text)}" for path, text in files.items()]
    files[f"{name}-1.0.dist-info/RECORD"] = "\n".join([*rows, f"{name}-1.0.dist-info/RECORD,,", ""])
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in files.items():
            archive.writestr(inside, text)
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A checkout with run.py, a bot of three lines, and a lock of one package that lies on the disk."""
    for folder in ("checkout/deploy", "checkout/bot", "wheels"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(run.ROOT / "run.py", tmp_path / "checkout")
    shutil.copy(run.INSTALLER, tmp_path / "checkout" / "deploy")
    (tmp_path / "checkout" / "requirements.lock").write_text(
        wheel(tmp_path / "wheels", "tiny_thing", "word = 'installed'")
    )
    bot = "import os, sys, tiny_thing\nprint(tiny_thing.word, sys.argv[1:], os.getcwd())\nsys.exit(len(sys.argv))\n"
    (tmp_path / "checkout" / "bot" / "__main__.py").write_text(bot)
    return tmp_path


def start(bare: Path, *arguments: str) -> subprocess.Popen[str]:
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(bare / "wheels"), "PIP_CONFIG_FILE": os.devnull}
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "UV_", "PYTHON"))}
    command = [sys.executable, str(bare / "checkout" / "run.py"), *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=bare, env={**environ, **offline}, text=True, **pipes)  # type: ignore[call-overload,no-any-return]


@pytest.mark.middle
def test_a_bare_checkout_is_set_up_once_and_mended_when_broken(bare: Path) -> None:
    # Killed in the middle of it: what it started still holds the lock, the next start waits and then mends.
    killed = start(bare)
    assert killed.stderr is not None
    while "Making .venv" not in killed.stderr.readline():
        pass
    killed.kill()
    killed.communicate()
    first, second = start(bare), start(bare, "stats", "--week")
    out, err = first.communicate()
    assert (out, first.returncode) == (f"installed ['demo'] {bare}\n", 2)
    other_out, other_err = second.communicate()
    assert (other_out, second.returncode) == (f"installed ['stats', '--week'] {bare}\n", 3)
    assert "Another set-up is under way" in err + other_err
    assert (err + other_err).count("Ready after") == 1
    assert "pip can do the same" in err + other_err  # the installer itself is not on the disk

    again = start(bare)
    assert again.communicate() == (f"installed ['demo'] {bare}\n", "")

    (bare / "checkout" / ".venv" / "pyvenv.cfg").unlink()
    mended = start(bare)
    out, err = mended.communicate()
    assert "Ready after" in err
    assert mended.returncode == 2

    lock = bare / "checkout" / "requirements.lock"
    lock.write_text(f"absent_thing==1.0 --hash=sha256:{'0' * 64}\n")
    wrong = start(bare)
    out, err = wrong.communicate()
    assert (out, wrong.returncode) == ("", 1)
    assert "run.py: Installing up to 1 packages with pip failed. Its last lines:" in err
    assert "Traceback" not in err
