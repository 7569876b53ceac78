"""`mailroute rehearse`: run a program against a simulated account, and show what would come of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.core import ParameterSource

from .inputs import load_project, with_assumed_region, with_stack_files
from .output import in_colour, is_terminal
from .parameters import SECONDS, KeyAndValue, StackFile
from .rehearsing import Asked, rehearse
from .reporting import Reporting, report_options
from .run import masked
from .status import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from mailroute.rehearsal.result import Event

_TIMEOUT: Final = 300
_MOST_CONFIGURATIONS: Final = 32
_PATH: Final = click.Path(path_type=Path)
_OF_ONE_STACK: Final = {
    "stack": "--stack",
    "config": "--config",
    "config_path": "--config-path",
    "config_file": "--config-file",
}
"""The options, by parameter, that make no sense for all stacks of a project."""


@click.command("rehearse", short_help="Run a program against a simulated account, under its policies.")
@click.argument("directory", type=_PATH, required=False, metavar="[DIR]")
@click.option("--program", type=_PATH, metavar="DIR", help="The same as the argument DIR.")
@click.option(
    "--stack",
    envvar="PULUMI_STACK",
    metavar="NAME",
    help="Which stack.  [default: $PULUMI_STACK, else prod, else the only one]",
)
@click.option("--all-stacks", is_flag=True, help="Every stack that has a config file, in one report.")
@click.option(
    "--config",
    "-c",
    "config",
    type=KeyAndValue(),
    multiple=True,
    metavar="KEY=VALUE",
    help="Set this over the stack's config; may be given several times.",
)
@click.option(
    "--config-path",
    is_flag=True,
    help="Take the keys of --config for paths into objects and lists, as 'pulumi config set --path' does.",
)
@click.option(
    "--config-file", type=_PATH, metavar="FILE", help="The stack's config.  [default: Pulumi.<stack>.yaml]"
)
@click.option(
    "--stack-reference",
    "stack_files",
    type=StackFile(),
    multiple=True,
    metavar="STACK=FILE",
    help="The outputs of ORG/PROJECT/STACK, as 'pulumi stack output --json' or 'pulumi stack export' prints "
    "them, or a folder with ORG/PROJECT/STACK.json; may be given several times.",
)
@click.option(
    "--explore",
    "explores",
    is_flag=True,
    help="Also under other values of its config, and name the smallest configuration that loses a path.",
)
@click.option(
    "--explore-limit",
    "limit",
    type=click.IntRange(min=1),
    default=_MOST_CONFIGURATIONS,
    show_default=True,
    metavar="N",
    help="How many configurations --explore chooses at most.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, metavar="N", help="By which --explore chooses them."
)
@click.option("--up", is_flag=True, help="Simulate the creation instead, so that ids are known.")
@click.option(
    "--no-creation",
    "alone",
    is_flag=True,
    help="Leave out the creation that is simulated beside a preview.",
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "embedded", "pulumi"]),
    default="auto",
    show_default=True,
    help="The embedded engine, or the real Pulumi CLI with a throw-away backend; auto takes the CLI "
    "where it is on PATH.",
)
@click.option(
    "--account",
    "account_file",
    type=_PATH,
    metavar="FILE",
    help="The AWS account to simulate, as 'mailroute snapshot' saves it.  "
    "[default: the program's accounts/<stack>.json, else an empty account]",
)
@click.option(
    "--policy-pack",
    "packs",
    type=_PATH,
    multiple=True,
    metavar="DIR",
    help="A policy pack; may be given several times.  [default: the program's policies, else mailroute's]",
)
@click.option(
    "--policy-pack-config",
    "pack_config",
    type=_PATH,
    metavar="FILE",
    help="JSON: the configuration of the policies, by their names.",
)
@report_options
@click.option(
    "--timeout",
    type=SECONDS,
    default=_TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="Give up after that long.",
)
def command(
    directory: Path | None,
    program: Path | None,
    stack: str | None,
    all_stacks: bool,
    config: tuple[tuple[str, str], ...],
    config_path: bool,
    config_file: Path | None,
    stack_files: tuple[tuple[str, Path], ...],
    explores: bool,
    limit: int,
    seed: int,
    up: bool,
    alone: bool,
    engine: str,
    account_file: Path | None,
    packs: tuple[Path, ...],
    pack_config: Path | None,
    timeout: int,
    reporting: Reporting,
) -> int:
    """Run the Pulumi program in DIR against a simulated AWS account, and show what would come of it.

    DIR is where its Pulumi.yaml is; without it, the project that the current directory is in is taken.

    That is: the resources, the egress of every App Runner service, ECS service and Lambda function
    today and after, the DNS records, and what the policies say. It needs no credentials, and nothing
    leaves this machine. Beside a preview the creation is simulated, and shown where it decides otherwise.

    \b
    Examples:
      mailroute rehearse
      mailroute rehearse --stack dev --up
      mailroute rehearse --all-stacks
      mailroute rehearse --explore
      mailroute rehearse --config domain=shop.example --config aws:region=eu-west-1
      mailroute rehearse ../shop --account shop.json --policy-pack policies
      mailroute rehearse --json | jq '.egress[].verdict'
      mailroute rehearse --markdown comment.md --save sarif=mailroute.sarif

    \b
    Exit status:
      0  every mandatory policy holds
      1  a mandatory policy is violated, or with --explore a path is lost
      2  the program, its config or an argument is wrong, with --all-stacks that of one stack too
      3  mailroute itself failed
    """
    from mailroute.rehearsal.given_config import GivenConfig

    if directory and program:
        raise click.UsageError(f"the project is named twice, as {directory} and with --program {program}")
    asked = Asked(up, alone, engine, account_file, packs, pack_config, timeout)
    if explores and (all_stacks or up):
        others = "--all-stacks" if all_stacks else "--up"
        raise click.UsageError(f"--explore and {others} do not go together: leave one of them out")
    if not explores:
        _refuse_without("--explore", {"limit": "--explore-limit", "seed": "--seed"})
    if all_stacks:
        _refuse("--all-stacks", _OF_ONE_STACK)
        from .all_stacks import rehearse_all

        return rehearse_all(directory or program, stack_files, asked, reporting)
    project = load_project(directory or program, stack, GivenConfig(config, config_path, config_file))
    project = with_assumed_region(with_stack_files(project, stack_files), account_file)
    if explores:
        from .exploring import explore_stack

        with masked(project.mask):
            return explore_stack(project, asked, reporting.prepare_explored(), limit=limit, seed=seed)
    reporting = reporting.prepare(project)
    report = rehearse(project, asked, reporting, _watch)
    with masked(project.mask):
        reporting.show(reporting.compared(report, project.mask))
    return Status.OK if report.ok else Status.BLOCKED


def _refuse_without(option: str, others: Mapping[str, str]) -> None:
    """
    Raises:
        UsageError: the command line gives one of `others`, by parameter, without `option`.
    """
    for parameter, name in others.items():
        if _is_given(parameter):
            raise click.UsageError(f"{name} is for {option}: give that too")


def _is_given(parameter: str) -> bool:
    source = click.get_current_context().get_parameter_source(parameter)
    return source is ParameterSource.COMMANDLINE


def _refuse(option: str, others: Mapping[str, str]) -> None:
    """
    Raises:
        UsageError: the command line gives one of `others`, by parameter, beside `option`.
    """
    for parameter, name in others.items():
        if _is_given(parameter):
            raise click.UsageError(f"{option} and {name} do not go together: {name} is of one stack")


def _watch(title: str) -> AbstractContextManager[Callable[[Event], None]]:
    from .live import progress  # It loads the proof, which the program's processes start before.

    return progress(title, terminal=is_terminal(sys.stderr), colour=in_colour(sys.stderr))
