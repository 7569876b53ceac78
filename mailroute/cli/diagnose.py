"""`mailroute diagnose`: why does this service's mail time out? The proof over a live account."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mailroute.report import formats

from .form import TEXT, format_options
from .output import in_colour, save, width_of, write, write_whole
from .parameters import HostAndPort, Ids, account_region, reading_timeout, refuse_doubles, saved_evidence
from .status import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailroute.report.model import EgressChange
    from reachability.workloads import Workload

_STATUS: Final = {
    "reachable": Status.OK,
    "unreachable": Status.BLOCKED,
    "undetermined": Status.UNDETERMINED,
}
_WORKLOAD: Final = "name either a --service, or the --subnets and --security-groups of a connector"


@click.command("diagnose", short_help="Say why the mail of a service times out, in a live account.")
@click.option(
    "--service",
    metavar="NAME-or-ARN",
    help="A service of App Runner or ECS, or a Lambda function; CLUSTER/NAME for one of ECS.",
)
@click.option(
    "--subnets",
    type=Ids("subnet"),
    help="Instead of a service: the subnets of its interfaces, as of a connector.",
)
@click.option(
    "--security-groups",
    "groups",
    type=Ids("sg"),
    help="The groups of these interfaces.  [default: the default group of the VPC, as in App Runner]",
)
@click.option(
    "--to",
    "destination",
    type=HostAndPort(),
    required=True,
    help="The mail server, as in smtp.example.com:587.",
)
@account_region
@saved_evidence()
@reading_timeout
@format_options(formats.OF_DIAGNOSIS)
def command(
    service: str | None,
    subnets: tuple[str, ...] | None,
    groups: tuple[str, ...] | None,
    destination: tuple[str, int],
    region: str | None,
    file: Path | None,
    timeout: int,
    form: str,
    saved: tuple[tuple[str, Path], ...],
) -> int:
    """Prove whether a service reaches a mail server in the account as it stands, and show the path.

    It reads the account and changes nothing; 'mailroute iam-policy' prints the permissions that it
    needs. What cannot be read leaves undetermined what depends on it.

    \b
    Examples:
      mailroute diagnose --service daadaar-backend --to smtp-relay.brevo.com:587
      mailroute diagnose --service shop-cluster/mailer --to smtp-relay.brevo.com:587
      mailroute diagnose --service arn:aws:lambda:eu-west-1:123456789012:function:mailer --to 203.0.113.9:465
      mailroute diagnose --subnets subnet-0a1b,subnet-0c2d --security-groups sg-0e3f --to 203.0.113.9:465
      mailroute diagnose --service shop --to smtp.example.com:587 --evidence account.json
      mailroute diagnose --service shop --to smtp.example.com:587 --save sarif=mailroute.sarif

    \b
    Exit status:
      0  reachable
      1  unreachable
      2  an argument is wrong, or the account cannot be read
      3  mailroute itself failed
      4  undetermined
    """
    from evidence import EvidenceError
    from mailroute.report.diagnosis import Diagnosis

    if bool(service) == bool(subnets) or (service and groups):
        raise click.UsageError(_WORKLOAD)
    refuse_doubles(path for _, path in saved)
    try:
        if file is not None:
            document = saved_account(file, region)
        else:
            document = _live(service, subnets or (), groups or (), region, timeout)
    except EvidenceError as error:
        raise click.ClickException(str(error)) from error
    if subnets:
        service = ",".join(subnets)
        document = _with_connector(document, service, subnets, groups or ())
    found, token = _judge(document, service or "", destination)
    diagnosis = Diagnosis(found, token, f"{document['accountId']}/{document['region']}", file)
    for name, path in saved:
        save(path, formats.render_diagnosis(name, diagnosis))
    if form == TEXT:
        _show(found, document, "saved" if file else "live")
    else:
        write_whole(formats.render_diagnosis(form, diagnosis))
    return _STATUS[found.after.verdict.value]


def saved_account(file: Path, region: str | None) -> dict[str, Any]:
    """The account that was saved in `file`, of `region` where one is given.

    Raises:
        EvidenceError: the file cannot be used, or shows another region.
    """
    from evidence import EvidenceError, load

    document = load(file)
    if region is not None and document["region"] != region:
        raise EvidenceError(f"{file}: shows {document['region']}: leave out --region {region}")
    return document


def _live(
    service: str | None, subnets: tuple[str, ...], groups: tuple[str, ...], region: str | None, timeout: int
) -> dict[str, Any]:
    """
    Raises:
        EvidenceError: the account cannot be read, or there is no such service.
    """
    from evidence import live

    if service and service.startswith("arn:"):
        region = region_of_arn(service, region)
    api = live.connect(region, timeout=timeout)
    if service:
        return live.of_service(api, service)
    return live.of_ids(api, (*subnets, *groups))


def region_of_arn(arn: str, region: str | None) -> str:
    """The region in the ARN of a service, which may not be another than `region`.

    Raises:
        click.BadParameter: it is another, or `arn` is no such ARN.
    """
    from evidence.live import TITLES, region_of

    named = region_of(arn)
    if named is None:
        raise click.BadParameter(f"{arn!r} is not the ARN of an {TITLES}", param_hint="'--service'")
    if region not in (None, named):
        raise click.BadParameter(f"{arn!r} is not in {region}: leave out --region", param_hint="'--service'")
    return named


def _with_connector(
    document: dict[str, Any], name: str, subnets: tuple[str, ...], groups: tuple[str, ...]
) -> dict[str, Any]:
    """The account with the connector that the command line describes, and a service that uses it.

    Raises:
        ClickException: a subnet or a group is not there.
    """
    there = {resource["id"] for resource in document["resources"]}
    denied = {failure["action"] for failure in document.get("unread", ())}
    for ids, action in ((subnets, "ec2:DescribeSubnets"), (groups, "ec2:DescribeSecurityGroups")):
        missing = [value for value in ids if value not in there]
        if missing and action not in denied:
            where = f"{document['region']} of account {document['accountId']}"
            raise click.ClickException(
                f"{', '.join(missing)}: not found in {where}: check the id and the region"
            )
    connector = {"vpcConnectorName": name, "subnets": list(subnets), "securityGroups": list(groups)}
    egress = {"egressConfiguration": {"egressType": "VPC", "vpcConnectorArn": name}}
    return {
        **document,
        "resources": [
            *document["resources"],
            {"type": "aws:apprunner/vpcConnector:VpcConnector", "id": name, "properties": connector},
            {
                "type": "aws:apprunner/service:Service",
                "id": name,
                "properties": {"serviceName": name, "networkConfiguration": egress},
            },
        ],
    }


def _judge(document: dict[str, Any], service: str, destination: tuple[str, int]) -> tuple[EgressChange, str]:
    """The egress of a service with what would fix it, and the type token of the service.

    Raises:
        ClickException: the account shows no such service.
    """
    from mailroute.fixes import Repairs
    from mailroute.report.model import EgressChange
    from mailroute.report.repairs import repairs_of
    from reachability import Destination, Graph, Origin, Proof, parse
    from rules.egress import Egresses

    known = parse(document)
    graph = Graph(known.resources, known.coverage)
    proof = Proof(graph, zones=known.zones)
    judged = Egresses(proof)
    workload = _named(service, list(judged.workloads(Origin.ACCOUNT)))
    (egress,) = judged.of(replace(workload, destinations=(Destination(*destination),)))
    repairs = repairs_of(Repairs(graph, proof.settings, known.zones), egress)
    return EgressChange(egress, egress, repairs), workload.resource.type


def _named(service: str, workloads: Sequence[Workload]) -> Workload:
    """
    Raises:
        ClickException: no workload has the name or ARN `service`, or more than one.
    """
    found = [workload for workload in workloads if service in _names(workload)]
    if len(found) == 1:
        return found[0]
    if found:
        arns = ", ".join(_arn(workload) for workload in found)
        raise click.ClickException(f"{service!r} is the name of {len(found)} services: give one of {arns}")
    names = sorted({workload.name for workload in workloads})
    there = f"there are {', '.join(names)}" if names else "there is none"
    raise click.ClickException(f"--service {service}: not in the account that was saved: {there}")


def _names(workload: Workload) -> set[str]:
    """What a workload goes by: its name, its ARN, and for one of ECS its cluster and name."""
    arn = _arn(workload)
    return {workload.name, str(workload.resource.id), arn, arn.partition(":service/")[2]}


def _arn(workload: Workload) -> str:
    arn = workload.resource.get("arn")
    return arn if isinstance(arn, str) else str(workload.resource.id)


def _show(found: EgressChange, document: dict[str, Any], kind: str) -> None:
    from mailroute.report import labels, paths, terminal

    egress = found.after
    account = f"{document['accountId']} in {document['region']}, {kind}"
    taken = f" {document['takenAt']}" if kind == "saved" and "takenAt" in document else ""
    heading = f"{labels.resource_name(egress.service)} · account {account}{taken}"
    parts = (
        heading,
        *paths.path("today", egress, origins=True),
        *paths.repairs(found.repairs),
        *paths.assumptions([egress], remedies=True),
    )
    write(terminal.to_text(parts, width=width_of(sys.stdout), colour=in_colour(sys.stdout)))
