"""`mailroute adopt`: a service that runs already, as a stack of this project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from mailroute.report import clean

from .diagnose import region_of_arn, saved_account
from .output import save, say, write, write_whole
from .parameters import account_region, reading_timeout, saved_evidence
from .status import Status

if TYPE_CHECKING:
    from mailroute.adoption import Adoption
    from mailroute.rehearsal.project import StackFile

ROUTES: Final = ("ses", "nat", "both")


@click.command(
    "adopt", short_help="Write the stack configuration and the imports of a service that runs already."
)
@click.option("--service", metavar="NAME-or-ARN", required=True, help="The App Runner service.")
@click.option(
    "--stack", metavar="NAME", default="prod", show_default=True, help="The stack that takes it over."
)
@click.option(
    "--route",
    type=click.Choice(ROUTES),
    help="How its mail is to leave the VPC.  [default: ses where it sends by SES today, else nat]",
)
@click.option(
    "--domain", metavar="DOMAIN", help="The domain that it sends from by SES; with the routes ses and both."
)
@click.option(
    "--program",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where this project's Pulumi.yaml is.  [default: this directory or the nearest above it]",
)
@account_region
@saved_evidence("--snapshot")
@reading_timeout
@click.option("--dry-run", is_flag=True, help="Print both files and write none.")
def command(
    service: str,
    stack: str,
    route: str | None,
    domain: str | None,
    program: Path | None,
    region: str | None,
    file: Path | None,
    timeout: int,
    dry_run: bool,
) -> int:
    """Write what takes an App Runner service over into a stack of this project: Pulumi.STACK.yaml, with all
    its settings as they are, and import.STACK.json for 'pulumi import --file'.

    After the import a preview changes its mail, its VPC connector and its tags, and nothing else. It reads
    the account and changes nothing there; 'mailroute iam-policy --for adopt' prints its permissions.

    Values that may be secret are not written: they, and what cannot be adopted, are named, one line each,
    here and at the top of the file. A file that is there already is never changed.

    \b
    Examples:
      mailroute adopt --service daadaar-backend --route ses --domain daadaar.com --stack shop
      mailroute adopt --service daadaar-backend --evidence account.json --dry-run
      pulumi import --stack shop --file import.shop.json --protect=false --generate-code=false

    \b
    Exit status:
      0  written, or there already
      2  an argument is wrong, the account cannot be read, or a file is there that differs
      3  mailroute itself failed
    """
    from evidence import EvidenceError
    from mailroute.adoption import AdoptionError
    from mailroute.rehearsal.project import enclosing_project, stack_file

    target = stack_file(enclosing_project(Path.cwd()) if program is None else program, stack)
    try:
        adoption = _adoption(service, route, domain, region, file, timeout)
    except (EvidenceError, AdoptionError) as error:
        raise click.ClickException(str(error)) from error
    _require_keys(adoption, target)
    files = _files(adoption, target)
    if dry_run:
        write_whole("".join(f"# {path.name}\n{text}" for path, text in files.items()))
    else:
        done = [_written(path, text) for path, text in _changed(adoption, target, files).items()]
        write("".join(f"{path.name}: {'written' if path in done else 'unchanged'}\n" for path in files))
    for line in adoption.left_out:
        say(clean.one_line(f"not adopted: {line}"))
    return Status.OK


def _adoption(
    service: str, route: str | None, domain: str | None, region: str | None, file: Path | None, timeout: int
) -> Adoption:
    """
    Raises:
        EvidenceError: the account cannot be read, or there is no such service.
        AdoptionError: the service cannot be adopted.
    """
    from evidence import live
    from mailroute.adoption import Wanted, adopt, service_in
    from mailroute.adoption.reading import read

    wanted = Wanted(route, domain)
    if file is not None:
        document = saved_account(file, region)
        return adopt(document, service_in(document, service), wanted, live=False)
    if service.startswith("arn:"):
        if ":apprunner:" not in service:
            raise click.BadParameter(f"{service!r} is not an App Runner service", param_hint="'--service'")
        region = region_of_arn(service, region)
    document = read(live.connect(region, timeout=timeout), service, domain)
    return adopt(document, service_in(document, service), wanted, live=True)


def _require_keys(adoption: Adoption, target: StackFile) -> None:
    """The project is the one whose keys these are.

    Raises:
        ClickException: it describes no such keys.
    """
    missing = sorted(key for key in adoption.config if ":" not in key and key not in target.keys)
    if missing:
        raise click.ClickException(
            f"{target.project_file}: it describes no config {', '.join(missing)}: name the directory of "
            "mailroute's own project with --program"
        )


def _files(adoption: Adoption, target: StackFile) -> dict[Path, str]:
    from mailroute.adoption.files import config_text, import_text

    return {
        target.path: config_text(adoption, target.project),
        target.project_file.with_name(f"import.{target.stack}.json"): import_text(adoption),
    }


def _changed(adoption: Adoption, target: StackFile, files: dict[Path, str]) -> dict[Path, str]:
    """Those of `files` that are not there yet.

    Raises:
        ClickException: one is there with another content.
    """
    from evidence import strict_json, text_file
    from mailroute.adoption.files import is_completed, stack_config
    from mailroute.rehearsal.yaml_file import read_yaml

    new = {}
    for path, text in files.items():
        if not text_file.is_there(path):
            new[path] = text
            continue
        if path == target.path:
            same = is_completed(stack_config(adoption, target.project), read_yaml(path).get("config"))
        else:
            try:
                same = strict_json.loads(text_file.read(path)) == strict_json.loads(text)
            except (OSError, ValueError):
                same = False
        if not same:
            raise click.ClickException(
                f"{path}: it is there already and differs from what would be written: move it away, or give "
                "another --stack"
            )
    return new


def _written(path: Path, text: str) -> Path:
    save(path, text)
    return path
