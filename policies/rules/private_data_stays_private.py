"""`private-data-stays-private`: a database is not opened to the internet so that a service may leave its VPC.

The incident's "option 3": without the VPC connector the mail gets out, and the database has to be public.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from reachability.aws.ports import tcp_ports
from reachability.graph import Resource, tokens
from reachability.ranges import Ranges
from reachability.values import ABSENT, UNKNOWN, Unknown, Value, get, items

from .rule import Options, Rule, Severity, Violation, undetermined, violation

_DATABASES: Final = (
    "aws:rds/instance:Instance",
    "aws:rds/clusterInstance:ClusterInstance",
    "aws:neptune/clusterInstance:ClusterInstance",
    "aws:redshift/cluster:Cluster",
    "aws:redshiftserverless/workgroup:Workgroup",
    "aws:lightsail/database:Database",
)

_PORTS: Final = (1433, 1521, 3306, 5432, 5439, 6379, 8182, 9042, 11211, 27017)
"""SQL Server, Oracle, MySQL, PostgreSQL, Redshift, Redis, Neptune, Cassandra, Memcached, MongoDB."""

_WIDEST_IPV4: Final = 8
_WIDEST_IPV6: Final = 16
"""Prefix lengths below which a block counts as the world: `0.0.0.0/1` is as open as `0.0.0.0/0`."""

_UNIQUE_LOCAL: Final = IPv6Network("fc00::/7")

_REMEDY: Final = (
    "Keep it private and let mail out by the SES endpoint or a NAT gateway instead; "
    "name the security group that may connect."
)


@dataclass(frozen=True)
class _Opening:
    """One inbound permission of a security group, however it is written."""

    protocol: Value
    from_port: Value
    to_port: Value
    cidrs: tuple[Value, ...]
    inbound: bool | Unknown = True


def _check(resource: Resource, options: Options) -> Iterator[Violation]:
    if resource.type in _DATABASES:
        yield from _check_database(resource)
        return
    openings = _openings(resource)
    if isinstance(openings, Unknown):
        yield undetermined(
            resource,
            "INGRESS_UNKNOWN",
            f"the inbound rules of {resource.name!r} are not known until the update.",
            _REMEDY,
        )
        return
    for opening in openings:
        yield from _check_opening(resource, opening, options["databasePorts"])


def _check_database(database: Resource) -> Iterator[Violation]:
    public = database.get("publiclyAccessible")
    if public is UNKNOWN:
        message = f"whether {database.name!r} is publicly accessible is not known until the update."
        yield undetermined(database, "PUBLIC_ACCESS_UNKNOWN", message, _REMEDY)
    elif public is True:
        message = f"publiclyAccessible of {database.name!r} is true."
        yield violation(database, "PUBLICLY_ACCESSIBLE", message, _REMEDY)


def _openings(resource: Resource) -> tuple[_Opening, ...] | Unknown:
    if resource.type in tokens.SECURITY_GROUP:
        ingress = items(resource.properties, "ingress")
        return ingress if isinstance(ingress, Unknown) else tuple(map(_inline, ingress))
    if resource.type in tokens.INGRESS_RULE:
        cidrs = (resource.get("cidrIpv4"), resource.get("cidrIpv6"))
        return (
            _Opening(resource.get("ipProtocol"), resource.get("fromPort"), resource.get("toPort"), cidrs),
        )
    direction = resource.get("type")
    inbound = UNKNOWN if direction is UNKNOWN else direction == "ingress"
    return (replace(_inline(resource.properties), inbound=inbound),)


def _inline(rule: Value) -> _Opening:
    """A permission as `ingress` of a group and `SecurityGroupRule` write it."""
    cidrs, ipv6 = items(rule, "cidrBlocks"), items(rule, "ipv6CidrBlocks")
    known = (*_or_unknown(cidrs), *_or_unknown(ipv6))
    return _Opening(get(rule, "protocol"), get(rule, "fromPort"), get(rule, "toPort"), known)


def _or_unknown(cidrs: tuple[Value, ...] | Unknown) -> tuple[Value, ...]:
    return (UNKNOWN,) if isinstance(cidrs, Unknown) else cidrs


def _check_opening(resource: Resource, opening: _Opening, databases: list[int]) -> Iterator[Violation]:
    """Ports and addresses must both be harmful; where one is and the other is unknown, it is open."""
    ports = _ports(opening)
    opened = databases if isinstance(ports, Unknown) else [port for port in databases if _holds(ports, port)]
    if not opened or opening.inbound is False:
        return
    certain = not isinstance(ports, Unknown) and opening.inbound is True
    what = (
        f"the database port {', '.join(map(str, opened))}"
        if certain
        else "a port that is not known until the update"
    )
    answers = [(cidr, _is_world(cidr)) for cidr in opening.cidrs if cidr is not ABSENT]
    world = " and ".join(str(cidr) for cidr, answer in answers if answer is True)
    if world and certain:
        message = f"{resource.name!r} opens {what} to {world}."
        yield violation(resource, "DATABASE_PORT_OPEN", message, _REMEDY)
    elif world or any(answer is UNKNOWN for _, answer in answers):
        whom = world or "addresses that are not known until the update"
        message = f"{resource.name!r} opens {what} to {whom}."
        yield undetermined(resource, "INGRESS_UNKNOWN", message, _REMEDY)


def _ports(opening: _Opening) -> Ranges | Unknown:
    """The TCP ports that `opening` opens."""
    ports = tcp_ports(opening.protocol, opening.from_port, opening.to_port)
    return Ranges() if ports is None else ports


def _holds(ports: Ranges, port: int) -> bool:
    return Ranges.of((port, port)) <= ports


def _is_world(cidr: Value) -> bool | Unknown:
    """Whether `cidr` is the internet, or so large a part of it that it is nobody's own network.

    `UNKNOWN` where it is no CIDR block either: AWS decides what becomes of that.
    """
    if isinstance(cidr, Unknown):
        return UNKNOWN
    try:
        network = ip_network(str(cidr).strip(), strict=False)
    except ValueError:
        return UNKNOWN
    if isinstance(network, IPv4Network):
        return network.prefixlen < _WIDEST_IPV4
    return network.prefixlen < _WIDEST_IPV6 and not network.subnet_of(_UNIQUE_LOCAL)


RULE = Rule(
    name="private-data-stays-private",
    description="No database is publicly accessible, and no database port is open to the world.",
    reference="Hiding a DB instance in a VPC from the internet; Security group rules",
    remedy=_REMEDY,
    severity=Severity.CRITICAL,
    judges=(
        *_DATABASES,
        *tokens.SECURITY_GROUP,
        *tokens.SECURITY_GROUP_RULE,
        *tokens.INGRESS_RULE,
    ),
    check_alone=_check,
    options={
        "databasePorts": {
            "description": "The TCP ports that databases listen on.",
            "type": "array",
            "items": {"type": "integer", "minimum": 1, "maximum": 65535},
            "default": list(_PORTS),
        },
    },
)
