"""What a rehearsal works on, with the defaults for what the command line leaves out."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mailroute import pack
from mailroute.rehearsal.result import Diagnostic, RehearsalError, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mailroute.rehearsal.account import Account
    from mailroute.rehearsal.given_config import GivenConfig
    from mailroute.rehearsal.project import Project
    from rules.rule import Options

_USUAL_STACK: Final = "prod"
_USUAL_REGION: Final = "us-east-1"


def load_project(program: Path | None, stack: str | None, given: GivenConfig | None = None) -> Project:
    """The project in the directory `program`, or the one around this directory, with the config of `stack`.

    Without a name the stack is `prod`, or the only one that there is; what is `given` stands over its config.

    Raises:
        RehearsalError: there is no such project or stack, or it is not to be read.
    """
    from mailroute.rehearsal.project import Project, enclosing_project, stacks

    directory = enclosing_project(Path.cwd()) if program is None else program
    if not directory.is_dir():
        raise RehearsalError(f"{directory}: no such directory")
    if stack is None:
        known = stacks(directory)
        if known and _USUAL_STACK not in known and len(known) > 1:
            raise RehearsalError(f"{directory}: name one of its stacks with --stack: {', '.join(known)}")
        stack = known[0] if len(known) == 1 else _USUAL_STACK
    return Project.load(directory, stack, given)


def with_stack_files(project: Project, given: Sequence[tuple[str, Path]]) -> Project:
    """`project` with files for its stack references: each with a stack's name, or a folder without.

    Raises:
        RehearsalError: a name is none of a stack.
    """
    from mailroute.rehearsal.stack_files import StackFiles, parts_of

    files = {}
    for name, file in given:
        if name:
            try:
                files[parts_of(name, project.organization, project.name)] = file
            except ValueError as error:
                raise RehearsalError(f"--stack-reference: {error}") from None
    folders = tuple(folder for name, folder in given if not name)
    return replace(project, stack_files=StackFiles(files, folders))


def load_account(project: Project, file: Path | None) -> tuple[Account, str]:
    """The account to simulate, and how to call it.

    It is `file`, else `accounts/<stack>.json` of the program, else an empty one.

    Raises:
        RehearsalError: the file is not to be used.
    """
    from mailroute.rehearsal.account import Account

    chosen = _account_file(project, file)
    if chosen is None:
        account = Account.empty(_region(project) or _USUAL_REGION)
        return account, f"an empty one in {account.region}"
    account = Account.load(chosen, project.config.get("aws:region"))
    account.imports_services = True
    taken_at = account.document.get("takenAt")
    as_of = f", as of {taken_at}" if taken_at else ""
    return account, f"{account.id} in {account.region}{as_of} ({_beside(chosen)})"


def with_assumed_region(project: Project, account_file: Path | None) -> Project:
    """`project`, with a warning if neither it, nor the environment or an account file, names a region."""
    if has_account_file(project, account_file) or _region(project):
        return project
    assumed = Diagnostic(
        Severity.WARNING, f"no region is set: {_USUAL_REGION} is assumed: --config aws:region=REGION names it"
    )
    return replace(project, diagnostics=(*project.diagnostics, assumed))


def has_account_file(project: Project, file: Path | None) -> bool:
    """Whether the account to simulate is that of a file."""
    return _account_file(project, file) is not None


def account_path(project: Project, file: Path | None) -> str | None:
    """The account file as a person would type its path from here; `None` where there is none."""
    chosen = _account_file(project, file)
    return None if chosen is None else _beside(chosen)


def _account_file(project: Project, given: Path | None) -> Path | None:
    """The account file that is given, else the one beside the program, if there is one."""
    from evidence import text_file

    beside = project.directory / "accounts" / f"{project.stack}.json"
    return given or (beside if text_file.is_there(beside) else None)


def _region(project: Project) -> str | None:
    """The region that the program's config names, else the environment, as for pulumi-aws."""
    named = (project.config.get("aws:region"), *map(os.environ.get, ("AWS_REGION", "AWS_DEFAULT_REGION")))
    return next(filter(None, named), None)


def _beside(file: Path) -> str:
    """The path as a person would type it from here."""
    path = file.resolve()
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def policy_packs(project: Project, packs: tuple[Path, ...]) -> tuple[Path, ...]:
    """The packs that judge: those given, else the program's own `policies`, else mailroute's."""
    if packs:
        return tuple(given.resolve() for given in packs)
    own = project.directory / "policies"
    return (own if (own / "PulumiPolicy.yaml").is_file() else pack.DIRECTORY,)


def choose_engine(engine: str) -> str:
    """`auto` is the real CLI where it is on PATH, and the embedded engine elsewhere.

    Raises:
        RehearsalError: the real CLI is asked for and is not there.
    """
    installed = shutil.which("pulumi") is not None
    if engine == "auto":
        return "pulumi" if installed else "embedded"
    if engine == "pulumi" and not installed:
        raise RehearsalError(
            "--engine pulumi: there is no 'pulumi' on PATH: install the Pulumi CLI, or use --engine embedded"
        )
    return engine


def rule_options(pack_config: Path | None, packs: Sequence[Path]) -> Mapping[str, Options]:
    """What the rules of mailroute's pack are told, by the rule: every option, with defaults.

    A pack of somebody else may have rules that are called alike: then only those are checked that the
    report goes by as well.

    Raises:
        RehearsalError: the file cannot be read, is no configuration, or an option in it is wrong.
    """
    from enforcement import options
    from mailroute.rehearsal.embedded import policy_config
    from rules import RULES
    from rules.egress import WORKLOADS

    given = policy_config.load(pack_config) if pack_config else {}
    ours = pack.DIRECTORY in (each.resolve() for each in packs)
    found: dict[str, Options] = {}
    for rule in RULES:
        told = given[rule.name].properties if rule.name in given else {}
        found[rule.name], problems = options.read(rule, told)
        if problems and (ours or rule.name in WORKLOADS):
            raise RehearsalError(f"policy config {pack_config}: {problems[0].message} {problems[0].remedy}")
    return found


def asked_rules(pack_config: Path | None, packs: Sequence[Path]) -> frozenset[str]:
    """The rules of mailroute's pack that judge, by their names: none where `packs` has no copy of it.

    Raises:
        RehearsalError: see `rule_options`.
    """
    from mailroute.rehearsal.embedded import policy_config
    from rules import RULES

    if not any(map(pack.is_it, packs)):
        return frozenset()
    given = policy_config.load(pack_config) if pack_config else {}
    own = (given.get(rule.name, policy_config.RuleConfig()) for rule in RULES)
    everywhere = given.get(policy_config.ALL, policy_config.RuleConfig()).level
    levels = {rule.name: config.level or everywhere for rule, config in zip(RULES, own, strict=True)}
    return frozenset(rule for rule, level in levels.items() if level != policy_config.DISABLED)
