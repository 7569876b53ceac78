"""What AWS offers in a region: zones, and services behind VPC endpoints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from reachability.graph.zones import WITHOUT_SMTP

_REGION: Final = re.compile(r"(?P<area>[a-z]{2})(?P<gov>-gov|-iso[a-z]?)?-(?P<side>[a-z]+)-(?P<number>\d)")

_ZONE_NUMBERS: Final = {
    "us-east-1": {"a": 4, "b": 6, "c": 1, "d": 2, "e": 3, "f": 5},
    "us-west-1": {"a": 3, "c": 1},
    "us-west-2": {"a": 1, "b": 2, "c": 3, "d": 4},
    "ap-northeast-1": {"a": 4, "c": 1, "d": 2},
    "ap-northeast-2": {"a": 1, "b": 2, "c": 3, "d": 4},
    "ca-central-1": {"a": 1, "b": 2, "d": 4},
    "cn-north-1": {"a": 1, "b": 2, "d": 4},
}
"""The numbers of the zone ids behind the letters of zone names: a common mapping, accounts differ.

Source: AWS Regions and Availability Zones, "AWS Availability Zones"; other regions have three, 1 to 3.
"""
_THREE: Final = {"a": 1, "b": 2, "c": 3}

_INTERFACE_SERVICES: Final = (
    "apprunner.requests",
    "athena",
    "autoscaling",
    "cloudformation",
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "ecs",
    "elasticache",
    "elasticloadbalancing",
    "email",
    "email-smtp",
    "events",
    "execute-api",
    "kinesis-streams",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "rds",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "ssmmessages",
    "states",
    "sts",
    "xray",
)
_GATEWAY_SERVICES: Final = ("dynamodb", "s3")
_PRIVATE_DNS_PREFIX: Final = {"ecr.api": "api.ecr", "ecr.dkr": "*.dkr.ecr", "execute-api": "*.execute-api"}


@dataclass(frozen=True)
class Zone:
    """An availability zone: this account's name for it, and the id that every account shares."""

    name: str
    id: str


@dataclass(frozen=True)
class EndpointService:
    """A service that VPC endpoints reach.

    Attributes:
        type: `Interface` or `Gateway`, among others.
        private_dns_name: the name that its endpoints can answer for, empty where there is none.
        zones: names of the zones that offer it.
    """

    name: str
    type: str
    private_dns_name: str
    zones: tuple[str, ...]


def is_region(name: str) -> bool:
    """Whether `name` has the form of a region's name."""
    return _REGION.fullmatch(name) is not None


def zones(region: str) -> tuple[Zone, ...]:
    """The zones of `region` under the names that many accounts have for them."""
    parts = _REGION.fullmatch(region)
    if parts is None:
        raise ValueError(f"{region!r} is no AWS region")
    side = re.sub(r"(north|south)(east|west)", lambda found: found[1][0] + found[2][0], parts["side"])
    side = side if side in {"ne", "nw", "se", "sw"} else side[0]
    short = f"{parts['area']}{(parts['gov'] or '')[1:2]}{side}{parts['number']}"
    return tuple(
        Zone(f"{region}{letter}", f"{short}-az{number}")
        for letter, number in _ZONE_NUMBERS.get(region, _THREE).items()
    )


def endpoint_services(region: str) -> tuple[EndpointService, ...]:
    """AWS services that endpoints in `region` commonly reach: by no means all of them."""
    here = zones(region)
    names = tuple(zone.name for zone in here)
    smtp = tuple(zone.name for zone in here if zone.id not in WITHOUT_SMTP)
    interface = tuple(
        EndpointService(
            f"com.amazonaws.{region}.{service}",
            "Interface",
            f"{_PRIVATE_DNS_PREFIX.get(service, service)}.{region}.amazonaws.com",
            smtp if service == "email-smtp" else names,
        )
        for service in _INTERFACE_SERVICES
    )
    gateway = tuple(
        EndpointService(f"com.amazonaws.{region}.{service}", "Gateway", "", names)
        for service in _GATEWAY_SERVICES
    )
    return interface + gateway
