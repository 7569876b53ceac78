"""Live evidence: what an AWS account holds, read through boto3 and never written.

It comes in the same form as an evidence file. boto3 itself is only imported when something is read.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from typing import Any, Final

from reachability.workloads.mail import names_server

from . import app_runner, network, services
from .actions import ADOPTING, READING, Action, iam_policy
from .adopted import Access, adopted, texts
from .api import TIMEOUT, Api, connect
from .document import build
from .failures import AccessError
from .services import TITLES, region_of
from .shapes import Entry

__all__ = [
    "ADOPTING",
    "READING",
    "TIMEOUT",
    "TITLES",
    "VARIABLES",
    "Access",
    "AccessError",
    "Action",
    "Api",
    "adopted",
    "around",
    "collect",
    "connect",
    "iam_policy",
    "of_ids",
    "of_service",
    "of_vpcs",
    "region_of",
]


class _MailServers:
    """The names of variables that hold a mail host or its port."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and names_server(name)


VARIABLES: Final[Container[str]] = _MailServers()
"""The environment variables of a service whose values are kept: no others, since one may be a secret."""


def collect(
    ids: Iterable[str], region: str | None, *, profile: str | None = None, roles: Iterable[str] = ()
) -> dict[str, Any]:
    """What the account holds of the VPCs that `ids` belong to.

    Args:
        ids: of VPCs and of what is in them; ARNs of VPC connectors. Others are left out.
        region: that of the environment where it is `None`.
        profile: of the AWS configuration, the usual one where it is `None`.
        roles: the ARNs of roles to assume, one after the other.

    Returns:
        An evidence document, valid by the schema.

    Raises:
        AccessError: the account cannot be read, or nothing that shows which VPC `ids` belong to.
    """
    return of_ids(connect(region, profile=profile, roles=roles), ids)


def of_ids(api: Api, ids: Iterable[str]) -> dict[str, Any]:
    """The document of the VPCs that `ids` belong to: see `collect`."""
    named = set(ids)
    connectors = app_runner.connectors(api, (value for value in named if ":vpcconnector/" in value))
    return around(api, connectors, named)


def of_service(api: Api, service: str, variables: Container[str] = VARIABLES) -> dict[str, Any]:
    """The document of the VPC that a service sends through: one of App Runner or ECS, or a Lambda function.

    Args:
        service: its name or ARN; `CLUSTER/NAME` for one of ECS.
        variables: the environment variables whose values may be kept.

    Raises:
        AccessError: there is no such service, or nothing of it can be read.
    """
    return around(api, services.find(api, service, variables))


def of_vpcs(api: Api, vpcs: Collection[str], variables: Container[str] = VARIABLES) -> dict[str, Any]:
    """The document of whole VPCs, with the services that send through them.

    Raises:
        AccessError: one of `vpcs` is not there, or nothing of them can be read.
    """
    reading = network.read(api, vpcs)
    if {Action.VPCS, Action.SUBNETS} <= set(api.unread):
        raise api.denial()
    missing = sorted(set(vpcs) - {item["VpcId"] for item in reading.answers.get(Action.VPCS, ())})
    if missing and Action.VPCS not in api.unread:
        raise AccessError(f"{', '.join(missing)}: no such VPC in {api.region} of account {api.account}")
    subnets = [item["SubnetId"] for item in reading.answers.get(Action.SUBNETS, ()) if item["VpcId"] in vpcs]
    return build(api, reading, services.all_in(api, subnets, variables))


def around(api: Api, entries: list[Entry], ids: Iterable[str] = ()) -> dict[str, Any]:
    """The document of the VPCs that `entries` and `ids` belong to, with `entries` in it.

    Raises:
        AccessError: what would tell which VPC is meant cannot be read.
    """
    named = {text for entry in entries for text in texts(entry["properties"])}
    ids = {*ids, *(text for text in named if text.startswith(("subnet-", "sg-")))}
    vpcs = set(network.vpcs_of(api, ids).values())
    if ids and not vpcs and api.unread:
        raise api.denial()
    return build(api, network.read(api, vpcs, ids), entries)
