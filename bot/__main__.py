"""`python -m bot`: the command line; nothing heavy is imported before a command needs it."""

from __future__ import annotations

from bot.cli import main

if __name__ == "__main__":
    main()
