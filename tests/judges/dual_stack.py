"""Small accounts with IPv6, at random: dual-stack and IPv6-only subnets, egress-only gateways, NAT64."""

from __future__ import annotations

import json
from ipaddress import IPv6Network
from random import Random
from typing import Final

from reachability import Destination
from tests.judges import topologies as t
from tests.judges import twists
from tests.judges.topologies import Document, Draft, Properties, put_route

EGRESS_ONLY: Final = "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway"
FUNCTION: Final = "aws:lambda/function:Function"
ECS_SERVICE: Final = "aws:ecs/service:Service"
TASK: Final = "aws:ecs/taskDefinition:TaskDefinition"
ECS_SETTING: Final = "aws:ecs/accountSettingDefault:AccountSettingDefault"
SECONDARY_BLOCK: Final = "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation"

EVERYWHERE: Final = "::/0"
NAT64: Final = "64:ff9b::/96"
LITERAL: Final = "2a01:4f8:c0c::25"
OWN: Final = "2600:1f18:0:aa00::/56"
OWN_MORE: Final = "2600:1f18:0:cc00::/56"
PEER: Final = "2600:1f18:0:bb00::/56"
PEER_MORE: Final = "2600:1f18:0:dd00::/56"
UNIQUE_LOCAL: Final = "fd00::/56"
"""The blocks of the VPC and of its peer: the first, and those that some accounts have beside it."""
OPEN: Final = {"protocol": "-1", "fromPort": 0, "toPort": 0, "ipv6CidrBlocks": [EVERYWHERE]}

KNOWN: Final = {
    "ipv4.example.com": (t.LITERAL,),
    "ipv6.example.com": (LITERAL,),
    "both.example.com": (t.LITERAL, LITERAL),
    "several.example.com": (LITERAL, "2600:1f18:0:aa00::25", "2600:1f18:0:bb00::25"),
}
"""Hosts whose addresses the team has given."""
IN_A_VPC: Final = (
    *(f"2600:1f18:0:aa{number:02x}::25" for number in (0, 0, 0, 1, 2, 3)),  # In a subnet, first the clients'.
    *(f"2600:1f18:0:{block}00::25" for block in ("bb", "bb", "cc", "cc", "dd", "dd")),
    *(f"2600:1f18:0:{block}40::25" for block in ("aa", "bb", "cc", "dd")),  # In none.
    "fd00::25",
)
DESTINATIONS: Final = (
    *(Destination(host, 587) for host in (t.RELAY, t.RELAY, t.SES, t.LITERAL, LITERAL, LITERAL, *KNOWN)),
    Destination("64:ff9b::b96b:e801", 587),  # The IPv4 literal, as DNS64 would name it.
    Destination("64:ff9b::a00:5", 587),  # A private IPv4 address.
    *(Destination(host, 587) for host in IN_A_VPC),
    Destination(LITERAL, 25),
    Destination(None, None),
)


def dual_stack(seed: int) -> Document:
    """The account of `seed`."""
    rng = Random(seed)
    draft = Draft(rng)
    t.network(draft, rng.random() < 0.75, main=False)
    _ipv6(draft)
    if rng.random() < 0.1:
        t.endpoint(draft)
        draft["vpce-smtp"]["subnetIds"] = ["subnet-public0"]
    _workload(draft)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3))):
        rng.choice(_TWISTS)(draft)
    for nat in map(draft.__getitem__, draft.ids(t.NAT_GATEWAY)):
        if "subnetId" in nat and "cidrBlock" not in draft[nat["subnetId"]]:
            nat["subnetId"] = "subnet-public0"  # AWS makes none in an IPv6-only subnet.
    return draft.document()


def _ipv6(draft: Draft) -> None:
    """Blocks, gateways and routes beside those of IPv4; some private subnets lose IPv4."""
    rng = draft.rng
    draft["vpc-a"]["ipv6CidrBlock"] = OWN
    alone = rng.choice((0.0, 0.0, 1.0, 1.0, 0.5))
    for number, key in enumerate(draft.ids(t.SUBNET)):
        draft[key].update(ipv6CidrBlock=f"2600:1f18:0:aa{number:02x}::/64", enableDns64=rng.random() < 0.2)
        if key.startswith("subnet-private") and rng.random() < alone:
            del draft[key]["cidrBlock"]
            draft[key].update(ipv6Native=True, enableDns64=rng.random() < 0.9)
    draft.add(EGRESS_ONLY, "eigw-a", vpcId="vpc-a")
    put_route(draft["rtb-public"], _route(EVERYWHERE, gatewayId="igw-a"))
    for key in draft.ids(t.ROUTE_TABLE):
        if key.startswith("rtb-private"):
            put_route(draft[key], _route(EVERYWHERE, egressOnlyGatewayId="eigw-a"))
            nats = draft.ids(t.NAT_GATEWAY)
            if nats and rng.random() < 0.85:
                put_route(draft[key], _route(NAT64, natGatewayId=rng.choice(nats)))
    _open_acl(draft, "acl-a-default")


def _open_acl(draft: Draft, key: str) -> None:
    """The default ACL of a VPC with IPv6 lets both families through."""
    entries = [t.DEFAULT_ENTRY, _entry(101, "allow", "-1", 0, 0, EVERYWHERE)]
    draft[key].update(ingress=entries, egress=entries)


def _workload(draft: Draft) -> None:
    """A task of ECS, a function or a service of App Runner, in the private subnets or the public ones."""
    rng = draft.rng
    rules = [dict(t.OPEN_RULE), dict(OPEN)]
    draft.add(t.GROUP, "sg-connector", vpcId="vpc-a", name="connector", ingress=[], egress=rules)
    where = "subnet-public" if rng.random() < 0.12 else "subnet-private"
    subnets = [key for key in draft.ids(t.SUBNET) if key.startswith(where)]
    variables = {"SMTP_HOST": t.RELAY, "SMTP_PORT": "587"}
    kind = rng.choice(("task",) * 4 + ("function",) * 3 + ("service",))
    if kind == "task":
        container = {"environment": [{"name": name, "value": value} for name, value in variables.items()]}
        draft.add(TASK, "arn:task", containerDefinitions=json.dumps([container]))
        network = {"subnets": subnets, "securityGroups": ["sg-connector"], "assignPublicIp": False}
        draft.add(
            ECS_SERVICE,
            "arn:service",
            name="s",
            launchType="FARGATE",
            taskDefinition="arn:task",
            networkConfiguration=network,
        )
        setting = rng.choice(("enabled", "enabled", "enabled", "disabled", None))
        if setting is not None:
            draft.add(ECS_SETTING, "dualStackIPv6", name="dualStackIPv6", value=setting)
    elif kind == "function":
        config = {"subnetIds": subnets, "securityGroupIds": ["sg-connector"]}
        allowed = {"ipv6AllowedForDualStack": rng.random() < 0.8}
        environment = {"variables": variables}
        draft.add(FUNCTION, "s", name="s", vpcConfig={**config, **allowed}, environment=environment)
    else:
        del draft.resources["sg-connector"]
        t.service(draft)
        draft["sg-connector"]["egress"] = rules


def _route(cidr: str, **target: str) -> Properties:
    return {"ipv6CidrBlock": cidr, **target, "state": "active"}


def _entry(number: int, action: str, protocol: str, low: int, high: int, cidr: str) -> Properties:
    family = "ipv6CidrBlock" if ":" in cidr else "cidrBlock"
    entry = {"ruleNo": number, "action": action, "protocol": protocol, "fromPort": low, "toPort": high}
    return {**entry, family: cidr}


# What is nearly right ----------------------------------------------------------------------------------


def _block(draft: Draft) -> str:
    """A block that a route or rule may name, mostly one that mail hosts are in."""
    rng = draft.rng
    if rng.random() < 0.4:
        return rng.choice((EVERYWHERE, NAT64, "2000::/3", OWN, PEER, rng.choice((OWN_MORE, PEER_MORE))))
    host = LITERAL if rng.random() < 0.5 else f"{rng.randrange(0x2000, 0x3FFF):x}::"
    length = rng.choice((1, 3, 8, 16, 32, 64, 128))
    return str(IPv6Network(f"{host}/{length}", strict=False))


def _table(draft: Draft) -> Properties:
    tables = [key for key in draft.ids(t.ROUTE_TABLE) if draft[key]["vpcId"] == "vpc-a"]
    return draft[draft.rng.choice(tables + [key for key in tables if key.startswith("rtb-private")] * 2)]


def _target(draft: Draft) -> Properties:
    nats = [{"natGatewayId": key} for key in draft.ids(t.NAT_GATEWAY)]
    others: list[Properties] = [
        {"egressOnlyGatewayId": "eigw-a"},
        {"egressOnlyGatewayId": "eigw-a"},
        {"egressOnlyGatewayId": "eigw-gone"},
        {"gatewayId": "igw-a"},
        {"networkInterfaceId": "eni-firewall"},
        {"transitGatewayId": "tgw-a"},
        {"vpcPeeringConnectionId": _peer(draft)},
    ]
    return draft.rng.choice(nats * 2 + others)


def _peer(draft: Draft) -> str:
    """A peer VPC, with an egress-only gateway of its own."""
    key = twists.peering(draft)
    if "eigw-b" not in draft.resources:
        draft["vpc-b"]["ipv6CidrBlock"] = PEER
        draft["subnet-peer"]["ipv6CidrBlock"] = "2600:1f18:0:bb00::/64"
        draft.add(EGRESS_ONLY, "eigw-b", vpcId="vpc-b")
        _open_acl(draft, "acl-b-default")
    return key


def _peer_route(draft: Draft) -> None:
    """There, and most often back."""
    rng, target = draft.rng, {"vpcPeeringConnectionId": _peer(draft)}
    put_route(
        _table(draft), _route(rng.choice((PEER, PEER, PEER_MORE, "2600:1f18::/32", "fd00::/8")), **target)
    )
    for cidr in (OWN, OWN_MORE, "fd00::/8"):
        if rng.random() < 0.8:
            put_route(draft["rtb-b-main"], _route(cidr, **target))


def _secondary_block(draft: Draft) -> None:
    """Another block of the VPC or of its peer, most often with a subnet in it; or the first as another."""
    rng = draft.rng
    vpc, first, more = rng.choice((("vpc-a", OWN, OWN_MORE),) * 2 + (("vpc-b", PEER, PEER_MORE),))
    _peer(draft)
    if rng.random() < 0.2:
        draft[vpc].pop("ipv6CidrBlock", None)
        draft.add(SECONDARY_BLOCK, f"{vpc}-first", vpcId=vpc, ipv6CidrBlock=first)
    block = rng.choice((more, more, UNIQUE_LOCAL))
    draft.add(SECONDARY_BLOCK, f"{vpc}-more", vpcId=vpc, ipv6CidrBlock=block)
    held = [
        key for key in draft.ids(t.SUBNET) if draft[key]["vpcId"] == vpc and "ipv6CidrBlock" in draft[key]
    ]
    if held and rng.random() < 0.7:
        draft[rng.choice(held)]["ipv6CidrBlock"] = block.replace("/56", "/64")


def _other_route(draft: Draft) -> None:
    put_route(_table(draft), _route(_block(draft), **_target(draft)))


def _default_elsewhere(draft: Draft) -> None:
    put_route(_table(draft), _route(EVERYWHERE, **_target(draft)))


def _translation_elsewhere(draft: Draft) -> None:
    put_route(_table(draft), _route(draft.rng.choice((NAT64, "64:ff9b::/97")), **_target(draft)))


def _halves(draft: Draft) -> None:
    for half in ("::/1", "8000::/1"):
        put_route(_table(draft), _route(half, **_target(draft)))


def _route_gone(draft: Draft) -> None:
    table = _table(draft)
    if table["routes"]:
        table["routes"].remove(draft.rng.choice(table["routes"]))


def _listed_route(draft: Draft) -> None:
    route = {"destinationPrefixListId": _prefix_list(draft), **_target(draft), "state": "active"}
    put_route(_table(draft), route)


def _prefix_list(draft: Draft) -> str:
    entries = [{"cidr": _block(draft)} for _ in range(draft.rng.choice((0, 1, 2)))]
    key = f"pl-{len(draft.ids(t.PREFIX_LIST))}"
    return draft.add(t.PREFIX_LIST, key, addressFamily="IPv6", entries=entries)


def _another_vpc_s_gateway(draft: Draft) -> None:
    _peer(draft)
    draft["eigw-a"]["vpcId"] = "vpc-b"


def _names(draft: Draft) -> None:
    """DNS64 off, or what is not Amazon's resolver; private zones."""
    if draft.rng.random() < 0.6:
        twists.dns_changes(draft)
    for key in draft.ids(t.SUBNET):
        draft[key]["enableDns64"] = draft.rng.random() < 0.3


def _without_ipv6(draft: Draft) -> None:
    for key in draft.ids(t.SUBNET):
        if "cidrBlock" in draft[key] and draft.rng.random() < 0.5:
            draft[key].pop("ipv6CidrBlock", None)


def _group(draft: Draft) -> None:
    rng = draft.rng
    rules: list[Properties] = []
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        low, high = rng.choice(((587, 587), (0, 65535), (465, 587), (25, 25)))
        rule: Properties = {
            "protocol": rng.choice(("tcp", "tcp", "6", "udp")),
            "fromPort": low,
            "toPort": high,
        }
        peers = rng.choice(("ipv6CidrBlocks",) * 3 + ("cidrBlocks", "prefixListIds", "self"))
        if peers == "ipv6CidrBlocks":
            rule[peers] = [_block(draft), *([] if rng.random() < 0.7 else [EVERYWHERE])]
        elif peers == "cidrBlocks":
            rule[peers] = [t.ANYWHERE]
        elif peers == "prefixListIds":
            rule[peers] = [_prefix_list(draft)]
        else:
            rule[peers] = True
        rules.append(rule)
    draft["sg-connector"]["egress"] = rules


def _acl(draft: Draft) -> None:
    """A subnet or all get an ACL of their own, which denies some of one family or of both."""
    rng = draft.rng
    vpc = rng.choice(["vpc-a", *draft.ids(t.VPC)])
    held = [key for key in draft.ids(t.SUBNET) if draft[key]["vpcId"] == vpc]
    held = rng.sample(held, rng.randint(1, len(held)))
    for other in draft.ids(t.ACL):
        draft[other]["subnetIds"] = [key for key in draft[other]["subnetIds"] if key not in held]
    entries = {direction: _entries(draft) for direction in ("ingress", "egress")}
    draft.add(t.ACL, f"acl-{len(draft.ids(t.ACL))}", vpcId=vpc, subnetIds=held, **entries)


def _entries(draft: Draft) -> list[Properties]:
    rng = draft.rng
    everything = {500: t.ANYWHERE, 501: EVERYWHERE}
    if rng.random() < 0.15:
        del everything[rng.choice((500, 501))]
    entries = [_entry(number, "allow", "-1", 0, 0, cidr) for number, cidr in everything.items()]
    for number in rng.sample(range(1, 499), rng.choice((0, 0, 1, 2))):
        low, high = rng.choice(((587, 587), (1024, 65535), (0, 65535), (32768, 60999)))
        cidr = rng.choice((t.ANYWHERE, OWN, *(_block(draft) for _ in range(3))))
        action, protocol = rng.choice(("allow", "deny", "deny")), rng.choice(("6", "6", "17"))
        entries.append(_entry(number, action, protocol, low, high, cidr))
    return entries


_TWISTS: Final = (
    _other_route,
    _other_route,
    _default_elsewhere,
    _translation_elsewhere,
    _halves,
    _route_gone,
    _route_gone,
    _listed_route,
    _another_vpc_s_gateway,
    _names,
    _without_ipv6,
    _group,
    _group,
    _acl,
    _acl,
    _peer_route,
    _peer_route,
    _secondary_block,
    _secondary_block,
    twists.blackhole,
    twists.nat_changes,
    twists.internet_gateway_changes,
    twists.block_public_access,
    twists.other_table,
)
