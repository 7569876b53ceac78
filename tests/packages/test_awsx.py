"""`awsx.ec2.Vpc`: the layouts that its public tests expect, and the children of each NAT gateway strategy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from mailroute.rehearsal import embedded
from mailroute.rehearsal.account import Account
from mailroute.rehearsal.packages.awsx.layout import Spec, subnets
from mailroute.rehearsal.packages.awsx.vpc import expand
from mailroute.rehearsal.packages.component import NotSimulatedError
from mailroute.rehearsal.project import Project
from mailroute.wire import OutputValue
from reachability.values import UNKNOWN
from tests.packages.around import Around

if TYPE_CHECKING:
    from pathlib import Path

    from mailroute.rehearsal.result import Rehearsal

DEFAULT_LEGACY: Final = {
    "private": ["10.0.0.0/19", "10.0.64.0/19", "10.0.128.0/19"],
    "public": ["10.0.32.0/20", "10.0.96.0/20", "10.0.160.0/20"],
}


def blocks(*arguments: Any, **options: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for subnet in subnets(*arguments, **options):
        found.setdefault(subnet.spec.kind, []).append(str(subnet.block))
    return found


def lengths(zone: int, strategy: str) -> list[int]:
    specs = [Spec("private"), Spec("public"), Spec("isolated")]
    return [subnet.block.length for subnet in subnets(f"10.0.0.0/{zone}", 1, specs, strategy)]


@pytest.mark.parametrize("strategy", ["Legacy", "Auto"])
def test_the_default_layout_of_three_zones(strategy: str) -> None:
    assert blocks("10.0.0.0/16", 3, None, strategy) == DEFAULT_LEGACY


@pytest.mark.parametrize(
    ("zone", "expected"),
    [(16, [19, 20, 24]), (18, [19, 20, 24]), (19, [20, 20, 24]), (20, [21, 21, 24]), (23, [24, 24, 24])],
)
def test_legacy_gives_default_sizes_where_there_is_room(zone: int, expected: list[int]) -> None:
    assert lengths(zone, "Legacy") == expected


@pytest.mark.parametrize(
    ("vpc", "specs", "expected"),
    [
        ("10.0.0.0/24", [Spec("public")], ["10.0.0.0/24"]),
        (
            "10.0.0.0/18",
            [Spec("isolated", length=22), Spec("public", length=21)],
            ["10.0.0.0/21", "10.0.8.0/22"],
        ),
        ("10.0.0.0/17", [Spec("private", length=18)], ["10.0.0.0/18"]),
        (
            "10.0.0.0/16",
            [Spec("public"), Spec("private"), Spec("isolated")],
            ["10.0.0.0/19", "10.0.32.0/20", "10.0.48.0/24"],
        ),
    ],
)
def test_legacy_puts_private_before_public_before_isolated(
    vpc: str, specs: list[Spec], expected: list[str]
) -> None:
    assert [str(subnet.block) for subnet in subnets(vpc, 1, specs, "Legacy")] == expected


def test_auto_puts_them_in_the_order_of_the_specs() -> None:
    specs = [Spec("public", length=22), Spec("unused", length=22), Spec("private", length=20)]
    assert blocks("10.0.0.0/16", 2, specs, "Auto") == {
        "public": ["10.0.0.0/22", "10.0.128.0/22"],
        "private": ["10.0.16.0/20", "10.0.144.0/20"],
    }
    assert blocks("10.0.0.0/16", 1, [Spec("public")], "Auto", 19) == {"public": ["10.0.0.0/19"]}
    assert blocks("10.0.0.0/8", 1, None, "Auto") == {"private": ["10.0.0.0/17"], "public": ["10.0.128.0/18"]}


def test_automerge_keeps_the_default_subnets() -> None:
    merged = blocks("10.0.0.0/16", 2, [Spec("public", tags={"a": "b"})], "AutoMerge")
    assert merged == {
        "private": ["10.0.0.0/18", "10.0.128.0/18"],
        "public": ["10.0.64.0/19", "10.0.192.0/19"],
    }


@pytest.mark.parametrize(
    ("specs", "strategy", "complaint"),
    [
        (
            [Spec("public", length=17), Spec("private", length=18)],
            "Auto",
            "need 49152 addresses, and it has 32768",
        ),
        ([], "Auto", "names no subnet"),
        ([Spec("public", length=18)], "Exact", "leave a gap at 10.0.64.0"),
        ([Spec("public", blocks=("10.0.0.0/20",))], "Auto", "has 1 blocks for 2 zones"),
        (
            [Spec("public", blocks=("10.0.0.0/20", "10.0.0.0/24"))],
            "Auto",
            "the subnets 10.0.0.0/20 and 10.0.0.0/24 overlap",
        ),
    ],
)
def test_a_layout_that_does_not_fit_is_one_line(specs: list[Spec], strategy: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        subnets("10.0.0.0/16", 2, specs, strategy)


@pytest.mark.parametrize(
    ("strategy", "gateways", "targets"),
    [
        ("OnePerAz", 3, ["NatGateway v-1", "NatGateway v-2", "NatGateway v-3"]),
        ("Single", 1, ["NatGateway v-1"] * 3),
        ("None", 0, []),
    ],
)
def test_each_strategy_has_its_gateways(strategy: str, gateways: int, targets: list[str]) -> None:
    around = Around()
    outputs = expand("v", {"natGateways": {"strategy": strategy}}, around)
    assert around.count() == {
        "Vpc": 1,
        "InternetGateway": 1,
        "Subnet": 6,
        "RouteTable": 6,
        "RouteTableAssociation": 6,
        "Route": 3 + len(targets),
        **({"Eip": gateways, "NatGateway": gateways} if gateways else {}),
    }
    routes = [around.children.get(f"Route v-private-{zone}") for zone in (1, 2, 3)]
    assert [route[1]["natGatewayId"] for route in routes if route] == [f"id of {name}" for name in targets]
    for zone in (1, 2, 3):
        public = around.inputs(f"Route v-public-{zone}")
        assert (public["gatewayId"], public["destinationCidrBlock"]) == (
            "id of InternetGateway v",
            "0.0.0.0/0",
        )
        assert public["routeTableId"] == f"id of RouteTable v-public-{zone}"
        joined = around.inputs(f"RouteTableAssociation v-private-{zone}")
        assert joined == {
            "routeTableId": f"id of RouteTable v-private-{zone}",
            "subnetId": f"id of Subnet v-private-{zone}",
        }
    assert [each.value for each in outputs["privateSubnetIds"]] == [
        f"id of Subnet v-private-{zone}" for zone in (1, 2, 3)
    ]
    assert outputs["isolatedSubnetIds"] == []


def test_subnets_and_gateways_are_in_their_zones() -> None:
    around = Around()
    expand("v", {"numberOfAvailabilityZones": 2, "tags": {"team": "x"}}, around)
    assert around.inputs("Vpc v") == {"cidrBlock": "10.0.0.0/16", "tags": {"team": "x", "Name": "v"}}
    assert around.inputs("Subnet v-public-2") == {
        "vpcId": "id of Vpc v",
        "availabilityZone": "us-east-1b",
        "mapPublicIpOnLaunch": True,
        "cidrBlock": "10.0.192.0/19",
        "assignIpv6AddressOnCreation": False,
        "tags": {"team": "x", "Name": "v-public-2", "SubnetType": "Public"},
    }
    assert around.children["Subnet v-private-1"][2] == "Vpc v"
    gateway = around.inputs("NatGateway v-2")
    assert (gateway["subnetId"], gateway["allocationId"]) == (
        "id of Subnet v-public-2",
        "allocationId of Eip v-2",
    )


def test_names_zones_and_addresses_that_are_given() -> None:
    around = Around()
    arguments = {
        "availabilityZoneNames": ["eu-west-1b", "eu-west-1c"],
        "enableDnsHostnames": True,
        "natGateways": {"strategy": "OnePerAz", "elasticIpAllocationIds": ["eipalloc-1", "eipalloc-2"]},
        "subnetNameTagStrategy": "AvailabilityZone",
        "subnetSpecs": [{"type": "Public", "name": "edge"}, {"type": "Isolated", "size": 256.0}],
        "subnetStrategy": "Auto",
    }
    outputs = expand("v", arguments, around)
    assert around.inputs("Subnet v-edge-2")["tags"]["Name"] == "v-edge-1c"
    assert around.inputs("Subnet v-isolated-1")["cidrBlock"].endswith("/24")
    assert around.inputs("NatGateway v-2")["allocationId"] == "eipalloc-2"
    assert around.inputs("Vpc v")["enableDnsHostnames"] is True
    assert "Eip" not in around.count()
    assert "Route v-isolated-1" not in around.children
    assert outputs["eips"] == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"natGateways": {"strategy": "Two"}}, "natGateways.strategy 'two': name None, Single or OnePerAz"),
        ({"subnetSpecs": [{"type": "Public"}]}, "NAT gateways need public subnets to be in and private"),
        (
            {"natGateways": {"strategy": "Single", "elasticIpAllocationIds": ["a", "b"]}},
            "2 addresses do not fit the strategy single in 3 zones",
        ),
        ({"numberOfAvailabilityZones": 5}, "5 are wanted, and the region has 4"),
        ({"numberOfAvailabilityZones": 2, "availabilityZoneNames": ["a"]}, "name one of them only"),
        ({"subnetSpecs": [{"type": "Secret"}]}, "the type 'Secret' is none of Public"),
        ({"subnetSpecs": [{"type": "Public", "size": 100}]}, "the size 100 is no power of two"),
        ({"subnetSpecs": [{"type": "Public", "size": 256, "cidrMask": 25}]}, "256 is not that of a /25"),
    ],
)
def test_wrong_arguments_are_one_line(arguments: dict[str, Any], complaint: str) -> None:
    around = Around()
    with pytest.raises(ValueError, match=complaint):
        expand("v", arguments, around)
    assert around.children == {}, "a child is registered before the arguments are checked"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"cidrBlock": UNKNOWN}, "with unknown cidrBlock"),
        ({"natGateways": UNKNOWN}, "with unknown natGateways.strategy"),
        ({"natGateways": {"strategy": OutputValue(UNKNOWN, ("u",))}}, "with unknown natGateways.strategy"),
        ({"ipv4IpamPoolId": "pool"}, "with ipv4IpamPoolId"),
        ({"vpcEndpointSpecs": [{"serviceName": "s"}]}, "with vpcEndpointSpecs"),
        ({"subnetSpecs": [{"type": "Public", "assignIpv6AddressOnCreation": True}]}, "assignIpv6Address"),
    ],
)
def test_what_is_not_simulated_registers_nothing(arguments: dict[str, Any], named: str) -> None:
    around = Around()
    with pytest.raises(NotSimulatedError, match=named):
        expand("v", arguments, around)
    assert around.children == {}


PROGRAM: Final = """
import pulumi

class Vpc(pulumi.ComponentResource):
    vpcId: pulumi.Output[str]
    privateSubnetIds: pulumi.Output[list]
    def __init__(self, name, opts=None, **inputs):
        outputs = {"vpcId": None, "privateSubnetIds": None}
        super().__init__("awsx:ec2:Vpc", name, {**outputs, **inputs}, opts, True)

class Group(pulumi.CustomResource):
    def __init__(self, name, vpc, **inputs):
        super().__init__("aws:ec2/securityGroup:SecurityGroup", name, {"vpcId": vpc, **inputs})

there = pulumi.ProviderResource("aws", "there", {"region": "eu-west-1"})
vpc = Vpc("shop", natGateways={"strategy": "Single"}, tags={"team": "x"})
far = Vpc("far", pulumi.ResourceOptions(providers={"aws": there}))
other = Vpc("other", ipv4IpamPoolId="pool")
Group("group", vpc.vpcId)
Group("open", other.vpcId)
pulumi.export("private", vpc.privateSubnetIds)
pulumi.export("other", other.vpcId)
"""


@pytest.fixture(scope="module")
def rehearsals(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Rehearsal]:
    """The program's preview and its update, by `up`."""
    directory = tmp_path_factory.mktemp("awsx")
    (directory / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    (directory / "Pulumi.dev.yaml").write_text("config:\n  aws:region: us-east-1\n", encoding="utf-8")
    (directory / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    return {up: _rehearse(directory, up) for up in (False, True)}


def _rehearse(directory: Path, up: bool) -> Rehearsal:
    return embedded.rehearse(
        Project.load(directory, "dev"),
        Account.empty("us-east-1"),
        up=up,
        packs=(),
        pack_config=None,
        timeout=60,
        on_event=lambda _event: None,
    )


@pytest.mark.parametrize("up", [False, True])
def test_the_engine_registers_what_a_vpc_consists_of(rehearsals: dict[bool, Rehearsal], up: bool) -> None:
    rehearsal = rehearsals[up]
    by_name = {(each.type, each.name): each for each in rehearsal.resources}
    component, vpc = by_name["awsx:ec2:Vpc", "shop"], by_name["aws:ec2/vpc:Vpc", "shop"]
    subnet = by_name["aws:ec2/subnet:Subnet", "shop-private-1"]
    route = by_name["aws:ec2/route:Route", "shop-private-3"]
    gateway = by_name["aws:ec2/natGateway:NatGateway", "shop-1"]
    assert (component.custom, vpc.parent, subnet.parent) == (False, component.urn, vpc.urn)
    assert subnet.property_dependencies["vpcId"] == (vpc.urn,)
    assert route.property_dependencies["natGatewayId"] == (gateway.urn,)
    assert (subnet.inputs["vpcId"], subnet.id is not None) == (vpc.id if up else UNKNOWN, up)
    group = by_name["aws:ec2/securityGroup:SecurityGroup", "group"]
    assert set(group.property_dependencies["vpcId"]) == {component.urn, vpc.urn}
    assert subnet.inputs["tags"] == {"team": "x", "Name": "shop-private-1", "SubnetType": "Private"}


def test_its_outputs_are_known_once_it_is_created(rehearsals: dict[bool, Rehearsal]) -> None:
    assert rehearsals[False].outputs["private"] is UNKNOWN
    by_name = {(each.type, each.name): each for each in rehearsals[True].resources}
    ids = [by_name["aws:ec2/subnet:Subnet", f"shop-private-{zone}"].id for zone in (1, 2, 3)]
    assert rehearsals[True].outputs["private"] == ids


def test_its_children_have_the_provider_that_it_is_given(rehearsals: dict[bool, Rehearsal]) -> None:
    by_name = {(each.type, each.name): each for each in rehearsals[True].resources}
    subnet = by_name["aws:ec2/subnet:Subnet", "far-public-2"]
    assert subnet.provider == by_name["pulumi:providers:aws", "there"].urn
    assert subnet.inputs["availabilityZone"] == "eu-west-1b"


@pytest.mark.parametrize("up", [False, True])
def test_a_vpc_that_is_not_simulated_is_unknown(rehearsals: dict[bool, Rehearsal], up: bool) -> None:
    rehearsal = rehearsals[up]
    assert rehearsal.outputs["other"] is UNKNOWN
    (said,) = (each.message for each in rehearsal.diagnostics if "simulated" in each.message)
    assert said.startswith("awsx:ec2:Vpc with ipv4IpamPoolId is not simulated: its outputs are unknown")
    assert json.dumps([each.name for each in rehearsal.resources]).count("other-") == 0
