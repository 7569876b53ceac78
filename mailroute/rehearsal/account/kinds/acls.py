"""Network ACLs and managed prefix lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from reachability.values import is_list

from ..account import Account, AwsResource
from ..checks import ipv4_network, ipv6_network, one_of
from ..errors import AwsError
from ..kind import Call, Kind, ec2_id
from .references import ACL, SUBNET, VPC

ACL_TYPE: Final = "aws:ec2/networkAcl:NetworkAcl"
DEFAULT_ACL: Final = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
_SUBNET: Final = "aws:ec2/subnet:Subnet"
_RULE: Final = "aws:ec2/networkAclRule:NetworkAclRule"
ACL_ASSOCIATION: Final = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
_HIGHEST_NUMBER: Final = 32766
_DIRECTIONS: Final = ("ingress", "egress")


def subnets_of(account: Account, acl: str) -> Iterator[str]:
    """The ids of the subnets that the ACL with this id was given."""
    for resource in account.of(ACL_TYPE, DEFAULT_ACL):
        if resource.id == acl:
            yield from resource.items("subnetIds")
    for association in account.of(ACL_ASSOCIATION):
        if association.get("networkAclId") == acl:
            yield str(association.get("subnetId"))


def rule_number_is_free(call: Call) -> None:
    """An ACL has one rule of a number in a direction ("CreateNetworkAclEntry", Amazon EC2 API Reference)."""
    acl, number = call.inputs["networkAclId"], int(call.inputs["ruleNumber"])
    direction = _direction(call.inputs)
    inline = (
        int(rule["ruleNo"])
        for resource in call.account.of(ACL_TYPE, DEFAULT_ACL)
        for rule in (resource.items(direction) if resource.id == acl else ())
    )
    others = (
        int(other.get("ruleNumber"))
        for other in call.others(_RULE)
        if other.get("networkAclId") == acl and _direction(other.properties) == direction
    )
    if number in {*inline, *others}:
        raise AwsError(
            "NetworkAclEntryAlreadyExists",
            f"The network acl entry identified by {number} ({direction}) already exists in {acl}.",
        )


def inline_numbers_differ(call: Call) -> None:
    """An ACL has one rule of a number in a direction ("CreateNetworkAclEntry", Amazon EC2 API Reference)."""
    for direction in _DIRECTIONS:
        numbers = [int(rule["ruleNo"]) for rule in call.inputs.get(direction) or ()]
        for number in set(numbers):
            if numbers.count(number) > 1:
                raise AwsError(
                    "NetworkAclEntryAlreadyExists",
                    f"The network acl entry identified by {number} ({direction}) already exists.",
                )


def subnets_are_of_the_vpc(call: Call) -> None:
    """An ACL is for subnets of its VPC ("ReplaceNetworkAclAssociation", Amazon EC2 API Reference)."""
    own = call.find(ACL_TYPE, "networkAclId") or call.find(ACL_TYPE, "defaultNetworkAclId")
    vpc = own.get("vpcId") if own else call.inputs.get("vpcId")
    for identity in (*(call.inputs.get("subnetIds") or ()), call.inputs.get("subnetId")):
        subnet = call.account.find(_SUBNET, str(identity))
        if subnet and vpc and subnet.get("vpcId") != vpc:
            raise AwsError(
                "InvalidParameterValue",
                f"networkAcl of {vpc} and subnet {identity} belong to different networks.",
            )


def list_holds_its_entries(call: Call) -> None:
    """A prefix list has so many entries ("CreateManagedPrefixList", Amazon EC2 API Reference)."""
    count, most = len(call.inputs.get("entries") or ()), int(call.inputs.get("maxEntries") or 0)
    if count > most:
        raise AwsError("PrefixListMaxEntriesExceeded", f"A list of {most} entries cannot take {count}.")


def _direction(rule: Mapping[str, Any]) -> str:
    return "egress" if rule.get("egress") else "ingress"


def _acl(call: Call, identity: str) -> Mapping[str, Any]:
    return {
        "arn": call.arn("ec2", f"network-acl/{identity}"),
        "ownerId": call.caller.account_id,
        **{name: call.inputs.get(name) or [] for name in (*_DIRECTIONS, "subnetIds")},
    }


def numbers_are_in_range(call: Call) -> None:
    """The number of an entry is from 1 to 32766 ("CreateNetworkAclEntry", Amazon EC2 API Reference)."""
    lists = (call.inputs.get(way) for way in _DIRECTIONS)
    inline = (entry["ruleNo"] for entries in lists if is_list(entries) for entry in entries)
    for number in (call.inputs.get("ruleNumber", 1), *inline):
        if not 1 <= int(number) <= _HIGHEST_NUMBER:
            raise AwsError("InvalidParameterValue", f"Invalid network ACL entry number {number}.")


def _default_acl(call: Call, identity: str) -> Mapping[str, Any]:
    acl = call.find(ACL_TYPE, "defaultNetworkAclId")
    return {**_acl(call, identity), "vpcId": acl.get("vpcId") if acl else None}


def _default_acl_wipes(adopted: AwsResource, call: Call) -> Iterable[AwsResource]:
    """Adopting a default ACL takes all its rules away (`aws.ec2.DefaultNetworkAcl`, pulumi-aws)."""
    acl = call.account.find(ACL_TYPE, adopted.id)
    if acl is not None:
        yield AwsResource(ACL_TYPE, acl.id, {**acl.outputs, "ingress": [], "egress": []}, owner=acl.owner)


_INLINE_CHECKS: Final = tuple(
    check
    for direction in _DIRECTIONS
    for check in (
        one_of(f"{direction}.*.action", "allow", "deny"),
        ipv4_network(f"{direction}.*.cidrBlock"),
        ipv6_network(f"{direction}.*.ipv6CidrBlock"),
    )
)

KINDS: Final = (
    Kind(
        ACL_TYPE,
        ec2_id("acl"),
        _acl,
        replaced_by=frozenset({"vpcId"}),
        references={"vpcId": VPC, "subnetIds": SUBNET},
        non_blocking_references=frozenset({"subnetIds"}),
        checks=_INLINE_CHECKS,
        rules=(numbers_are_in_range, inline_numbers_differ, subnets_are_of_the_vpc),
    ),
    Kind(
        DEFAULT_ACL,
        lambda call: str(call.inputs["defaultNetworkAclId"]),
        _default_acl,
        replaced_by=frozenset({"defaultNetworkAclId"}),
        references={"defaultNetworkAclId": ACL, "subnetIds": SUBNET},
        non_blocking_references=frozenset({"defaultNetworkAclId", "subnetIds"}),
        checks=_INLINE_CHECKS,
        rules=(numbers_are_in_range, inline_numbers_differ, subnets_are_of_the_vpc),
        implicit_resources=_default_acl_wipes,
    ),
    Kind(
        _RULE,
        lambda call: f"nacl-{int(call.digest('id', 8), 16):010d}",
        defaults={"egress": False},
        replaced_by=frozenset(
            {
                "networkAclId",
                "ruleNumber",
                "egress",
                "protocol",
                "ruleAction",
                "cidrBlock",
                "ipv6CidrBlock",
                "fromPort",
                "toPort",
                "icmpType",
                "icmpCode",
            }
        ),
        references={"networkAclId": ACL},
        non_blocking_references=frozenset({"networkAclId"}),
        checks=(
            one_of("ruleAction", "allow", "deny"),
            ipv4_network("cidrBlock"),
            ipv6_network("ipv6CidrBlock"),
        ),
        rules=(numbers_are_in_range, rule_number_is_free),
    ),
    Kind(
        ACL_ASSOCIATION,
        ec2_id("aclassoc"),
        replaced_by=frozenset({"networkAclId", "subnetId"}),
        references={"networkAclId": ACL, "subnetId": SUBNET},
        non_blocking_references=frozenset({"subnetId"}),
        rules=(subnets_are_of_the_vpc,),
    ),
    Kind(
        "aws:ec2/managedPrefixList:ManagedPrefixList",
        ec2_id("pl"),
        lambda call, identity: {
            "arn": call.arn("ec2", f"prefix-list/{identity}"),
            "ownerId": call.caller.account_id,
            "entries": call.inputs.get("entries") or [],
            "version": 1,
        },
        replaced_by=frozenset({"addressFamily"}),
        checks=(one_of("addressFamily", "IPv4", "IPv6"),),
        rules=(list_holds_its_entries,),
    ),
)
