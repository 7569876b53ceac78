"""The command line. A command is a module here that defines `command`, and a line in `COMMANDS`.

A command returns its exit status. What a person got wrong it raises as `click.ClickException` or
`RehearsalError`: `main` makes one line on standard error and exit status 2 of either. Modules
import what is slow to load inside their functions, so that `--help` stays quick.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Final

import click
from click.shell_completion import shell_complete

from mailroute import __version__

from .status import exit_status

COMMANDS: Final = {
    "rehearse": "mailroute.cli.rehearse",
    "diagnose": "mailroute.cli.diagnose",
    "explain": "mailroute.cli.explain",
    "snapshot": "mailroute.cli.snapshot",
    "apply-settings": "mailroute.cli.apply_settings",
    "adopt": "mailroute.cli.adopt",
    "iam-policy": "mailroute.cli.iam_policy",
    "policy-pack": "mailroute.cli.policy_pack",
}
"""The commands in the order in which `--help` shows them, and the module of each."""

_COMPLETE: Final = "_MAILROUTE_COMPLETE"
"""The variable by which a shell asks for completions, as click names it."""

_GARBAGE_THRESHOLD: Final = 200_000
"""New objects between two searches for garbage: a command loads a lot that lives until its end."""


class _Commands(click.Group):
    """Loads the module of a command when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name]).command
        return command


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="See 'mailroute COMMAND --help' for each. MAILROUTE_DEBUG=1 shows the traceback of a fault.",
)
@click.version_option(__version__, prog_name="mailroute")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Prove that the mail of a container or function in an AWS VPC reaches its server, before it is deployed.

    It judges ECS services, Lambda functions and App Runner services, says which hop breaks, and what fixes it
    at what price.

    \b
    Examples:
      mailroute rehearse                  what 'pulumi up' of the project in this directory would do
      mailroute rehearse ../shop --stack dev
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Run the command line and leave the process with its exit status."""
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a character shows `?`
    gc.set_threshold(_GARBAGE_THRESHOLD)
    status = exit_status(_run)
    gc.freeze()  # Python would search all that is loaded for garbage once more, before it ends
    sys.exit(status)


def _open_what_is_closed() -> None:
    """Let a standard stream that was closed at the start lead nowhere: no other file may take its number."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _run() -> int | None:
    """What `cli.main()` does, which would take a closed pipe for the end of a command that failed."""
    instruction = os.environ.get(_COMPLETE)
    if instruction:
        return shell_complete(cli, {}, "mailroute", _COMPLETE, instruction)
    try:
        with cli.make_context("mailroute", sys.argv[1:]) as context:
            status: int | None = cli.invoke(context)
            return status
    except click.exceptions.Exit as done:  # after --help and --version
        return done.exit_code
