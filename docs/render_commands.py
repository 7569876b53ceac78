"""Writes the reference of the commands from their own help: `python docs/render_commands.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from mailroute.cli import COMMANDS, cli

PAGE: Final = Path(__file__).parent / "reference" / "commands.md"
_WIDTH: Final = 100

INTRODUCTION: Final = """\
# Commands

*Written by `python docs/render_commands.py` from what `--help` prints.*

What they print, and their exit statuses: [output](output.md). How a shell completes them:
[guide](../guide.md#rehearse).
"""


def page() -> str:
    """The whole page."""
    group = click.Context(cli, info_name="mailroute", terminal_width=_WIDTH, **cli.context_settings)
    parts = [INTRODUCTION, _section("mailroute", cli.get_help(group))]
    for name in COMMANDS:
        command = cli.get_command(group, name)
        assert command is not None  # noqa: S101  (it is one of them)
        own = click.Context(command, group, name, terminal_width=_WIDTH, **command.context_settings)
        parts.append(_section(f"mailroute {name}", command.get_help(own)))
    return "\n".join(parts)


def _section(name: str, text: str) -> str:
    lines = (line.rstrip() for line in text.splitlines())
    return f"## {name}\n\n```text\n" + "\n".join(lines) + "\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
