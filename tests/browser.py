"""A real Chromium for the tests, on any machine: one that is named, one that is installed, or one from a package.

Order: `TEST_CHROMIUM`, the machine's own, playwright's own download, else the npm package @sparticuz/chromium, which
carries a binary for Linux on x86-64; it is fetched once and its hash is checked. Where none can be had, the tests that
need one fail and say so.
"""

from __future__ import annotations

import base64
import fcntl
import functools
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.platforms.wechat import node

HOME = Path(sys.prefix) / "share" / "browser"  # beside what else is installed for the tests
INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PACKAGE = "@sparticuz/chromium@147.0.0"
INTEGRITY = "4ZKeAQQa8up2mt675qSitztLdbQrlf8BKdC5naeap+5Mv1OV1OlJdPoU+EJC/p5sQUJUQmN4r+q5+EhaaOUHpQ=="
PARTS = ("chromium", "al2023.tar", "swiftshader.tar")  # each is compressed with Brotli, which Node.js can undo
GENERIC = ("system-ui", "sans-serif", "monospace", "serif")
SECONDS = 600.0
UNPACK = """
const fs = require('node:fs'), zlib = require('node:zlib'), { pipeline } = require('node:stream/promises');
const [from, to, ...names] = process.argv.slice(1);
(async () => { for (const name of names) await pipeline(
  fs.createReadStream(`${from}/${name}.br`), zlib.createBrotliDecompress(), fs.createWriteStream(`${to}/${name}`)) })();
"""


class BrowserMissingError(RuntimeError):
    """There is no browser to test with; the text says what to do."""


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Give a running browser that has glyphs for Chinese."""
    binary = executable()
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=binary,
            args=["--no-sandbox", "--in-process-gpu", "--use-angle=swiftshader", "--disable-dev-shm-usage"],
            env={**os.environ, **environment(binary)},  # type: ignore[arg-type]
        )
        try:
            yield opened
        finally:
            await opened.close()


@functools.cache
def executable() -> Path:
    """Return the browser's binary.

    Raises:
        BrowserMissingError: None is here, and none can be fetched.
    """
    named = os.environ.get("TEST_CHROMIUM")
    if named:
        return Path(named)
    found = next((path for name in INSTALLED if (path := shutil.which(name))), None)
    return Path(found) if found else _downloaded() or _packaged()


def _downloaded() -> Path | None:
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    patterns = ("chromium_headless_shell-*/*/headless_shell", "chromium_headless_shell-*/*/chrome-headless-shell")
    return next((path for pattern in patterns for path in sorted(folder.glob(pattern))), None)


def _packaged() -> Path:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise BrowserMissingError("No Chromium here. Install one, or: python -m playwright install chromium")
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = HOME / "stamp"
        if not stamp.exists() or stamp.read_text("ascii") != PACKAGE:
            _fetch()
            stamp.write_text(PACKAGE, "ascii")
    return HOME / "chromium"


def _fetch() -> None:
    fresh = HOME / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    _run([*node._found()[1], "pack", PACKAGE, "--silent", "--pack-destination", str(fresh)], fresh)
    archive = next(fresh.glob("*.tgz"), None)
    if archive is None:
        raise BrowserMissingError(f"npm fetched no {PACKAGE}. Install Chromium, or name one in TEST_CHROMIUM.")
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != INTEGRITY:
        raise BrowserMissingError(f"{PACKAGE} is not the one that is known: its hash differs.")
    with tarfile.open(archive) as tar:
        tar.extractall(fresh, filter="data")
    _run([*node.node(), "-e", UNPACK, str(fresh / "package" / "bin"), str(HOME), *PARTS], fresh)
    for name in PARTS[1:]:
        with tarfile.open(HOME / name) as tar:
            tar.extractall(HOME, filter="data")
    (HOME / "chromium").chmod(0o755)
    shutil.rmtree(fresh)


def _run(command: list[str], folder: Path) -> None:
    folders = [str(Path(node.node()[0]).parent), os.environ.get("PATH", "")]
    path = {**os.environ, "PATH": os.pathsep.join(folders)}
    try:
        done = subprocess.run(command, cwd=folder, env=path, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired as late:
        raise BrowserMissingError(f"{command[0]} took more than {SECONDS:g} s: is a registry in reach?") from late
    if done.returncode:
        raise BrowserMissingError(
            "No Chromium here, none can be fetched. Install one (apt install chromium), or name it in TEST_CHROMIUM. "
            f"npm says:\n{done.stderr[-2000:]}"
        )


def environment(binary: Path) -> dict[str, str]:
    """Return what a browser needs in its environment: fonts with Chinese, and the libraries that came with it."""
    HOME.mkdir(parents=True, exist_ok=True)
    found = find_spec("noto_cjk_sans_otc")
    if found is None or found.origin is None:
        raise BrowserMissingError("There is no Chinese font. Install the test group: python3 run.py test does.")
    config = HOME / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{Path(found.origin).parent}</dir><dir>/usr/share/fonts</dir><cachedir>{HOME / 'fontcache'}</cachedir>"
        + "".join(
            f"<alias><family>{name}</family><prefer><family>Noto Sans CJK SC</family></prefer></alias>"
            for name in GENERIC
        )
        + "</fontconfig>",
        "utf-8",
    )
    own = {"LD_LIBRARY_PATH": str(HOME / "lib")} if binary.parent == HOME else {}
    return {"FONTCONFIG_FILE": str(config), **own}
