"""Security groups and their rules, in all three notations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..account import Account, AwsResource
from ..checks import conflicting, exactly_one_of, ipv4_network, ipv6_network, one_of, port
from ..errors import AwsError
from ..kind import Call, Kind, ec2_id, is_there, network
from .references import GROUP, VPC

GROUP_TYPE: Final = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
RULE: Final = "aws:ec2/securityGroupRule:SecurityGroupRule"
EGRESS_RULE: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS_RULE: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_VPC: Final = "aws:ec2/vpc:Vpc"
_LIST_PEERS: Final = ("cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "securityGroups")
_PROTOCOLS: Final = {"all": "-1", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
_NO_PORTS: Final = frozenset({"-1", "icmp", "icmpv6"})


@dataclass(frozen=True)
class Permission:
    """One rule as EC2 keeps it: a direction, a protocol, ports and a single peer."""

    direction: str
    protocol: str
    from_port: int | None
    to_port: int | None
    peer: str

    def __str__(self) -> str:
        ports = (
            f", from port: {self.from_port}, to port: {self.to_port}" if self.from_port is not None else ""
        )
        return f"{self.direction}, peer: {self.peer}, {self.protocol.upper()}{ports}, ALLOW"


def permissions_of(account: Account, group: str) -> Iterator[tuple[AwsResource, Permission]]:
    """Every rule of the group with this id, and the resource that holds it."""
    for resource in account.of(GROUP_TYPE, DEFAULT_GROUP):
        for direction in ("ingress", "egress") if resource.id == group else ():
            for rule in resource.items(direction):
                yield from ((resource, found) for found in _permissions(direction, rule, group))
    for rule in account.of(RULE, EGRESS_RULE, INGRESS_RULE):
        if rule.get("securityGroupId") == group:
            yield from ((rule, found) for found in _standalone(rule.type, rule.properties))


def rule_is_new(call: Call) -> None:
    """A group has each rule once ("AuthorizeSecurityGroupEgress", Amazon EC2 API Reference)."""
    group = str(call.inputs["securityGroupId"])
    others = {found for resource, found in permissions_of(call.account, group) if resource.id != call.id}
    for permission in _standalone(call.type, call.inputs):
        if permission in others:
            raise AwsError(
                "InvalidPermission.Duplicate", f'the specified rule "{permission}" already exists in {group}.'
            )


def inline_rules_differ(call: Call) -> None:
    """A group has each rule once ("AuthorizeSecurityGroupIngress", Amazon EC2 API Reference)."""
    for direction in ("ingress", "egress"):
        seen: set[Permission] = set()
        for rule in call.inputs.get(direction) or ():
            ports = (rule.get("fromPort"), rule.get("toPort"))
            if str(rule.get("protocol")) == "-1" and any(ports):
                raise AwsError(
                    "InvalidParameterValue",
                    f'from_port ({ports[0]}) and to_port ({ports[1]}) must both be 0 for protocol "-1".',
                )
            for permission in _permissions(direction, rule, call.id):
                if permission in seen:
                    raise AwsError(
                        "InvalidPermission.Duplicate",
                        f'the specified rule "{permission}" is there more than once.',
                    )
                seen.add(permission)


def ports_are_in_order(call: Call) -> None:
    """A range ends at its beginning or above ("AuthorizeSecurityGroupIngress", EC2 API Reference)."""
    for rule in (call.inputs, *(call.inputs.get("ingress") or ()), *(call.inputs.get("egress") or ())):
        protocol = str(rule.get("protocol") or rule.get("ipProtocol")).lower()
        first, last = rule.get("fromPort"), rule.get("toPort")
        counted = _PROTOCOLS.get(protocol, protocol) in ("tcp", "udp")
        if counted and first is not None and last is not None and first > last:
            raise AwsError("InvalidParameterValue", f"Invalid TCP/UDP port range ({first}:{last}).")


def ports_are_set(call: Call) -> None:
    """A rule for TCP or UDP names its ports ("IpPermission", Amazon EC2 API Reference)."""
    protocol = str(call.inputs.get("ipProtocol")).lower()
    ports = (call.inputs.get("fromPort"), call.inputs.get("toPort"))
    if _PROTOCOLS.get(protocol, protocol) in ("tcp", "udp") and None in ports:
        raise AwsError("InvalidParameterValue", "Must specify both from and to ports with TCP/UDP.")


def peer_group_exists(call: Call) -> None:
    """A rule names groups of its VPC or of a peered one ("Security group referencing", VPC User Guide)."""
    rules = [call.inputs, *(call.inputs.get("ingress") or ()), *(call.inputs.get("egress") or ())]
    for rule in rules:
        named = (rule.get("sourceSecurityGroupId"), rule.get("referencedSecurityGroupId"))
        for peer in (*named, *(rule.get("securityGroups") or ())):
            identity = str(peer or "").rpartition("/")[2]
            if identity.startswith("sg-") and not is_there(call, GROUP, "sourceSecurityGroupId", identity):
                raise GROUP.missing(identity)


def group_name_is_free(call: Call) -> None:
    """A VPC has one group of a name ("CreateSecurityGroup", Amazon EC2 API Reference)."""
    for other in call.others(GROUP_TYPE):
        if all(other.get(name) == call.inputs.get(name) for name in ("vpcId", "name")):
            raise AwsError(
                "InvalidGroup.Duplicate",
                f"The security group '{call.inputs.get('name')}' already exists for VPC "
                f"'{call.inputs.get('vpcId')}': {other.id}.",
            )


def group_name_is_allowed(call: Call) -> None:
    """A group's name is not `default` and no id ("CreateSecurityGroup", Amazon EC2 API Reference)."""
    name = str(call.inputs.get("name"))
    if name == "default" or name.startswith("sg-"):
        raise AwsError("InvalidParameterValue", f"Value ({name}) for parameter GroupName is invalid.")


def _permissions(direction: str, rule: Mapping[str, Any], group: str) -> Iterator[Permission]:
    """The rules that an inline rule or a `SecurityGroupRule` comes to: one for each peer."""
    protocol = _PROTOCOLS.get(str(rule.get("protocol")).lower(), str(rule.get("protocol")).lower())
    ports = (
        (None, None) if protocol in _NO_PORTS else (_whole(rule.get("fromPort")), _whole(rule.get("toPort")))
    )
    peers = [str(peer) for name in _LIST_PEERS for peer in rule.get(name) or ()]
    if rule.get("self"):
        peers.append(group)
    for peer in peers:
        yield Permission(direction, protocol, *ports, str(network(peer) or peer))


def _standalone(type_: str, rule: Mapping[str, Any]) -> Iterator[Permission]:
    """The rules that a resource of its own comes to."""
    group = str(rule["securityGroupId"])
    if type_ == RULE:
        source = rule.get("sourceSecurityGroupId")
        lists = {**rule, **({"securityGroups": [source]} if source else {})}
        yield from _permissions(str(rule["type"]), lists, group)
        return
    names = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
    peers = [rule.get(name) for name in names]
    direction = "egress" if type_ == EGRESS_RULE else "ingress"
    one = {"protocol": rule["ipProtocol"], "fromPort": rule.get("fromPort"), "toPort": rule.get("toPort")}
    yield from _permissions(direction, {**one, "cidrBlocks": [peer for peer in peers if peer]}, group)


def _whole(number: Any) -> int | None:
    return None if number is None else int(number)


def _group(call: Call, identity: str) -> Mapping[str, Any]:
    return {
        "arn": call.arn("ec2", f"security-group/{identity}"),
        "ownerId": call.caller.account_id,
        "ingress": call.inputs.get("ingress") or [],
        "egress": call.inputs.get("egress") or [],
        "vpcId": call.inputs.get("vpcId"),
    }


def _default_group_id(call: Call) -> str:
    vpc = call.find(_VPC, "vpcId")
    return str(vpc.get("defaultSecurityGroupId")) if vpc else call.ec2_id("sg")


def _default_group(call: Call, identity: str) -> Mapping[str, Any]:
    return {**_group(call, identity), "name": "default", "description": "default VPC security group"}


def _default_group_wipes(adopted: AwsResource, call: Call) -> Iterable[AwsResource]:
    """Adopting a default group takes all its rules away (`aws.ec2.DefaultSecurityGroup`, pulumi-aws)."""
    group = call.account.find(GROUP_TYPE, adopted.id)
    if group is not None:
        bare = {**group.outputs, "ingress": [], "egress": []}
        yield AwsResource(GROUP_TYPE, group.id, bare, owner=group.owner)


def _single_rule(call: Call, identity: str) -> Mapping[str, Any]:
    return {
        "arn": call.arn("ec2", f"security-group-rule/{identity}"),
        "securityGroupRuleId": identity,
    }


_INLINE_CHECKS: Final = tuple(
    check
    for direction in ("ingress", "egress")
    for check in (
        ipv4_network(f"{direction}.*.cidrBlocks.*"),
        ipv6_network(f"{direction}.*.ipv6CidrBlocks.*"),
        port(f"{direction}.*.fromPort"),
        port(f"{direction}.*.toPort"),
    )
)


def _single(type_: str) -> Kind:
    """A rule with one peer, the same in both directions."""
    return Kind(
        type_,
        ec2_id("sgr"),
        _single_rule,
        replaced_by=frozenset({"securityGroupId"}),
        references={"securityGroupId": GROUP, "referencedSecurityGroupId": GROUP},
        non_blocking_references=frozenset({"securityGroupId"}),
        checks=(
            ipv4_network("cidrIpv4"),
            ipv6_network("cidrIpv6"),
            port("fromPort"),
            port("toPort"),
            exactly_one_of("", "cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"),
        ),
        rules=(ports_are_set, rule_is_new, ports_are_in_order),
    )


KINDS: Final = (
    Kind(
        GROUP_TYPE,
        ec2_id("sg"),
        _group,
        defaults={"revokeRulesOnDelete": False, "namePrefix": None},
        replaced_by=frozenset({"name", "namePrefix", "description", "vpcId"}),
        references={"vpcId": VPC},
        checks=_INLINE_CHECKS,
        rules=(
            group_name_is_allowed,
            group_name_is_free,
            inline_rules_differ,
            ports_are_in_order,
            peer_group_exists,
        ),
    ),
    Kind(
        DEFAULT_GROUP,
        _default_group_id,
        _default_group,
        defaults={"namePrefix": None},
        replaced_by=frozenset({"vpcId"}),
        references={"vpcId": VPC},
        non_blocking_references=frozenset({"vpcId"}),
        checks=_INLINE_CHECKS,
        rules=(inline_rules_differ, ports_are_in_order, peer_group_exists),
        implicit_resources=_default_group_wipes,
    ),
    Kind(
        RULE,
        lambda call: f"sgrule-{int(call.digest('id', 8), 16):010d}",
        lambda call, _id: {"securityGroupRuleId": call.ec2_id("sgr")},
        defaults={"sourceSecurityGroupId": None},
        replaced_by=frozenset(
            {
                "type",
                "fromPort",
                "toPort",
                "protocol",
                "securityGroupId",
                "sourceSecurityGroupId",
                "self",
                *_LIST_PEERS[:3],
            }
        ),
        references={"securityGroupId": GROUP},
        non_blocking_references=frozenset({"securityGroupId"}),
        checks=(
            one_of("type", "ingress", "egress"),
            conflicting("cidrBlocks", "sourceSecurityGroupId", "self"),
            conflicting("ipv6CidrBlocks", "sourceSecurityGroupId", "self"),
            ipv4_network("cidrBlocks.*"),
            ipv6_network("ipv6CidrBlocks.*"),
            port("fromPort"),
            port("toPort"),
        ),
        rules=(peer_group_exists, ports_are_in_order, rule_is_new),
    ),
    _single(EGRESS_RULE),
    _single(INGRESS_RULE),
)
