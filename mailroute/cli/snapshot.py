"""`mailroute snapshot`: save what `diagnose` would read as an evidence file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mailroute.report import clean

from .diagnose import region_of_arn
from .output import save, say, write_json
from .parameters import Ids, OutputFile, account_region, reading_timeout
from .status import Status

if TYPE_CHECKING:
    from evidence.live import Action

_STANDARD_OUTPUT: Final = Path("-")


@click.command("snapshot", short_help="Save what an account holds of some VPCs as an evidence file.")
@click.option("--vpc", "vpcs", type=Ids("vpc"), help="The VPCs to read.")
@click.option(
    "--service",
    metavar="NAME-or-ARN",
    help="Instead: read the VPC that this service of App Runner, ECS or Lambda sends through, with it alone.",
)
@click.option(
    "-o",
    "--output",
    "file",
    type=OutputFile(allow_dash=True),
    required=True,
    metavar="FILE",
    help="Where to save it; - is standard output.",
)
@account_region
@reading_timeout
@click.option(
    "--keep-variable",
    "variables",
    multiple=True,
    metavar="NAME",
    help="An environment variable of the services whose value is saved where it is a host or a port; may be "
    "given several times.  "
    "[default: those known to hold a mail host or its port]",
)
def command(
    vpcs: tuple[str, ...] | None,
    service: str | None,
    file: Path,
    region: str | None,
    timeout: int,
    variables: tuple[str, ...],
) -> int:
    """Read some VPCs, and the services and functions that send through them, and save what is there.

    What their traffic may pass is read as well: peered VPCs, transit gateways and the VPCs behind these.

    The file holds no secrets: of environment variables only those named keep their values. It serves
    'mailroute diagnose --evidence', 'mailroute rehearse --account' and the policy pack. What cannot be
    read is named in the file, and leaves undetermined what depends on it.

    \b
    Examples:
      mailroute snapshot --vpc vpc-0123456789abcdef0 -o account.json
      mailroute snapshot --service shop-cluster/mailer -o account.json
      mailroute snapshot --vpc vpc-0a1b,vpc-0c2d --region eu-west-1 -o - | jq .unread

    \b
    Exit status:
      0  saved, possibly in part
      2  an argument is wrong, or the account cannot be read
      3  mailroute itself failed
    """
    from evidence import EvidenceError

    if bool(vpcs) == bool(service):
        raise click.UsageError("name either the --vpc, or the --service whose VPC is meant")
    try:
        document = _read(vpcs or (), service or "", region, timeout, variables)
    except EvidenceError as error:
        raise click.ClickException(str(error)) from error
    text = clean.printable_json(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
    if file == _STANDARD_OUTPUT:
        write_json(text)
    else:
        save(file, text)
    for failure in document["unread"]:
        say(clean.one_line(f"not read: {failure['action']}: {failure['reason']}"))
    say(f"{len(document['resources'])} resources of {', '.join(document['vpcs']) or 'no whole VPC'}")
    return Status.OK


def _read(
    vpcs: tuple[str, ...], service: str, region: str | None, timeout: int, variables: tuple[str, ...]
) -> dict[str, Any]:
    """
    Raises:
        EvidenceError: a VPC or the service is not there, or the account cannot be read.
    """
    from evidence import live

    if service.startswith("arn:"):
        region = region_of_arn(service, region)
    api = live.connect(region, on_read=_progress, timeout=timeout)
    if service:
        return live.of_service(api, service, variables or live.VARIABLES)
    return live.of_vpcs(api, vpcs, variables or live.VARIABLES)


def _progress(action: Action, count: int) -> None:
    say(f"  {action.permission}: {count}")
