"""Twists of an account that works: harmless variations and defects alike, so that it is close to the edge.

The same random number makes the same account.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from tests.judges.topologies import (
    ACL,
    ANYWHERE,
    ARN,
    DEFAULT_ENTRY,
    DHCP_OPTIONS,
    ENDPOINT,
    GROUP,
    INTERNET_GATEWAY,
    LITERAL,
    NAT_GATEWAY,
    OTHER_REGION,
    PEERING,
    PREFIX_LIST,
    PUBLIC_ACCESS,
    PUBLIC_ACCESS_EXCLUSION,
    RECORD,
    ROUTE_TABLE,
    SECONDARY_BLOCK,
    SUBNET,
    VPC,
    ZONE,
    Document,
    Draft,
    Properties,
    add_subnet,
    add_vpc,
    endpoint,
    network,
    put_route,
    service,
    transit,
)

RESOLVERS: Final = ("10.0.0.53", "10.0.0.53", "10.0.0.2", "169.254.169.253")
"""The last two are Amazon's in `vpc-a`, the others not."""


def document(seed: int, *, twists: int | None = None) -> Document:
    """The account of `seed`, with as many twists as given, or as the seed says."""
    rng = Random(seed)
    draft = Draft(rng)
    route = rng.choice(("nat",) * 6 + ("endpoint",) * 6 + ("both", "both", "transit", "transit", "none"))
    network(draft, route in ("nat", "both"), main=rng.random() < 0.2)
    if route in ("endpoint", "both"):
        endpoint(draft)
    if route == "transit":
        transit(draft)
    service(draft)
    count = rng.choice((0, 1, 1, 1, 2, 2, 3, 4)) if twists is None else twists
    for _ in range(count):
        rng.choice(TWISTS)(draft)
    return draft.document()


def _public_block(rng: Random) -> str:
    length = rng.choice((1, 1, 2, 3, 5, 8, 8, 12, 16, 24, 32))
    host = LITERAL if rng.random() < 0.3 else ".".join(str(rng.randrange(256)) for _ in range(4))
    first, second, third, fourth = (int(part) for part in host.split("."))
    number = (first << 24 | second << 16 | third << 8 | fourth) & ~((1 << 32 - length) - 1)
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0)) + f"/{length}"


def _any_block(draft: Draft) -> str:
    """A block that a rule may name: a public one, a VPC's, a subnet's or a part of one."""
    rng = draft.rng
    choice = rng.random()
    if choice < 0.35:
        return _public_block(rng)
    if choice < 0.5:
        return ANYWHERE
    if choice < 0.65:
        return str(draft["vpc-a"]["cidrBlock"])
    cidr = str(draft[rng.choice(draft.ids(SUBNET))]["cidrBlock"])
    return cidr if choice < 0.85 else cidr.replace("/20", rng.choice(("/21", "/24", "/19")))


def _target(draft: Draft, table: Properties) -> Properties:
    """Where a route of `table` can lead, mostly to what is there."""
    hub = table["vpcId"] == "vpc-h"
    nats = [nat for nat in draft.ids(NAT_GATEWAY) if draft[nat]["vpcId"] == table["vpcId"]]
    choices: list[Properties] = [{"gatewayId": "igw-h" if hub else "igw-a", "state": "active"}]
    choices += [{"natGatewayId": nat, "state": "active"} for nat in nats] * 3
    choices += [
        {"natGatewayId": "nat-gone", "state": "blackhole"},
        {"networkInterfaceId": "eni-firewall", "state": "active"},
        {"transitGatewayId": "tgw-hub" if hub else "tgw-a", "state": "active"},
        {"gatewayId": "vgw-a", "state": "active"},
    ]
    if not hub:
        choices.append({"vpcPeeringConnectionId": peering(draft), "state": "active"})
    return draft.rng.choice(choices)


def peering(draft: Draft) -> str:
    if "pcx-ab" not in draft.resources:
        add_vpc(draft, "b", "10.200")
        add_subnet(draft, "peer", "vpc-b", "10.200.0.0/20")
        draft.add(INTERNET_GATEWAY, "igw-b", vpcId="vpc-b")
        draft.add(PEERING, "pcx-ab", vpcId="vpc-a", peerVpcId="vpc-b", acceptStatus="active")
    return "pcx-ab"


def specific_route(draft: Draft) -> None:
    table = _a_table(draft)
    put_route(table, {"cidrBlock": _public_block(draft.rng), **_target(draft, table)})


def route_halves(draft: Draft) -> None:
    """Two halves instead of one default route: they cover it, wherever it leads."""
    table, rng = _a_table(draft), draft.rng
    old = [route for route in table["routes"] if route.get("cidrBlock") == ANYWHERE]
    target = dict(old[0]) if old and rng.random() < 0.6 else _target(draft, table)
    for half in ("0.0.0.0/1", "128.0.0.0/1"):
        other = target if rng.random() < 0.85 else _target(draft, table)
        put_route(table, {**other, "cidrBlock": half})
    if old and rng.random() < 0.5:
        table["routes"].remove(old[0])


def default_route_gone(draft: Draft) -> None:
    table = _a_table(draft)
    table["routes"] = [route for route in table["routes"] if route.get("cidrBlock") != ANYWHERE]


def default_route_elsewhere(draft: Draft) -> None:
    table = _a_table(draft)
    put_route(table, {"cidrBlock": ANYWHERE, **_target(draft, table)})


def blackhole(draft: Draft) -> None:
    for route in _a_table(draft)["routes"]:
        if draft.rng.random() < 0.7:
            route["state"] = "blackhole"


def prefix_list_route(draft: Draft) -> None:
    key, table = _prefix_list(draft), _a_table(draft)
    put_route(table, {"destinationPrefixListId": key, **_target(draft, table)})


def _prefix_list(draft: Draft) -> str:
    count = draft.rng.choice((0, 1, 2))
    entries = [{"cidr": _any_block(draft)} for _ in range(count)]
    return draft.add(PREFIX_LIST, f"pl-{len(draft.ids(PREFIX_LIST))}", addressFamily="IPv4", entries=entries)


def gateway_endpoint_route(draft: Draft) -> None:
    put_route(_a_table(draft), {"destinationPrefixListId": "pl-63a5400a", "gatewayId": "vpce-s3"})


def ipv6_default(draft: Draft) -> None:
    target = draft.rng.choice(("egressOnlyGatewayId", "gatewayId"))
    put_route(_a_table(draft), {"ipv6CidrBlock": "::/0", target: "igw-a", "state": "active"})


def middlebox_route(draft: Draft) -> None:
    """More specific than the local route: a subnet's block to an appliance or a NAT gateway."""
    subnet, table = draft[draft.rng.choice(draft.ids(SUBNET))], _a_table(draft)
    put_route(table, {"cidrBlock": subnet["cidrBlock"], **_target(draft, table)})


def other_table(draft: Draft) -> None:
    """A subnet goes to another table, or to the main one."""
    rng = draft.rng
    subnet = rng.choice(draft.ids(SUBNET))
    for key in draft.ids(ROUTE_TABLE):
        links = draft[key]["associations"]
        draft[key]["associations"] = [link for link in links if link.get("subnetId") != subnet]
    tables = [key for key in draft.ids(ROUTE_TABLE) if draft[key]["vpcId"] == draft[subnet]["vpcId"]]
    if rng.random() < 0.6:
        draft[rng.choice(tables)]["associations"].append({"subnetId": subnet})


def _a_table(draft: Draft) -> Properties:
    """A table of the service's VPC, those of its subnets more often, or of the hub."""
    tables = [key for key in draft.ids(ROUTE_TABLE) if draft[key]["vpcId"] in ("vpc-a", "vpc-h")]
    privates = [key for key in tables if key.startswith("rtb-private")]
    return draft[draft.rng.choice(tables + privates)]


def nat_changes(draft: Draft) -> None:
    nat, rng = draft.some(NAT_GATEWAY), draft.rng
    if nat is None:
        return
    regional = nat.get("availabilityMode") == "regional"
    change = rng.choice(("private", "address", "state", "subnet", "subnet"))
    if change == "state":
        nat["state"] = rng.choice(("failed", "pending", "deleting", "deleted"))
    elif change == "subnet" and not regional:
        nat["subnetId"] = rng.choice([key for key in draft.ids(SUBNET) if draft[key]["vpcId"] == "vpc-a"])
    elif not regional:
        nat.pop("allocationId", None)
        nat.pop("publicIp", None)
        if change == "private":
            nat["connectivityType"] = "private"


def second_nat(draft: Draft) -> None:
    subnet = draft.rng.choice([key for key in draft.ids(SUBNET) if draft[key]["vpcId"] == "vpc-a"])
    draft.add(
        NAT_GATEWAY,
        "nat-second",
        vpcId="vpc-a",
        subnetId=subnet,
        connectivityType="public",
        state="available",
        allocationId="eipalloc-second",
        publicIp="52.0.1.0",
    )
    cidr = draft.rng.choice((ANYWHERE, _public_block(draft.rng)))
    put_route(_a_table(draft), {"cidrBlock": cidr, "natGatewayId": "nat-second", "state": "active"})


def internet_gateway_changes(draft: Draft) -> None:
    if draft.rng.random() < 0.5:
        draft["igw-a"].pop("vpcId", None)
    else:
        peering(draft)
        draft["igw-a"]["vpcId"], draft["igw-b"]["vpcId"] = "vpc-b", "vpc-a"


def endpoint_changes(draft: Draft) -> None:
    endpoint, rng = draft.some(ENDPOINT), draft.rng
    if endpoint is None:
        return
    change = rng.choice(("gone", "dns", "region", "vpc", "subnets", "subnets", "groups"))
    if change == "gone":
        del draft.resources["vpce-smtp"]
    elif change == "dns":
        endpoint["privateDnsEnabled"] = False
    elif change == "region":
        endpoint["serviceName"] = f"com.amazonaws.{OTHER_REGION}.email-smtp"
    elif change == "vpc":
        peering(draft)
        endpoint.update(vpcId="vpc-b", subnetIds=["subnet-peer"], securityGroupIds=["sg-b-default"])
    elif change == "subnets":
        found = [key for key in draft.ids(SUBNET) if draft[key]["vpcId"] == endpoint["vpcId"]]
        endpoint["subnetIds"] = rng.sample(found, rng.randint(1, len(found)))
    else:
        default = draft[endpoint["vpcId"]]["defaultSecurityGroupId"]
        endpoint["securityGroupIds"] = rng.choice(([], [default], [default, *endpoint["securityGroupIds"]]))


def dns_changes(draft: Draft) -> None:
    rng = draft.rng
    change = rng.choice(("hostnames", "support", "resolver", "zone"))
    if change == "resolver":
        draft.add(DHCP_OPTIONS, "dopt-own", domainNameServers=[rng.choice(RESOLVERS)])
        draft["vpc-a"]["dhcpOptionsId"] = "dopt-own"
    elif change == "zone":
        _zone(draft, rng.choice(("brevo.com", "amazonaws.com", "internal.example")))
    else:
        draft["vpc-a"]["enableDnsHostnames" if change == "hostnames" else "enableDnsSupport"] = False


def _zone(draft: Draft, name: str) -> None:
    """A private zone that was read, with a few records."""
    rng = draft.rng
    draft.add(ZONE, "Z1", zoneId="Z1", name=name, vpcs=[{"vpcId": rng.choice(draft.ids(VPC))}])
    labels = ("smtp-relay.", "*.", "relay.smtp-relay.", "", "email-smtp.us-east-1.")
    for label in rng.sample(labels, rng.randint(0, 2)):
        values = rng.sample(("1.1.1.1", "10.99.0.5", "8.8.8.8"), rng.randint(1, 2))
        draft.add(RECORD, f"Z1_{label}", zoneId="Z1", name=f"{label}{name}", type="A", records=values)
    draft.add(RECORD, "Z1_SOA", zoneId="Z1", name=name, type="SOA", records=["ns-1.awsdns-00.com. 1 1 1 1 1"])


def connector_rules(draft: Draft) -> None:
    _group_rules(draft, draft["sg-connector"], "egress")


def endpoint_rules(draft: Draft) -> None:
    if "sg-endpoint" in draft.resources:
        _group_rules(draft, draft["sg-endpoint"], "ingress")


def _group_rules(draft: Draft, group: Properties, direction: str) -> None:
    rng = draft.rng
    group[direction] = [_group_rule(draft) for _ in range(rng.choice((0, 1, 1, 2, 3)))]
    if rng.random() < 0.3:
        halves = ("0.0.0.0/1", "128.0.0.0/1")
        group[direction] += [
            {"protocol": "tcp", "fromPort": 0, "toPort": 65535, "cidrBlocks": [half]} for half in halves
        ]


def _group_rule(draft: Draft) -> Properties:
    rng = draft.rng
    protocol = rng.choice(("tcp", "tcp", "tcp", "tcp", "-1", "udp", "6"))
    low, high = rng.choice(((587, 587), (587, 587), (0, 65535), (465, 587), (25, 25), (2525, 2587)))
    rule: Properties = {"protocol": protocol, "fromPort": low, "toPort": high}
    if protocol == "-1":
        rule.update(fromPort=0, toPort=0)
    peer = rng.choice(("block", "block", "block", "group", "self", "list", "ipv6"))
    if peer == "block":
        rule["cidrBlocks"] = [_any_block(draft) for _ in range(rng.choice((1, 1, 2)))]
    elif peer == "group":
        rule["securityGroups"] = [rng.choice(draft.ids(GROUP))]
    elif peer == "self":
        rule["self"] = True
    elif peer == "list":
        rule["prefixListIds"] = [_prefix_list(draft)]
    else:
        rule["ipv6CidrBlocks"] = ["::/0"]
    return rule


def acl(draft: Draft) -> None:
    """A subnet or all get an ACL of their own: one that works, with a few entries more or less."""
    rng = draft.rng
    key = f"acl-{len(draft.ids(ACL))}"
    vpc = rng.choice([found for found in draft.ids(VPC) if found in ("vpc-a", "vpc-h")])
    held = [subnet for subnet in draft.ids(SUBNET) if draft[subnet]["vpcId"] == vpc]
    held = rng.sample(held, rng.randint(1, len(held)))
    for other in draft.ids(ACL):
        draft[other]["subnetIds"] = [subnet for subnet in draft[other]["subnetIds"] if subnet not in held]
    entries = {direction: _acl_entries(draft) for direction in ("ingress", "egress")}
    draft.add(ACL, key, vpcId=vpc, subnetIds=held, **entries)


def _acl_entries(draft: Draft) -> list[Properties]:
    rng = draft.rng
    entries = []
    if rng.random() < 0.85:
        entries.append({**DEFAULT_ENTRY, "ruleNo": 500})
    else:
        entries.append(_acl_entry(510, "allow", "tcp", 587, 587, ANYWHERE))
        entries.append(_acl_entry(520, "allow", "tcp", rng.choice((1024, 32768)), 65535, ANYWHERE))
    for number in rng.sample(range(1, 999, 2), rng.choice((0, 1, 1, 2))):  # AWS refuses a number twice.
        low, high = rng.choice(((587, 587), (465, 2587), (1024, 65535), (0, 65535), (32768, 60999), (25, 25)))
        action, protocol = rng.choice(("allow", "deny", "deny")), rng.choice(("tcp", "6", "6", "-1", "17"))
        entries.append(_acl_entry(number, action, protocol, low, high, _any_block(draft)))
    if rng.random() < 0.1:
        entries.append({**_acl_entry(2, "deny", "-1", 0, 0, ""), "ipv6CidrBlock": "::/0"})
    rng.shuffle(entries)
    return entries


def _acl_entry(number: int, action: str, protocol: str, low: int, high: int, cidr: str) -> Properties:
    ports = {"fromPort": 0, "toPort": 0} if protocol == "-1" else {"fromPort": low, "toPort": high}
    entry = {"ruleNo": number, "action": action, "protocol": protocol, **ports}
    return {**entry, "cidrBlock": cidr} if cidr else entry


def connector_changes(draft: Draft) -> None:
    rng = draft.rng
    connector = draft[f"{ARN}:vpcconnector/c/1/c"]
    subnets = [subnet for subnet in draft.ids(SUBNET) if draft[subnet]["vpcId"] == "vpc-a"]
    change = rng.choice(("subnets", "subnets", "default group", "two groups", "managed"))
    if change == "subnets":
        connector["subnets"] = rng.sample(subnets, rng.randint(1, len(subnets)))
    elif change == "default group":
        connector["securityGroups"] = rng.choice(([], None, ["sg-a-default"]))
    elif change == "two groups":
        connector["securityGroups"] = ["sg-connector", "sg-a-default"]
    else:
        network = {"egressConfiguration": {"egressType": "DEFAULT"}}
        draft[f"{ARN}:service/s/s"]["networkConfiguration"] = network


def secondary_block(draft: Draft) -> None:
    cidr = draft.rng.choice(("10.99.0.0/16", "100.70.0.0/20", "185.107.0.0/16"))
    draft.add(SECONDARY_BLOCK, "vpc-cidr-assoc-1", vpcId="vpc-a", cidrBlock=cidr)


def block_public_access(draft: Draft) -> None:
    mode = draft.rng.choice(("off", "block-ingress", "block-bidirectional"))
    draft.add(PUBLIC_ACCESS, "us-east-1", internetGatewayBlockMode=mode)
    if draft.rng.random() < 0.4:
        vpc = draft.rng.choice(draft.ids(VPC))
        allowed = draft.rng.choice(("allow-egress", "allow-bidirectional"))
        draft.add(PUBLIC_ACCESS_EXCLUSION, "vpcbpa-1", vpcId=vpc, internetGatewayExclusionMode=allowed)


TWISTS: Final[tuple[Callable[[Draft], None], ...]] = (
    specific_route,
    specific_route,
    route_halves,
    default_route_gone,
    default_route_elsewhere,
    blackhole,
    prefix_list_route,
    gateway_endpoint_route,
    ipv6_default,
    middlebox_route,
    other_table,
    nat_changes,
    nat_changes,
    second_nat,
    internet_gateway_changes,
    endpoint_changes,
    endpoint_changes,
    dns_changes,
    connector_rules,
    connector_rules,
    endpoint_rules,
    endpoint_rules,
    acl,
    acl,
    acl,
    connector_changes,
    secondary_block,
    block_public_access,
)
