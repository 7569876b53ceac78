"""What belongs to VPCs: which calls show it, and the resources that their answers come to.

The number of calls grows with the number of VPCs: what is in them is asked for by the VPCs' ids, 200 at
a time. Beyond that a managed prefix list that a route or a group names costs a call of its own, each route
table of a transit gateway that they are attached to three, each hosted zone one for each 300 records, and
each firewall that inspects their packets one, as its policy and every rule group of that do.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reachability.aws.ses import smtp_service

from . import dns, firewalls, shapes, transit
from .actions import Action
from .api import Answers, Api
from .request import Request, filtered
from .shapes import Answer, Entry, Shape


@dataclass(frozen=True)
class Part:
    """A kind of thing that belongs to VPCs.

    Attributes:
        by_vpc: the filters that find it by its VPC, each in a call of its own; none where AWS has none.
        by_id: the filter that finds it by its id.
        prefix: what its ids begin with.
    """

    action: Action
    shape: Shape
    by_vpc: tuple[str, ...]
    by_id: str = ""
    prefix: str = ""


@dataclass(frozen=True)
class Reading:
    """What AWS shows of VPCs.

    Attributes:
        vpcs: the ids of all that were read: those asked for, and those that their packets may cross.
    """

    vpcs: frozenset[str]
    answers: Answers


PARTS: Final = (
    Part(Action.SUBNETS, shapes.subnet, ("vpc-id",), "subnet-id", "subnet-"),
    Part(Action.ROUTE_TABLES, shapes.route_table, ("vpc-id",), "route-table-id", "rtb-"),
    Part(
        Action.INTERNET_GATEWAYS,
        shapes.internet_gateway,
        ("attachment.vpc-id",),
        "internet-gateway-id",
        "igw-",
    ),
    Part(Action.EGRESS_ONLY_GATEWAYS, shapes.egress_only_gateway, ()),
    Part(Action.NAT_GATEWAYS, shapes.nat_gateway, ("vpc-id",), "nat-gateway-id", "nat-"),
    Part(Action.VPC_ENDPOINTS, shapes.vpc_endpoint, ("vpc-id",), "vpc-endpoint-id", "vpce-"),
    Part(Action.SECURITY_GROUPS, shapes.security_group, ("vpc-id",), "group-id", "sg-"),
    Part(Action.NETWORK_ACLS, shapes.network_acl, ("vpc-id",), "network-acl-id", "acl-"),
    Part(
        Action.PEERING_CONNECTIONS,
        shapes.peering_connection,
        ("requester-vpc-info.vpc-id", "accepter-vpc-info.vpc-id"),
    ),
)

_IN_FORCE: Final = frozenset({"create-complete", "update-complete"})
_NOT_IN_FORCE: Final = frozenset({"create-failed", "delete-complete", "disable-complete"})
"""States of exclusions (Amazon EC2 API Reference, "VpcBlockPublicAccessExclusion")."""
_GATEWAY: Final = re.compile(r"tgw-[0-9a-f]+")
_DNS_ATTRIBUTES: Final = {
    "enableDnsSupport": "EnableDnsSupport",
    "enableDnsHostnames": "EnableDnsHostnames",
}
"""VPC attributes as they are asked for, and as the answers show them."""


def vpcs_of(api: Api, ids: Iterable[str]) -> dict[str, str]:
    """The VPC that each of `ids` belongs to: of subnets, tables, gateways, endpoints, groups and ACLs.

    A VPC belongs to itself. What is not there, or is no id of these, is left out.
    """
    wanted = set(ids)
    found = {value: value for value in _starting("vpc-", wanted)}
    answers = api.fetch(
        request
        for part in PARTS
        if part.prefix
        for request in filtered(part.action, part.by_id, _starting(part.prefix, wanted))
    )
    for part in PARTS:
        for item in answers.get(part.action, ()):
            shown = part.shape(item)
            if "vpcId" in shown["properties"]:
                found[shown["id"]] = shown["properties"]["vpcId"]
    return found


def _starting(prefix: str, ids: Iterable[str]) -> Iterator[str]:
    return (value for value in ids if value.startswith(prefix))


def read(api: Api, vpcs: Iterable[str], ids: Iterable[str] = ()) -> Reading:
    """Everything that AWS shows of `vpcs` and of what they name.

    A VPC of the same account and region that peers with one of them, or that their transit gateway sends
    packets to, is read like them.

    Args:
        ids: of transit gateways and prefix lists that are named elsewhere.
    """
    wanted, named = frozenset(vpcs), frozenset(ids)
    answers = dict(api.fetch((*_account_round(api), *_vpc_round(api, wanted))))
    gateways = transit.gateways_of(answers) | set(filter(_GATEWAY.fullmatch, named))
    answers.update(transit.read(api, gateways))
    crossed = (transit.beyond(answers, api.account) | _peers(api, answers)) - wanted
    for action, items in api.fetch(_vpc_round(api, crossed, attached=False)).items():
        answers[action] = [*answers.get(action, ()), *items]
    answers.update(api.fetch(_second_round(answers, _starting("pl-", named), api.account)))
    answers.update(firewalls.read(api, wanted | crossed, answers))
    read_whole = {action: items for action, items in answers.items() if action not in api.unread}
    return Reading(wanted | crossed, read_whole)


def _peers(api: Api, answers: Answers) -> set[str]:
    """The VPCs at either end of the peering connections, as far as they are here."""
    return {
        end["VpcId"]
        for item in answers.get(Action.PEERING_CONNECTIONS, ())
        if item.get("Status", {}).get("Code") == "active"
        for end in (item.get("RequesterVpcInfo", {}), item.get("AccepterVpcInfo", {}))
        if end.get("OwnerId") == api.account and end.get("Region", api.region) == api.region
    }


def _account_round(api: Api) -> Iterator[Request]:
    yield Request(Action.AVAILABILITY_ZONES)
    yield Request(Action.ENDPOINT_SERVICES, {"ServiceNames": [smtp_service(api.region)]})
    yield Request(Action.PUBLIC_ACCESS)
    yield Request(Action.PUBLIC_ACCESS_EXCLUSIONS)
    yield Request(Action.PROFILES)
    yield Request(Action.HOSTED_ZONES)
    yield from (Request(part.action) for part in PARTS if not part.by_vpc)


def _vpc_round(api: Api, vpcs: Iterable[str], *, attached: bool = True) -> Iterator[Request]:
    """
    Args:
        attached: whether to ask for their transit gateway attachments as well.
    """
    listed = sorted(vpcs)
    yield from filtered(Action.VPCS, "vpc-id", listed)
    yield from filtered(Action.RESOLVER_RULE_ASSOCIATIONS, "VPCId", listed)
    if attached:
        yield from filtered(Action.TRANSIT_ATTACHMENTS, "vpc-id", listed)
    for part in PARTS:
        for name in part.by_vpc:
            yield from filtered(part.action, name, listed)
    for vpc in listed:
        where = {"VPCId": vpc, "VPCRegion": api.region}
        yield Request(Action.PRIVATE_ZONES, where, where)
        yield Request(Action.RESOLVER_FIREWALLS, {"VpcId": vpc})
        yield from attributes(vpc)


def attributes(vpc: str) -> Iterator[Request]:
    """The calls for a VPC's attributes that DNS depends on: each shows the one that it asks for."""
    for asked, shown in _DNS_ATTRIBUTES.items():
        yield Request(Action.VPC_ATTRIBUTE, {"VpcId": vpc, "Attribute": asked}, fields=(shown,))


def _second_round(answers: Answers, prefix_lists: Iterable[str], account: str) -> Iterator[Request]:
    """What the VPCs and their parts name, and `prefix_lists`, and the records of zones of `account`."""
    zones = (answers.get(Action.HOSTED_ZONES, ()), answers.get(Action.PRIVATE_ZONES, ()))
    for zone in sorted(set(dns.records_of(*zones, account))):
        yield Request(Action.ZONE_RECORDS, {"HostedZoneId": zone}, {"HostedZoneId": zone})
    options = {item["DhcpOptionsId"] for item in answers.get(Action.VPCS, ()) if "DhcpOptionsId" in item}
    yield from filtered(Action.DHCP_OPTIONS, "dhcp-options-id", options)
    allocations = {
        address["AllocationId"]
        for nat in answers.get(Action.NAT_GATEWAYS, ())
        for address in nat.get("NatGatewayAddresses") or ()
        if "AllocationId" in address
    }
    yield from filtered(Action.ADDRESSES, "allocation-id", allocations)
    lists = {*_prefix_lists(answers), *prefix_lists}
    yield from filtered(Action.PREFIX_LISTS, "prefix-list-id", lists)
    for name in sorted(lists):
        yield Request(Action.PREFIX_LIST_ENTRIES, {"PrefixListId": name}, {"PrefixListId": name})
    if answers.get(Action.RESOLVER_RULE_ASSOCIATIONS):
        yield Request(Action.RESOLVER_RULES)


def _prefix_lists(answers: Answers) -> Iterator[str]:
    """The prefix lists that routes and groups name; those of gateway endpoints lead to no mail server."""
    for table in answers.get(Action.ROUTE_TABLES, ()):
        for route in table.get("Routes") or ():
            if "DestinationPrefixListId" in route and not route.get("GatewayId", "").startswith("vpce-"):
                yield route["DestinationPrefixListId"]
    for group in answers.get(Action.SECURITY_GROUPS, ()):
        for rule in (*group.get("IpPermissions", ()), *group.get("IpPermissionsEgress", ())):
            yield from (listed["PrefixListId"] for listed in rule.get("PrefixListIds") or ())


def resources(reading: Reading, account: str) -> Iterator[Entry]:
    """The resources that were read, by `account`."""
    answers = reading.answers
    for item in answers.get(Action.VPCS, ()):
        yield shapes.vpc(item, *_of_vpc(answers, item["VpcId"]))
        yield from shapes.secondary_blocks(item)
        yield from shapes.encryption_control(item)
    for part in PARTS:
        for item in answers.get(part.action, ()):
            shown = part.shape(item)
            if _is_there(shown["properties"], reading.vpcs):
                yield shown
    for action, shape in _NAMED.items():
        yield from map(shape, answers.get(action, ()))
    for item in answers.get(Action.PUBLIC_ACCESS_EXCLUSIONS, ()):
        if item["State"] in _IN_FORCE:
            yield shapes.public_access_exclusion(item)
    for item in answers.get(Action.PROFILES, ()):
        if item["ResourceId"] in reading.vpcs:
            yield dns.profile_association(item)
    known = {item["VpcId"] for item in answers.get(Action.VPCS, ())}
    yield from transit.resources(answers, known, account)
    yield from firewalls.resources(answers, reading.vpcs)
    yield from _zones(answers)
    yield from _lists_with_entries(answers)


def changing(answers: Answers) -> Iterator[tuple[Action, str]]:
    """Exclusions that may or may not be in force, as the action and the reason."""
    for item in answers.get(Action.PUBLIC_ACCESS_EXCLUSIONS, ()):
        if item["State"] not in _IN_FORCE | _NOT_IN_FORCE:
            yield Action.PUBLIC_ACCESS_EXCLUSIONS, f"{item['ExclusionId']} is in state {item['State']}"


_NAMED: Final[Mapping[Action, Shape]] = {
    Action.DHCP_OPTIONS: shapes.dhcp_options,
    Action.ADDRESSES: shapes.address,
    Action.PUBLIC_ACCESS: shapes.public_access,
    Action.RESOLVER_RULE_ASSOCIATIONS: dns.resolver_rule_association,
    Action.RESOLVER_RULES: dns.resolver_rule,
    Action.RESOLVER_FIREWALLS: dns.resolver_firewall,
    Action.ZONE_RECORDS: dns.record,
}


def _of_vpc(answers: Answers, vpc: str) -> tuple[dict[str, bool], str | None, str | None, str | None]:
    """What other calls show of a VPC: its DNS attributes, main table, default group and default ACL."""
    attributes = {
        name: item[name]["Value"]
        for item in answers.get(Action.VPC_ATTRIBUTE, ())
        for name in _DNS_ATTRIBUTES.values()
        if item.get("VpcId") == vpc and name in item
    }

    def first(action: Action, identity: str, is_default: Any) -> str | None:
        own = (item for item in answers.get(action, ()) if item["VpcId"] == vpc)
        return next((item[identity] for item in own if is_default(item)), None)

    return (
        attributes,
        first(
            Action.ROUTE_TABLES,
            "RouteTableId",
            lambda table: any(link.get("Main") for link in table.get("Associations") or ()),
        ),
        first(Action.SECURITY_GROUPS, "GroupId", lambda group: group.get("GroupName") == "default"),
        first(Action.NETWORK_ACLS, "NetworkAclId", lambda acl: acl.get("IsDefault")),
    )


def _is_there(properties: Mapping[str, Any], vpcs: frozenset[str]) -> bool:
    """Whether a thing belongs to one of `vpcs` and has not been deleted: AWS goes on showing some."""
    state = str(properties.get("state") or properties.get("acceptStatus")).lower()
    return state != "deleted" and not vpcs.isdisjoint({properties.get("vpcId"), properties.get("peerVpcId")})


def _zones(answers: Answers) -> Iterator[Entry]:
    links: defaultdict[tuple[str, str], list[Answer]] = defaultdict(list)
    for item in answers.get(Action.PRIVATE_ZONES, ()):
        if not dns.is_of_endpoint(item):
            links[item["Name"], item["HostedZoneId"]].append(item)
    for (name, identity), found in links.items():
        yield dns.hosted_zone(name, identity, found)
    for item in answers.get(Action.HOSTED_ZONES, ()):
        if not dns.is_private(item):
            yield dns.hosted_zone(item["Name"], dns.zone_id(item), ())


def _lists_with_entries(answers: Answers) -> Iterator[Entry]:
    if Action.PREFIX_LIST_ENTRIES not in answers:
        return  # A list without its entries would say that it has none.
    entries: defaultdict[str, list[Answer]] = defaultdict(list)
    for item in answers.get(Action.PREFIX_LIST_ENTRIES, ()):
        entries[item["PrefixListId"]].append(item)
    for item in answers.get(Action.PREFIX_LISTS, ()):
        yield shapes.prefix_list(item, entries[item["PrefixListId"]])
