"""`mailroute apply-settings`: the mail settings of a running service that no stack of ours manages."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mailroute.report import clean

from .output import in_colour, say, write
from .parameters import SECONDS, KeyAndValue, OutputFile, account_region
from .status import Status, fail

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mailroute.settings_update.journal import Change
    from mailroute.settings_update.journal_file import JournalFile
    from mailroute.settings_update.service import Service
    from mailroute.settings_update.settings import Value

_TIMEOUT: Final = 1800
_SERVICE: Final = "'--service'"
_STANDARD_INPUT: Final = Path("-")


@click.command("apply-settings", short_help="Set the mail settings of a running App Runner service.")
@click.option("--service", metavar="NAME-or-ARN", help="The App Runner service.")
@click.option(
    "--settings",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What 'pulumi stack output --json' printed of the stack with the mail's path; - is standard input.",
)
@click.option(
    "--set",
    "plain",
    type=KeyAndValue(),
    multiple=True,
    help="A plain environment variable, as SMTP_PORT=587; may be given several times.",
)
@click.option(
    "--secret",
    "secrets",
    type=KeyAndValue(),
    multiple=True,
    metavar="NAME=ARN",
    help="A variable that App Runner takes from a secret or a parameter; may be given several times.",
)
@click.option(
    "--unset",
    "unset",
    multiple=True,
    metavar="NAME",
    help="A variable to take away, plain or from a secret; may be given several times.",
)
@click.option(
    "--connector",
    metavar="ARN|stack|keep",
    help="The VPC connector: its ARN, that of --settings, or the one that the service has.",
)
@click.option(
    "--journal",
    type=OutputFile(),
    metavar="FILE",
    help="Where the old settings are kept, and how far it is: the same command goes on from there.",
)
@click.option("--undo", type=OutputFile(), metavar="FILE", help="Put back what this journal says.")
@click.option(
    "--keep-plain",
    "kept",
    multiple=True,
    metavar="NAME",
    help="A plain variable whose old value the journal may hold, in clear, though it may be a secret.",
)
@click.option("--dry-run", is_flag=True, help="Show the difference, and change nothing.")
@account_region
@click.option(
    "--timeout",
    type=SECONDS,
    default=_TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="Stop waiting after that long; what App Runner is doing goes on.",
)
def command(
    service: str | None,
    file: Path | None,
    plain: tuple[tuple[str, str], ...],
    secrets: tuple[tuple[str, str], ...],
    unset: tuple[str, ...],
    connector: str | None,
    journal: Path | None,
    undo: Path | None,
    kept: tuple[str, ...],
    dry_run: bool,
    region: str | None,
    timeout: int,
) -> int:
    """Set SMTP settings and the VPC connector of a running App Runner service, and nothing else of it.

    It waits for a deployment that is under way, and for its own, and reads back what runs. When the
    deployment fails, the old settings are put back. When somebody else changes the service meanwhile, it
    refuses. Interrupted or killed, it goes on when the same command is run again.

    \b
    Examples:
      pulumi stack output --json > path.json
      mailroute apply-settings --service shop --settings path.json --connector stack --journal shop.json
      mailroute apply-settings --service shop --set SMTP_HOST=smtp.example.com --set SMTP_PORT=587 --dry-run
      mailroute apply-settings --undo shop.json

    \b
    Exit status:
      0  the service runs with the settings
      1  it does not: the deployment failed, or somebody else changed the service
      2  an argument is wrong, or App Runner cannot be called
      3  mailroute itself failed
      4  the time is up, and an operation is under way
    """
    from evidence import EvidenceError
    from mailroute.settings_update.app_runner import TryAgain
    from mailroute.settings_update.journal import JournalError
    from mailroute.settings_update.settings import SettingError
    from mailroute.settings_update.updater import NotApplied, Unfinished

    try:
        if undo is not None:
            if service or file or plain or secrets or unset or connector or journal or kept:
                raise click.UsageError("--undo takes all from the journal: give no service and no settings")
            return _undo(undo, dry_run=dry_run, timeout=timeout)
        if service is None or not (file or plain or secrets or unset or connector):
            raise click.UsageError(
                "name a --service, and --settings, --set, --secret, --unset or --connector"
            )
        if journal is None and not dry_run:
            raise click.UsageError("name a --journal, which keeps the old settings, or give --dry-run")
        wanted = _wanted(file, plain, secrets, unset, connector)
        return _apply(service, wanted, None if dry_run else journal, kept, region=region, timeout=timeout)
    except NotApplied as error:
        return fail(str(error), Status.BLOCKED)
    except Unfinished as error:
        return fail(str(error), Status.UNDETERMINED)
    except TryAgain as error:
        raise click.ClickException(f"{error}: try again") from error
    except (EvidenceError, JournalError, SettingError) as error:
        raise click.ClickException(str(error)) from error


def _wanted(
    file: Path | None,
    plain: tuple[tuple[str, str], ...],
    secrets: tuple[tuple[str, str], ...],
    unset: tuple[str, ...],
    connector: str | None,
) -> dict[str, Value]:
    """
    Raises:
        SettingError: one of them cannot be used.
        ClickException: one is given twice, or the file is not to be used.
    """
    from mailroute.settings_update import settings

    names = [*(name for name, _ in (*plain, *secrets)), *unset]
    for name in names:
        if names.count(name) > 1:
            raise click.UsageError(f"given more than once: {name}")
    outputs = _outputs(file) if file else {}
    return {
        **(settings.of_outputs(outputs) if file else {}),
        **{name: settings.plain(name, value) for name, value in plain},
        **{name: settings.secret(name, arn) for name, arn in secrets},
        **{name: settings.unset(name) for name in unset},
        **settings.of_connector(connector, outputs),
    }


def _outputs(file: Path) -> Mapping[str, Any]:
    from evidence import strict_json, text_file

    name = "standard input" if file == _STANDARD_INPUT else str(file)
    try:
        text = sys.stdin.read() if file == _STANDARD_INPUT else text_file.read(file)
        outputs = strict_json.loads(text)
    except OSError as error:
        raise click.ClickException(f"{name}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{name}: is not UTF-8") from error
    except strict_json.JsonError as error:
        raise click.ClickException(error.of(Path(name))) from error
    if not isinstance(outputs, dict):
        raise click.ClickException(f"{name}: is not what 'pulumi stack output --json' prints, an object")
    return outputs


def _apply(
    service: str,
    wanted: Mapping[str, Value],
    journal: Path | None,
    kept: tuple[str, ...],
    *,
    region: str | None,
    timeout: int,
) -> int:
    """Apply `wanted`; without a journal, only show the difference."""
    from evidence.live.deadline import Deadline
    from mailroute.settings_update import runs
    from mailroute.settings_update.app_runner import AppRunner
    from mailroute.settings_update.journal_file import JournalFile
    from mailroute.settings_update.updater import Updater

    deadline = Deadline(timeout)
    api = AppRunner(_region(service, region), deadline)
    arn = service if service.startswith("arn:") else api.arn_of(service)
    if journal is None:
        found = api.service(arn)
        changes = runs.changes_of(found, wanted)
        _show(found, runs.differing(changes))
        runs.check_kept(changes, kept)
        return Status.OK
    with JournalFile(journal) as file, _resumable(file, "the same command"):
        updater = Updater(api, file, deadline, _progress)
        write(f"{runs.apply(updater, file, arn, wanted, kept, _show)}\n")
    return Status.OK


def _undo(path: Path, *, dry_run: bool, timeout: int) -> int:
    from evidence.live.deadline import Deadline
    from mailroute.settings_update import runs
    from mailroute.settings_update.app_runner import AppRunner
    from mailroute.settings_update.journal_file import JournalFile
    from mailroute.settings_update.updater import Updater

    with JournalFile(path, must_exist=True) as file, _resumable(file, "it with --undo"):
        journal = file.held()
        deadline = Deadline(timeout)
        api = AppRunner(_region(journal.service_arn, None), deadline)
        if dry_run:
            found = api.service(journal.service_arn)
            _show(found, runs.shown_undo(found, journal))
        else:
            write(f"{runs.undo(Updater(api, file, deadline, _progress), file)}\n")
    return Status.OK


def _region(service: str, given: str | None) -> str | None:
    """The region of a service's ARN, else the one that is given.

    Raises:
        BadParameter: they differ, or it is the ARN of something else.
    """
    from mailroute.settings_update.settings import SERVICE_ARN

    if not service.startswith("arn:"):
        return given
    found = SERVICE_ARN.fullmatch(service)
    if found is None:
        raise click.BadParameter(
            f"{service!r} is not the ARN of an App Runner service", param_hint="'--service'"
        )
    if given not in (None, found[1]):
        raise click.BadParameter(
            f"{service!r} is not in {given}: leave out --region", param_hint="'--service'"
        )
    return found[1]


@contextmanager
def _resumable(file: JournalFile, command: str) -> Iterator[None]:
    """However it ends: say how to go on, where there is something to go on with by this command."""
    from mailroute.settings_update.journal import OtherJournalError

    try:
        yield
    except OtherJournalError:
        raise
    except BaseException:
        if file.is_unfinished():
            say(f"mailroute: it is not finished: run {command} again, which goes on from {file.path}")
        raise


def _progress(line: str) -> None:
    say(f"  {line}")


def _show(service: Service, changes: Mapping[str, Change]) -> None:
    """Print what is to become of a service's settings; what may be a secret is not shown."""
    colour = in_colour(sys.stdout)
    write(f"{service.name} · {service.arn}\n")
    for name, change in changes.items():
        before, after = (_shown(name, value) for value in (change.before, change.after))
        parts = ((f"- {before}", "red"), (f"+ {after}", "green"))
        lines = [click.style(text, fg=shade) if colour else text for text, shade in parts]
        write(f"  {clean.one_line(name)}\n    {lines[0]}\n    {lines[1]}\n")
    if not changes:
        write("  no difference\n")


def _shown(name: str, value: Value) -> str:
    from mailroute.settings_update.settings import Plain, may_be_kept

    if value is None:
        return "not set"
    if isinstance(value, Plain):
        return clean.one_line(value.value) if may_be_kept(name, value) else "a plain value, not shown"
    return f"secret {clean.one_line(value.arn)}"
