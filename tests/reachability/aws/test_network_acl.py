"""Network ACLs: the first entry that matches decides, and replies are packets like any other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reachability import UNKNOWN, Graph, Origin, Verdict, ZoneAvailability
from reachability.aws import Network
from reachability.aws.network_acl import NetworkAcl
from reachability.aws.subnet import Subnet
from reachability.packet import EGRESS, INGRESS, Packet
from reachability.ranges import EPHEMERAL_PORTS, Ranges, addresses
from reachability.verdict import across_possibilities
from tests.reachability.stacks import ANYWHERE, Stack, either, one_subnet_of_the_account, ref

ACL, RULE = "aws:ec2/networkAcl:NetworkAcl", "aws:ec2/networkAclRule:NetworkAclRule"
REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
SMTP = Ranges.of((587, 587))
UNREAD = (UNDETERMINED, {"ACL_NOT_READ"})

notations = pytest.mark.parametrize("notation", ["inline", "standalone"])


def entry(number: int, action: str, cidr: str = ANYWHERE, **changes: Any) -> dict[str, Any]:
    rule = {"ruleNo": number, "action": action, "protocol": "tcp", "fromPort": 0, "toPort": 65535}
    return {**rule, "cidrBlock": cidr, **changes}


def stack_with(*entries: dict[str, Any], notation: str = "inline") -> Stack:
    """A subnet whose ACL has these egress entries, and lets everything in."""
    stack = Stack()
    stack.add("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16")
    stack.add(
        "aws:ec2/subnet:Subnet", "subnet", vpcId=ref("vpc"), cidrBlock="10.0.0.0/20", availabilityZone="a"
    )
    stack.add(ACL, "acl", vpcId=ref("vpc"), subnetIds=[ref("subnet")])
    if notation == "inline":
        stack["acl"].update(egress=list(entries), ingress=[entry(100, "allow")])
    else:
        names = {"ruleNo": "ruleNumber", "action": "ruleAction"}
        for number, rule in enumerate(entries):
            renamed = {names.get(name, name): value for name, value in rule.items()}
            stack.add(RULE, f"rule{number}", networkAclId=ref("acl"), egress=True, **renamed)
    return stack


def the_subnet(network: Network) -> Subnet:
    (subnet,) = network.graph.of_type("aws:ec2/subnet:Subnet")
    return network.subnets.read(subnet)


def in_force(stack: Stack, *, preview: bool = True) -> tuple[Subnet, tuple[NetworkAcl | None, ...]]:
    """The one subnet, and the ACLs that may be in force there."""
    network = stack.network(preview=preview)
    subnet = the_subnet(network)
    return subnet, network.network_acls.in_force(subnet)


def admit(
    stack: Stack,
    where: str = "8.8.8.8",
    ports: Ranges = SMTP,
    direction: str = EGRESS,
    *,
    preview: bool = True,
) -> Verdict:
    """What the ACLs of the one subnet, all of which are read, make of packets in one direction."""
    subnet, found = in_force(stack, preview=preview)
    acls = [acl for acl in found if acl is not None]
    assert len(acls) == len(found)
    return across_possibilities(
        [acl.admits(subnet, direction, "the peer", addresses(where), ports, "packets") for acl in acls]
    ).verdict


def lets_out(stack: Stack) -> tuple[Verdict, set[str]]:
    """What the one subnet makes of a packet to the internet and of its replies, and what is found there."""
    return lets_out_of(stack.graph())


def lets_out_of(graph: Graph) -> tuple[Verdict, set[str]]:
    network = Network(graph, ZoneAvailability())
    packet = Packet(addresses("10.0.0.9"), "the client", addresses("8.8.8.8"), "the peer", 587)
    outcome = network.network_acls.lets_out(the_subnet(network), packet)
    return outcome.verdict, {finding.code for finding in outcome.findings}


@notations
def test_the_lowest_rule_number_that_matches_decides(notation: str) -> None:
    stack = stack_with(entry(200, "allow"), entry(100, "deny", "8.0.0.0/8"), notation=notation)

    assert admit(stack, "8.8.8.8") is UNREACHABLE
    assert admit(stack, "9.9.9.9") is REACHABLE
    assert admit(stack, "8.0.0.0/7") is UNDETERMINED


def test_each_entry_decides_only_what_those_before_it_left() -> None:
    stack = stack_with(entry(100, "allow", "8.0.0.0/8"), entry(200, "deny"), entry(300, "allow"))

    assert admit(stack, "0.0.0.0/0") is UNDETERMINED
    assert admit(stack, "9.9.9.9") is UNREACHABLE


@notations
def test_what_no_entry_matches_is_denied(notation: str) -> None:
    stack = stack_with(entry(100, "allow", "8.0.0.0/8"), notation=notation)

    assert admit(stack, "9.9.9.9") is UNREACHABLE


def test_ports_decide_as_well() -> None:
    stack = stack_with(
        entry(100, "allow", fromPort=587, toPort=587), entry(110, "allow", fromPort=32768, toPort=65535)
    )

    assert admit(stack) is REACHABLE
    assert admit(stack, ports=Ranges.of((25, 25))) is UNREACHABLE
    assert admit(stack, ports=EPHEMERAL_PORTS) is UNDETERMINED


@pytest.mark.parametrize(
    "other",
    [
        entry(1, "deny", protocol="udp"),
        entry(1, "deny", protocol="1"),
        {**entry(1, "deny", ""), "ipv6CidrBlock": "::/0"},
    ],
    ids=["udp", "icmp", "ipv6"],
)
def test_entries_for_other_packets_decide_nothing(other: dict[str, Any]) -> None:
    assert admit(stack_with(other, entry(100, "allow"))) is REACHABLE


@pytest.mark.parametrize("protocol", ["-1", "all", "6", "tcp"])
def test_entries_for_tcp(protocol: str) -> None:
    assert admit(stack_with(entry(1, "deny", protocol=protocol), entry(100, "allow"))) is UNREACHABLE


@pytest.mark.parametrize("what", ["ruleNo", "action", "protocol", "fromPort", "toPort", "cidrBlock"])
def test_an_entry_of_which_something_is_not_known_may_decide(what: str) -> None:
    unknown = {**entry(100, "deny"), what: ref("vpc")}

    assert admit(stack_with(unknown, entry(1, "allow", "9.0.0.0/8"), entry(200, "allow"))) is UNDETERMINED
    assert admit(stack_with(unknown, entry(200, "deny"))) is (
        UNDETERMINED if what == "action" else UNREACHABLE
    )


def test_an_entry_that_is_not_known_at_all_may_decide() -> None:
    assert admit(stack_with(entry(1, "allow"), ref("vpc"))) is UNDETERMINED
    assert admit(stack_with(entry(1, "deny"), ref("vpc"))) is UNDETERMINED


@pytest.mark.parametrize(
    ("changes", "outwards", "inwards"),
    [
        ({"egress": True}, UNREACHABLE, REACHABLE),
        ({"egress": False}, REACHABLE, UNREACHABLE),
        ({}, REACHABLE, UNREACHABLE),
        ({"egress": ref("vpc")}, UNDETERMINED, UNDETERMINED),
        ({"egress": True, "networkAclId": either("acl", "other")}, UNDETERMINED, REACHABLE),
    ],
    ids=["out", "in", "in by default", "not known", "of one of two ACLs"],
)
def test_an_entry_of_its_own_is_for_one_direction(
    changes: dict[str, Any], outwards: Verdict, inwards: Verdict
) -> None:
    stack = Stack()
    stack.add("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16")
    stack.add("aws:ec2/subnet:Subnet", "subnet", vpcId=ref("vpc"), cidrBlock="10.0.0.0/20")
    for name in ("acl", "other"):
        stack.add(ACL, name, vpcId=ref("vpc"), subnetIds=[ref("subnet")] if name == "acl" else [])
    everything = {"protocol": "-1", "cidrBlock": ANYWHERE, "ruleAction": "allow", "ruleNumber": 100}
    for egress in (True, False):
        stack.add(RULE, f"rule {egress}", networkAclId=ref("acl"), egress=egress, **everything)
    denies = {**everything, "ruleAction": "deny", "ruleNumber": 1, "networkAclId": ref("acl"), **changes}
    stack.add(RULE, "deny", **denies)

    assert (admit(stack), admit(stack, direction=INGRESS)) == (outwards, inwards)


def test_what_inline_entries_do_not_list_may_be_removed() -> None:
    stack = stack_with(entry(100, "allow", "8.0.0.0/8"))
    rule = {"ruleNumber": 50, "ruleAction": "deny", "protocol": "tcp", "fromPort": 0, "toPort": 65535}
    stack.add(RULE, "rule", networkAclId=ref("acl"), egress=True, cidrBlock="8.8.0.0/16", **rule)

    assert admit(stack, "8.8.8.8") is UNDETERMINED
    assert admit(stack, "8.9.9.9") is REACHABLE


def test_a_new_acl_denies_and_the_default_one_allows() -> None:
    stack = stack_with()
    stack["acl"].clear()
    stack["acl"].update(vpcId=ref("vpc"), subnetIds=[ref("subnet")])
    assert admit(stack) is UNREACHABLE

    stack.remove("acl")
    assert admit(stack) is REACHABLE
    assert admit(stack, direction=INGRESS) is REACHABLE


def test_adopting_the_default_acl_wipes_it() -> None:
    stack = stack_with()
    stack.remove("acl")
    stack.add("aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", "adopted", defaultNetworkAclId=ref("vpc"))

    assert admit(stack) is UNREACHABLE


def test_an_association_of_its_own_puts_an_acl_in_force() -> None:
    stack = stack_with(entry(1, "deny"))
    stack["acl"].pop("subnetIds")
    assert admit(stack) is REACHABLE

    association = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
    stack.add(association, "link", networkAclId=ref("acl"), subnetId=ref("subnet"))
    assert admit(stack) is UNREACHABLE


@pytest.mark.parametrize(
    ("acl", "subnet"),
    [(either("acl", "other"), ref("subnet")), (ref("acl"), either("subnet", "away"))],
    ids=["of one of two ACLs", "to one of two subnets"],
)
def test_an_association_not_known_may_put_an_acl_in_force(acl: Any, subnet: Any) -> None:
    stack = stack_with(entry(1, "deny"))
    stack["acl"].pop("subnetIds")
    stack.add(ACL, "other", vpcId=ref("vpc"), subnetIds=[], egress=[entry(1, "allow")])
    stack.add("aws:ec2/defaultSubnet:DefaultSubnet", "away", availabilityZone="a")
    association = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
    stack.add(association, "link", networkAclId=acl, subnetId=subnet)

    assert admit(stack) is UNDETERMINED


def test_a_new_vpcs_default_acl_is_known_from_aws() -> None:
    stack = stack_with()
    stack.remove("acl")

    _, (acl,) = in_force(stack)

    assert acl is not None
    assert (acl.type, acl.origin) == (ACL, Origin.AWS_DEFAULT)


def test_an_explicit_acl_wins_over_an_adopted_default_one() -> None:
    stack = stack_with(entry(1, "allow"))
    stack.add("aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", "adopted", defaultNetworkAclId=ref("vpc"))

    assert admit(stack) is REACHABLE


def test_an_association_with_an_unread_acl_is_undetermined() -> None:
    stack = stack_with()
    stack.remove("acl")
    association = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
    stack.add(association, "link", networkAclId="acl-unread", subnetId=ref("subnet"))

    assert lets_out(stack) == UNREAD


def test_an_association_maybe_with_an_unread_acl() -> None:
    stack = stack_with(entry(1, "allow"))
    del stack["acl"]["subnetIds"]
    association = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
    stack.add(association, "link", networkAclId=ref("acl"), subnetId=ref("subnet"))
    assert lets_out(stack) == (REACHABLE, set())

    graph = Graph(
        replace(found, dependencies={**found.dependencies, "networkAclId": ("urn:outside", acl.key)})
        if found.name == "link"
        else found
        for found in stack.graph()
        for acl in stack.graph().of_type(ACL)
    )
    assert lets_out_of(graph) == UNREAD


def test_two_possible_acls_that_agree_decide() -> None:
    stack = stack_with(entry(1, "allow"))
    del stack["acl"]["subnetIds"]
    stack.add(ACL, "second", vpcId=ref("vpc"), egress=[entry(1, "allow")])
    association = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
    stack.add(association, "link", networkAclId=either("acl", "second"), subnetId=ref("subnet"))

    assert admit(stack) is REACHABLE


def test_an_association_without_an_acl_is_undetermined() -> None:
    stack = stack_with(entry(1, "allow"))
    del stack["acl"]["subnetIds"]
    stack.add("aws:ec2/networkAclAssociation:NetworkAclAssociation", "link", subnetId=ref("subnet"))

    assert lets_out(stack) == UNREAD


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_the_vpc_stands_for_its_new_default_acl(preview: bool) -> None:
    stack = stack_with()
    stack.remove("acl")
    stack["vpc"]["defaultNetworkAclId"] = UNKNOWN if preview else "id-vpc"
    denies = {"ruleNumber": 50, "ruleAction": "deny", "protocol": "tcp", "fromPort": 587, "toPort": 587}
    assert admit(stack, preview=preview) is REACHABLE

    stack.add(RULE, "deny", networkAclId=ref("vpc"), egress=True, cidrBlock=ANYWHERE, **denies)
    assert admit(stack, preview=preview) is UNREACHABLE

    stack.add(ACL, "closed", vpcId=ref("vpc"), subnetIds=[ref("subnet")])
    stack.remove("deny")
    assert admit(stack, preview=preview) is UNREACHABLE

    stack.remove("closed")
    association = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
    stack.add(association, "link", networkAclId=ref("vpc"), subnetId=ref("subnet"))
    assert admit(stack, preview=preview) is REACHABLE


def test_an_ipv6_packet_has_entries_of_its_own() -> None:
    stack = stack_with(entry(1, "deny"), {**entry(100, "allow", ""), "ipv6CidrBlock": "2600::/16"})
    assert admit(stack, "2600::25") is REACHABLE
    assert admit(stack, "2700::25") is UNREACHABLE

    stack.remove("acl")
    assert admit(stack, "2700::25") is REACHABLE


@notations
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (entry(1, "allow", "8.8.0.0/16"), entry(1, "deny", "9.9.0.0/16"), REACHABLE),
        (entry(1, "allow", fromPort=587), entry(1, "deny", toPort=586), REACHABLE),
        (entry(1, "allow"), entry(1, "deny", protocol="udp"), REACHABLE),
        (entry(1, "allow"), entry(1, "deny", "8.0.0.0/8"), UNDETERMINED),
        (entry(1, "deny", "8.8.0.0/16"), entry(1, "deny", "8.0.0.0/8"), UNREACHABLE),
    ],
)
def test_of_two_entries_with_one_number_either_decides(
    first: dict[str, Any], second: dict[str, Any], expected: Verdict, notation: str
) -> None:
    """Where the other one is left, the entries behind it go on."""
    below = [entry(2, "allow"), entry(3, "deny")]

    assert admit(stack_with(first, second, *below, notation=notation)) is expected
    assert admit(stack_with(second, first, *below, notation=notation)) is expected


def test_behind_two_entries_with_one_number_the_next_decides() -> None:
    twins = [entry(1, "deny", "9.9.0.0/16"), entry(1, "deny", "9.0.0.0/8")]

    assert admit(stack_with(*twins, entry(2, "deny"), entry(3, "allow"))) is UNREACHABLE
    assert admit(stack_with(entry(1, "allow"), entry(1, "allow"), entry(2, "deny"))) is REACHABLE


def of_the_account(*, read: bool) -> Stack:
    """A subnet of the account with its VPC's default ACL, which lets everything through."""
    stack = one_subnet_of_the_account()
    stack["vpc-1"]["defaultNetworkAclId"] = "acl-1"
    if read:
        everything = [entry(100, "allow")]
        stack.hold(ACL, "acl-1", vpcId="vpc-1", subnetIds=["subnet-1"], egress=everything, ingress=everything)
    return stack


def rule(action: str, number: int) -> dict[str, Any]:
    """An entry of the account's default ACL that the program declares by itself."""
    names = {"ruleNo": "ruleNumber", "action": "ruleAction"}
    renamed = {names.get(name, name): value for name, value in entry(number, action).items()}
    return {"networkAclId": "acl-1", "egress": True, **renamed}


@pytest.mark.parametrize("read", [True, False], ids=["read", "not read"])
def test_the_program_may_adopt_the_default_acl_of_the_account(read: bool) -> None:
    stack = of_the_account(read=read)
    default = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
    stack.add(default, "elsewhere", defaultNetworkAclId="acl-2")
    assert lets_out(stack) == ((REACHABLE, set()) if read else UNREAD)

    stack.add(default, "adopted", defaultNetworkAclId="acl-1")
    assert admit(stack) is UNREACHABLE

    stack.add(RULE, "rule", **rule("allow", 200))
    stack.depends_on["rule"] = ("adopted",)
    assert admit(stack) is REACHABLE


def test_the_program_may_add_to_an_acl_of_the_account() -> None:
    stack = of_the_account(read=True)
    stack.add(RULE, "rule", **rule("deny", 1))

    assert admit(stack) is UNREACHABLE


def test_an_association_with_an_unread_default_acl() -> None:
    stack = of_the_account(read=False)
    association = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
    stack.add(association, "link", networkAclId="acl-1", subnetId="subnet-1")

    assert lets_out(stack) == UNREAD
