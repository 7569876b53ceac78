"""Through a NAT instance, by its own first interface or by one that the program makes for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reachability import Verdict
from tests.reachability.shown import judged, said
from tests.reachability.stacks import (
    ANYWHERE,
    PRIVATE,
    PRIVATE_TABLE,
    PUBLIC,
    PUBLIC_TABLE,
    VPC,
    Stack,
    either,
    ref,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
INSTANCE, INTERFACE = "aws:ec2/instance:Instance", "aws:ec2/networkInterface:NetworkInterface"
EIP, EIP_LINK = "aws:ec2/eip:Eip", "aws:ec2/eipAssociation:EipAssociation"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
ALL: dict[str, Any] = {"protocol": "-1", "fromPort": 0, "toPort": 0}


def _network(stack: Stack) -> None:
    for name in ("nat", "address"):
        stack.remove(name)
    stack["default"].pop("natGatewayId")
    open_ = {
        "ingress": [{**ALL, "cidrBlocks": ["172.31.0.0/16"]}],
        "egress": [{**ALL, "cidrBlocks": [ANYWHERE]}],
    }
    stack.add(GROUP, "nat-group", vpcId=VPC, **open_)


@pytest.fixture
def instance(nat: Stack) -> Stack:
    """The NAT gateway is an instance, to whose first interface the route leads."""
    _network(nat)
    nat.add(
        INSTANCE,
        "box",
        subnetId=PUBLIC[0],
        vpcSecurityGroupIds=[ref("nat-group")],
        sourceDestCheck=False,
        associatePublicIpAddress=True,
    )
    nat["default"]["networkInterfaceId"] = ref("box")
    return nat


@pytest.fixture
def interface(nat: Stack) -> Stack:
    """The same by an interface with an Elastic IP address, which the instance starts with."""
    _network(nat)
    nat.add(INTERFACE, "eni", subnetId=PUBLIC[0], securityGroups=[ref("nat-group")], sourceDestCheck=False)
    nat.add(INSTANCE, "box", networkInterfaces=[{"networkInterfaceId": ref("eni"), "deviceIndex": 0}])
    nat.add(EIP, "address", domain="vpc", networkInterface=ref("eni"))
    nat["default"]["networkInterfaceId"] = ref("eni")
    return nat


def test_groups_by_the_other_argument_count_in_a_subnet(instance: Stack) -> None:
    box = instance["box"]
    box["securityGroups"] = box.pop("vpcSecurityGroupIds")
    assert judged(instance) == (REACHABLE, set())
    instance["nat-group"]["ingress"] = []
    assert judged(instance) == (UNREACHABLE, {"ENI_SG_RULES_MISMATCH"})


@pytest.mark.parametrize("form", ["instance", "interface"])
def test_a_nat_instance_is_a_hop(form: str, request: pytest.FixtureRequest) -> None:
    stack: Stack = request.getfixturevalue(form)

    assert judged(stack) == (REACHABLE, set())
    (egress,) = stack.prove()
    kinds = [hop.kind for hop in egress.outcome.path]
    assert kinds[kinds.index("nat-instance") :] == [
        "nat-instance",
        "security-group",
        *["network-acl"] * 2,
        "security-group",
        *["network-acl"] * 2,
        "route-table",
        "internet-gateway",
        "internet",
    ]
    assert "NAT_INSTANCE_FORWARDS" in {one.code for one in egress.outcome.assumptions}


def test_it_is_known_again_once_it_is_there(instance: Stack) -> None:
    instance["box"]["primaryNetworkInterfaceId"] = "eni-1"
    instance["default"]["networkInterfaceId"] = "eni-1"

    assert judged(instance, preview=False) == (REACHABLE, set())


def close_acl(stack: Stack) -> None:
    both = {"ruleNo": 100, "action": "allow", "protocol": "-1", "cidrBlock": ANYWHERE}
    acl = {"vpcId": VPC, "subnetIds": [PUBLIC[0]], "ingress": [], "egress": [both]}
    stack.add("aws:ec2/networkAcl:NetworkAcl", "acl", **acl)


def address_by_association(stack: Stack) -> None:
    stack["box"]["associatePublicIpAddress"] = False
    stack.add(EIP_LINK, "link", instanceId=ref("box"), allocationId="eipalloc-1")


def subnet_gives_addresses(stack: Stack) -> None:
    stack["box"].pop("associatePublicIpAddress")
    stack[PUBLIC[0]]["mapPublicIpOnLaunch"] = True


def subnet_gives_none(stack: Stack) -> None:
    stack["box"].pop("associatePublicIpAddress")
    stack[PUBLIC[0]]["mapPublicIpOnLaunch"] = False


def circle(stack: Stack) -> None:
    stack[PUBLIC_TABLE]["routes"] = []
    way = {"destinationCidrBlock": ANYWHERE, "networkInterfaceId": ref("box")}
    stack.add("aws:ec2/route:Route", "again", routeTableId=PUBLIC_TABLE, **way)


def maybe_address(stack: Stack) -> None:
    stack["box"]["associatePublicIpAddress"] = False
    stack.add(EIP_LINK, "link", instanceId=ref("config"), allocationId="eipalloc-1")


CHECKED, NO_ADDRESS = {"ENI_SOURCE_DEST_CHECK_RESTRICTION"}, {"IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"}
NOT_SURE = (UNDETERMINED, NO_ADDRESS)


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        (lambda stack: stack["box"].pop("sourceDestCheck"), (UNREACHABLE, CHECKED)),
        (lambda stack: stack["box"].update(sourceDestCheck=ref("config")), (UNDETERMINED, CHECKED)),
        (lambda stack: stack["box"].update(associatePublicIpAddress=False), (UNREACHABLE, NO_ADDRESS)),
        (
            lambda stack: stack["box"].update(associatePublicIpAddress=ref("config")),
            (UNDETERMINED, NO_ADDRESS),
        ),
        (address_by_association, (REACHABLE, set())),
        (maybe_address, (UNDETERMINED, NO_ADDRESS)),
        (subnet_gives_addresses, (REACHABLE, set())),
        (subnet_gives_none, (UNREACHABLE, NO_ADDRESS)),
        (lambda stack: stack["nat-group"].update(ingress=[]), (UNREACHABLE, {"ENI_SG_RULES_MISMATCH"})),
        (lambda stack: stack["nat-group"].update(egress=[]), (UNREACHABLE, {"ENI_SG_RULES_MISMATCH"})),
        (
            lambda stack: stack["nat-group"].update(
                ingress=[{**ALL, "securityGroups": [ref("connector-group")]}]
            ),
            (REACHABLE, set()),
        ),
        (close_acl, (UNREACHABLE, {"SUBNET_ACL_RESTRICTION"})),
        (lambda stack: stack["box"].update(subnetId=PRIVATE[0]), (UNREACHABLE, {"ROUTING_LOOP"})),
        (circle, (UNREACHABLE, {"ROUTING_LOOP"})),
        (lambda stack: stack["box"].pop("subnetId"), (UNDETERMINED, {"NOT_MODELLED"})),
        (lambda stack: stack["default"].update(networkInterfaceId="eni-9"), (UNDETERMINED, {"NOT_MODELLED"})),
    ],
)
def test_what_a_nat_instance_needs(
    change: Callable[[Stack], object], answer: tuple[Verdict, set[str]], instance: Stack
) -> None:
    change(instance)

    assert judged(instance) == answer


def attached_apart(stack: Stack) -> None:
    stack["box"].pop("networkInterfaces")
    link = {"instanceId": ref("box"), "networkInterfaceId": ref("eni"), "deviceIndex": 1}
    stack.add("aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment", "link", **link)


def attached_with_another(stack: Stack) -> None:
    """AWS refuses the interface, whose address another one has, and with it what attaches it."""
    attached_apart(stack)
    stack["eni"]["privateIps"] = ["172.31.0.9"]
    stack.add(INTERFACE, "first", subnetId=stack["eni"]["subnetId"], privateIps=["172.31.0.9"])
    stack.depends_on["eni"] = ("first",)


def attached_inline(stack: Stack) -> None:
    stack["box"].pop("networkInterfaces")
    stack["eni"]["attachments"] = [{"instance": ref("box"), "deviceIndex": 1}]


def address_of_the_instance(stack: Stack) -> None:
    stack["address"].pop("networkInterface")
    stack["address"]["instance"] = ref("box")


def group_apart(stack: Stack) -> None:
    stack["eni"]["securityGroups"] = ["sg-closed"]
    stack.hold(GROUP, "sg-closed", vpcId=VPC, ingress=[], egress=[])
    link = {"networkInterfaceId": ref("eni"), "securityGroupId": ref("nat-group")}
    kind = "networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment"
    stack.add(f"aws:ec2/{kind}", "link", **link)


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        (lambda stack: stack.remove("box"), (UNDETERMINED, {"NAT_INSTANCE_UNKNOWN"})),
        (lambda stack: stack.remove("address"), (UNREACHABLE, NO_ADDRESS)),
        (
            lambda stack: stack["address"].update(networkInterface=None, instance=ref("box")),
            (REACHABLE, set()),
        ),
        (lambda stack: stack["eni"].update(sourceDestCheck=True), (UNREACHABLE, CHECKED)),
        (lambda stack: stack["box"].update(sourceDestCheck=False), (REACHABLE, set())),
        (attached_apart, (REACHABLE, set())),
        (attached_with_another, (UNREACHABLE, {"CONFLICTING_RESOURCES"})),
        (attached_inline, (REACHABLE, set())),
        (group_apart, (REACHABLE, set())),
        (
            lambda stack: stack["default"].update(networkInterfaceId=either("eni", "config")),
            (REACHABLE, set()),
        ),
    ],
)
def test_what_its_interface_needs(
    change: Callable[[Stack], object], answer: tuple[Verdict, set[str]], interface: Stack
) -> None:
    change(interface)

    assert judged(interface) == answer


def test_one_behind_another_is_followed(instance: Stack) -> None:
    """The first instance is in a subnet whose table leads to a second one."""
    instance.add("aws:ec2/subnet:Subnet", "middle", vpcId=VPC, cidrBlock="172.31.128.0/20")
    instance["box"].update(subnetId=ref("middle"), associatePublicIpAddress=False)
    instance.add(
        INSTANCE,
        "last",
        subnetId=PUBLIC[0],
        vpcSecurityGroupIds=[ref("nat-group")],
        sourceDestCheck=False,
        associatePublicIpAddress=True,
    )
    instance.add("aws:ec2/routeTable:RouteTable", "inner", vpcId=VPC)
    link = {"subnetId": ref("middle"), "routeTableId": ref("inner")}
    instance.add("aws:ec2/routeTableAssociation:RouteTableAssociation", "inner-link", **link)
    way = {"destinationCidrBlock": ANYWHERE, "networkInterfaceId": ref("last")}
    instance.add("aws:ec2/route:Route", "inner-out", routeTableId=ref("inner"), **way)
    instance["connector"]["subnets"] = [PRIVATE[0]]

    assert judged(instance) == (REACHABLE, set())
    assert instance["default"]["routeTableId"] == PRIVATE_TABLE


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_the_group_that_lacks_a_rule_is_named(instance: Stack, direction: str) -> None:
    instance["nat-group"][direction] = []
    ((_, _, message, remedy),) = said(instance)

    assert message.startswith(f"no {direction} rule of security group nat-group lets TCP 587 ")
    assert remedy.endswith(" to security group nat-group")


def test_a_group_of_a_chosen_interface_may_be_anothers(interface: Stack) -> None:
    """`Output.all(eni.id, other.id).apply(choose)` in the attachment of the group."""
    group_apart(interface)
    interface.add("aws:ec2/networkInterface:NetworkInterface", "other", subnetId=PUBLIC[0])
    interface["link"]["networkInterfaceId"] = either("eni", "other")

    assert judged(interface)[0] is UNDETERMINED
