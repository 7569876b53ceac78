"""The account that a program meets: a VPC in which some parts work and some do not, perhaps a second one."""

from __future__ import annotations

import copy
from random import Random
from typing import Final

from tests.judges import topologies as t
from tests.judges.topologies import Draft

ADOPTED: Final = "vpc-a"
"""The VPC that programs adopt; the blocks of its existing subnets are 10.1.0.0/20 to 10.1.112.0/20."""
PORTS: Final = {"protocol": "tcp", "fromPort": 465, "toPort": 2587}


def existing(rng: Random) -> Draft:
    """An account: `vpc-a` works in some of its parts; often there is `vpc-b`, where nothing does."""
    draft = Draft(rng)
    t.add_vpc(draft, "a", "10.1")
    public = rng.random() < 0.8
    _subnets(draft, public=public)
    if public and rng.random() < 0.9:
        _gateways(draft)
    _groups(draft)
    if rng.random() < 0.4:
        _endpoint(draft)
    if rng.random() < 0.3:
        subnets = [key for key in draft.ids(t.SUBNET) if key in ("subnet-dead", "subnet-bare")]
        held = rng.sample(subnets, min(len(subnets), rng.randrange(2)))
        _take(draft, held)
        draft.add(t.ACL, "acl-shut", vpcId=ADOPTED, subnetIds=held, ingress=[], egress=[])
    if rng.random() < 0.4:
        _second_vpc(draft)
    return draft


def _subnets(draft: Draft, *, public: bool) -> None:
    """`public`, `alive` and others by chance: `dead` and `spare` have tables, `bare` the main one."""
    rng = draft.rng
    names = ["public", "alive"] if public else ["alive"]
    names += [name for name in ("dead", "bare", "spare") if rng.random() < 0.6]
    for number, name in enumerate(names):
        t.add_subnet(draft, name, ADOPTED, f"10.1.{number * 16}.0/20")


def _table(draft: Draft, name: str, routes: list[t.Properties], *subnets: str) -> None:
    links = [{"subnetId": f"subnet-{name}"} for name in subnets if f"subnet-{name}" in draft.resources]
    draft.add(t.ROUTE_TABLE, f"rtb-{name}", vpcId=ADOPTED, routes=routes, associations=links)


def _gateways(draft: Draft) -> None:
    rng = draft.rng
    draft.add(t.INTERNET_GATEWAY, "igw-a", vpcId=ADOPTED)
    outward = {"cidrBlock": t.ANYWHERE, "gatewayId": "igw-a", "state": "active"}
    _table(draft, "public", [outward], "public")
    nat(draft, "alive", "subnet-public")
    to_nat = {"cidrBlock": t.ANYWHERE, "natGatewayId": "nat-alive", "state": "active"}
    _table(draft, "alive", [to_nat], "alive", *(["spare"] if rng.random() < 0.5 else []))
    if "subnet-dead" in draft.resources:
        dead = []
        if rng.random() < 0.5:
            nat(draft, "dead", "subnet-dead")
            dead = [{"cidrBlock": t.ANYWHERE, "natGatewayId": "nat-dead", "state": "active"}]
        _table(draft, "dead", dead if rng.random() < 0.3 else [], "dead")
    if rng.random() < 0.3:
        draft["rtb-a-main"]["routes"].append(dict(to_nat))


def nat(draft: Draft, name: str, subnet: str) -> None:
    number = len(draft.resources)
    address = {"allocationId": f"eipalloc-{name}", "publicIp": f"52.0.0.{number}"}
    common = {"vpcId": ADOPTED, "connectivityType": "public", "state": "available"}
    draft.add(t.NAT_GATEWAY, f"nat-{name}", **common, **address, subnetId=subnet)


def _groups(draft: Draft) -> None:
    rng = draft.rng
    draft.add(
        t.GROUP, "sg-open", vpcId=ADOPTED, name="open", ingress=[PORTS | {"cidrBlocks": ["10.1.0.0/16"]}],
        egress=[dict(t.OPEN_RULE)],
    )  # fmt: skip
    if rng.random() < 0.6:
        egress = rng.choice(([], [PORTS | {"cidrBlocks": ["10.9.0.0/16"]}]))
        draft.add(t.GROUP, "sg-shut", vpcId=ADOPTED, name="shut", ingress=[], egress=egress)
    if rng.random() < 0.1:
        draft["sg-a-default"].update(ingress=[], egress=[])


def _endpoint(draft: Draft) -> None:
    rng = draft.rng
    groups = [key for key in ("sg-open", "sg-open", "sg-shut") if key in draft.resources]
    draft.add(
        t.ENDPOINT,
        "vpce-a",
        vpcId=ADOPTED,
        serviceName=f"com.amazonaws.{t.REGION}.email-smtp",
        vpcEndpointType="Interface",
        privateDnsEnabled=rng.random() < 0.8,
        subnetIds=[rng.choice(draft.ids(t.SUBNET))],
        securityGroupIds=[rng.choice(groups)],
        state="available",
    )


def _second_vpc(draft: Draft) -> None:
    t.add_vpc(draft, "b", "10.2")
    t.add_subnet(draft, "b", "vpc-b", "10.2.0.0/20")
    rules = copy.deepcopy(t.DEFAULT_GROUP)
    draft.add(t.GROUP, "sg-b", vpcId="vpc-b", name="b", **rules)
    if draft.rng.random() < 0.5:
        draft.add(t.INTERNET_GATEWAY, "igw-b", vpcId="vpc-b")
        outward = {"cidrBlock": t.ANYWHERE, "gatewayId": "igw-b", "state": "active"}
        links = [{"subnetId": "subnet-b"}]
        draft.add(t.ROUTE_TABLE, "rtb-b", vpcId="vpc-b", routes=[outward], associations=links)
        common = {"vpcId": "vpc-b", "connectivityType": "public", "state": "available"}
        address = {"allocationId": "eipalloc-b", "publicIp": "52.0.3.3"}
        draft.add(t.NAT_GATEWAY, "nat-b", **common, **address, subnetId="subnet-b")


def _take(draft: Draft, subnets: list[str]) -> None:
    """Off the default ACL: each subnet has one."""
    default = draft["acl-a-default"]
    default["subnetIds"] = [subnet for subnet in default["subnetIds"] if subnet not in subnets]
