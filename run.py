#!/usr/bin/env python3
"""Sets up `.venv` on a bare machine, then runs the demo, the tests, the checks or a command of the bot.

Standard library only, and readable by Python 3.7, so that an older one can say what is missing.
"""

from __future__ import annotations

import ast
import collections
import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "setup.stamp"
MARK = VENV / "pyvenv.cfg"  # without it the Python in there would be the machine's own
LOCK = ROOT / "requirements.lock"
INSTALLER = ROOT / "deploy" / "installer.lock"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
UV = BIN / ("uv.exe" if os.name == "nt" else "uv")
TERMINAL = sys.stderr.isatty()
SAME_LINE, TICK = ("\r", 1.0) if TERMINAL else ("\n", 10.0)
HEADER = "# Exact versions with hashes for Python 3.11 to 3.13, every platform. Written by: python3 run.py lock\n"
LOCK_OPTIONS = """--group test --group check --universal --python-version 3.11 --generate-hashes
    --no-emit-index-url --no-annotate --no-header --quiet"""
USAGE = """\
python3 run.py                     set up, then run the demo
python3 run.py test [args]         the fast tests, then the middle ones; with args: one pytest with them
python3 run.py test long [args]    the large counts
python3 run.py check               formatting, lint, types, architecture
python3 run.py lock [--upgrade]    write requirements.lock anew from pyproject.toml
python3 run.py COMMAND ...         a command of the bot:
"""


class SetupError(Exception):
    """The set-up cannot go on; the text says why and what to do."""


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks, and return the exit code of what ran."""
    command, rest = (arguments[0], list(arguments[1:])) if arguments else ("demo", [])
    if command in ("-h", "--help"):
        print(USAGE, flush=True)
    try:
        refuse_old_python(sys.version_info[:2], runs)
        ready()
    except (SetupError, OSError) as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 1
    own = {"test": test, "check": check, "lock": lock}
    return own[command](rest) if command in own else bot([command, *rest])


def bot(arguments: Sequence[str]) -> int:
    """Run `python -m bot` in the caller's folder; where the system can, in this very process, so signals reach it."""
    # -P: a file of the caller's folder must not be imported in place of ours.
    command = [str(PYTHON), "-P", "-m", "bot", *arguments]
    if os.name != "nt":
        os.execve(command[0], command, environment())  # noqa: S606
    return call(command)


def test(arguments: Sequence[str]) -> int:
    """Run the tiers one after the other, up to the first that fails; the last line printed is pytest's own."""
    first, *more = ([str(PYTHON), "-m", "pytest", *options] for options in tiers(arguments))
    began = time.monotonic()
    code = call(first, ROOT)
    if code or not more:
        return code
    print(f"\nThe fast tier took {time.monotonic() - began:.0f} s. Now the middle tier.\n", flush=True)
    return call(more[0], ROOT)


def tiers(arguments: Sequence[str]) -> list[list[str]]:
    """Return the options of each pytest to run: plain flags go to both tiers, what selects tests goes to one run."""
    if arguments and arguments[0] == "long":
        return [["-m", "long", *arguments[1:]]]
    flags: list[str] = []
    workers = "2"
    left = list(arguments)
    while left:
        flag = left.pop(0)
        if flag in ("-n", "--numprocesses") and left:
            workers = left.pop(0)
        elif re.match(r"-n(\d+|auto)$", flag):
            workers = flag[2:]
        elif not flag.startswith("-") or flag.startswith(("-k", "-m")):
            return [list(arguments)]
        else:
            flags.append(flag)
    return [
        ["-m", "not middle and not long", "-n", workers, *flags],
        ["-m", "middle and not long", "--dist", "worksteal", "-n", workers, *flags],
    ]


def check(arguments: Sequence[str]) -> int:
    """Run every static check, also after one failed, and say at the end which did."""
    floors = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    checks = {
        "ruff format": ["-m", "ruff", "format", "--check", "."],
        "ruff check": ["-m", "ruff", "check", "."],
        "mypy": ["-m", "mypy"],
        "import-linter": ["-c", floors, "--no-logo"],
    }
    failed = [name for name, options in checks.items() if call([str(PYTHON), *options, *arguments], ROOT)]
    print("check: " + (", ".join(failed) + " failed" if failed else "all green"))
    return 1 if failed else 0


def lock(arguments: Sequence[str]) -> int:
    """Write requirements.lock anew; versions stay unless pyproject.toml or an option such as --upgrade moves them."""
    fresh = VENV / "requirements.lock.new"
    shutil.copyfile(LOCK, fresh)
    command = [str(UV), "pip", "compile", "pyproject.toml", *LOCK_OPTIONS.split(), "-o", str(fresh), *arguments]
    settings, options = uv_settings(pip_config(), os.environ)
    code = call(command + options, ROOT, settings)
    text = fresh.read_text("utf-8")
    if code == 0 and "://" in text:
        print("run.py: the lock would name a host; requirements.lock is left as it was.", file=sys.stderr)
        return 1
    if code == 0:
        fresh.write_text(HEADER + text, "utf-8")
        fresh.replace(LOCK)
    return code


def refuse_old_python(version: tuple[int, ...], runs: Callable[[str, str], bool]) -> None:
    """Raise unless this Python is new enough, naming a newer one if the machine has it."""
    if version >= (3, 11):
        return
    names = (f"python3.{minor}" for minor in range(14, 10, -1))
    newer = next((name for name in names if runs(name, "--version")), None)
    advice = f"Try: {newer} run.py" if newer else "Install Python 3.11 or newer."
    raise SetupError(f"Python 3.11 or newer is needed, this is {version[0]}.{version[1]}. {advice}")


def runs(*command: str) -> bool:
    """Whether a command exists and succeeds."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def ready() -> None:
    """Make sure that `.venv` holds what requirements.lock says; return at once when it does."""
    if finished():
        return
    with only_one() as descriptor:
        if not finished():
            set_up(descriptor)


def set_up(descriptor: int) -> None:
    """Make or mend `.venv`, and stamp it once everything is in."""
    began = time.monotonic()
    say("Setting up .venv (once; it needs the network and about 800 MB).")
    if not usable():
        if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
            raise SetupError("this Python cannot make a venv. On Debian or Ubuntu: apt install python3-venv")
        demand("Making .venv", [sys.executable, "-m", "venv", "--clear", str(VENV)], descriptor)
    STAMP.write_text("unfinished", "utf-8")
    install(descriptor)
    STAMP.write_text(stamp(), "utf-8")
    say(f"Ready after {time.monotonic() - began:.0f} s.")


def install(descriptor: int) -> None:
    """Install the lock with uv, which is several times faster, else with pip: the same files by the same hashes."""
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "-r"]
    packages = len(re.findall(r"^[\w.-]+==", LOCK.read_text("utf-8"), re.MULTILINE))
    if step("Fetching the installer", [*pip, str(INSTALLER)], descriptor) is None:
        settings, options = uv_settings(pip_config(), os.environ)
        uv = [str(UV), "pip", "install", "--python", str(PYTHON), "--require-hashes", "-r", str(LOCK), *options]
        if step(f"Installing up to {packages} packages", uv, descriptor, settings) is None:
            return
    say("  That did not work; pip can do the same in a minute or two.")
    demand(f"Installing up to {packages} packages with pip", [*pip, str(LOCK)], descriptor)


def finished() -> bool:
    """Whether the last set-up came to its end for these very locks."""
    return all(path.exists() for path in (PYTHON, MARK, STAMP)) and STAMP.read_text("utf-8") == stamp()


def usable() -> bool:
    """Whether `.venv` can be built upon: it starts, is new enough, has pip, and no set-up was cut off in it."""
    if not (PYTHON.exists() and MARK.exists()) or (STAMP.exists() and STAMP.read_text("utf-8") == "unfinished"):
        return False
    return runs(str(PYTHON), "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))")


def stamp() -> str:
    """Return what identifies a finished set-up: both locks and the Python that `.venv` has, whichever runs this."""
    version = re.search(r"^version(?:_info)? *= *(\S+)", MARK.read_text("utf-8"), re.MULTILINE)
    parts = [LOCK.read_bytes(), INSTALLER.read_bytes(), version.group(1).encode() if version else b""]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def pip_config() -> str:
    """Return what pip is set to on this machine, as `pip config list` tells it."""
    command = [str(PYTHON), "-m", "pip", "config", "list", "--disable-pip-version-check"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def uv_settings(listing: str, environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Translate pip's settings into uv's, which reads none of them: (environment, options).

    As in pip, the section `install` beats `global`, and the environment (`:env:`) beats both. What is already set
    for uv itself stays as it is.
    """
    rows = re.findall(r"^(global|install|:env:)\.([\w-]+)=(.*)$", listing, re.MULTILINE)
    rows.sort(key=lambda row: ["global", "install", ":env:"].index(row[0]))
    pip = {key.replace("default-timeout", "timeout"): ast.literal_eval(value) for _, key, value in rows}
    several = {key: pip.get(key, "").split() for key in ("extra-index-url", "find-links", "trusted-host")}
    settings = {
        "UV_DEFAULT_INDEX": pip.get("index-url"),
        "UV_INDEX": " ".join(several["extra-index-url"]),
        # pip takes the best version of all indexes, uv by itself that of the first index which has the name.
        "UV_INDEX_STRATEGY": "unsafe-best-match" if several["extra-index-url"] else None,
        "UV_FIND_LINKS": ",".join(several["find-links"]),
        "UV_INSECURE_HOST": " ".join(several["trusted-host"]),
        "UV_HTTP_TIMEOUT": pip.get("timeout"),
        "UV_HTTP_RETRIES": pip.get("retries"),
        "SSL_CERT_FILE": pip.get("cert"),
        "SSL_CLIENT_CERT": pip.get("client-cert"),
        "HTTP_PROXY": pip.get("proxy"),
        "HTTPS_PROXY": pip.get("proxy"),
    }
    options = ["--no-index"] if pip.get("no-index", "0").lower() in ("1", "true", "yes", "on") else []
    return {key: value for key, value in settings.items() if value and key not in environ}, options


@contextlib.contextmanager
def only_one() -> Iterator[int]:
    """Hold the lock of the set-up; the system lets go of it when its holder, and what that started, has ended."""
    with (ROOT / ".setup.lock").open("a+b") as file:
        if not seize(file.fileno()):
            say("Another set-up is under way; waiting for it.")
            while not seize(file.fileno()):
                time.sleep(0.2)
        yield file.fileno()


def seize(descriptor: int) -> bool:
    """Take the lock on a file, or return False when another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def demand(title: str, command: Sequence[str], descriptor: int) -> None:
    """Run a step that must succeed."""
    trouble = step(title, command, descriptor)
    if trouble is not None:
        raise SetupError(f"{title} failed. Its last lines:\n{trouble}")


def step(title: str, command: Sequence[str], descriptor: int, settings: Mapping[str, str] | None = None) -> str | None:
    """Run one step while saying for how long; return its last lines if it failed, else None."""
    held = () if os.name == "nt" else (descriptor,)  # a child that outlives us keeps the lock
    began = time.monotonic()
    child = subprocess.Popen(
        command, env=environment(settings), pass_fds=held, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    tail: collections.deque[bytes] = collections.deque(maxlen=15)
    reader = threading.Thread(target=tail.extend, args=[child.stdout], daemon=True)
    reader.start()
    try:
        while reader.is_alive():
            last = tail[-1].decode("utf-8", "replace").strip() if tail else ""
            say(f"  {title} ... {time.monotonic() - began:.0f} s  {last[:40]}", end=SAME_LINE)
            reader.join(TICK)
    except KeyboardInterrupt:
        child.terminate()
        raise
    finally:
        code = child.wait()
    say(f"  {title}: {'failed' if code else 'done'}, {time.monotonic() - began:.0f} s")
    return b"".join(tail).decode("utf-8", "replace") if code else None


def say(line: str, end: str = "\n") -> None:
    """Print a line of progress; it covers what `SAME_LINE` left standing on a terminal."""
    print(f"{line:<79.79}" if TERMINAL else line, end=end, file=sys.stderr, flush=True)


def call(command: Sequence[str], cwd: Path | None = None, settings: Mapping[str, str] | None = None) -> int:
    """Run a command in the foreground and return its exit code; Ctrl-C is the command's own business."""
    child = subprocess.Popen(command, cwd=cwd, env=environment(settings))
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue
        return 128 - code if code < 0 else code


def environment(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of what we start: our packages are found from any folder, text is UTF-8 everywhere."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1", **(settings or {})}


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        sys.exit(130)
