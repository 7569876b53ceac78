"""Security groups: what they let through, in all three notations of their rules."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Graph, Ref, Verdict, ZoneAvailability
from reachability.aws import Network
from reachability.aws.security_group import Peer, SecurityGroup, admits
from reachability.graph.references import exactly
from reachability.packet import EGRESS, INGRESS
from reachability.ranges import addresses
from tests.reachability.stacks import ALL_OUT, ANYWHERE, VPC, Stack, either, incident, ref

GROUP = "aws:ec2/securityGroup:SecurityGroup"
REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
SMTP = {"protocol": "tcp", "fromPort": 587, "toPort": 587}
RULE: dict[str, Any] = {**SMTP, "cidrBlocks": ["10.0.0.0/16"]}

notations = pytest.mark.parametrize("notation", ["inline", "rule", "vpc rule"])
previews = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


def stack_with(notation: str, rule: dict[str, Any], direction: str = EGRESS) -> Stack:
    """A group with one rule, in the notation asked for."""
    stack = Stack()
    stack.add("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16")
    stack.add(GROUP, "peer", vpcId=ref("vpc"))
    stack.add(GROUP, "group", vpcId=ref("vpc"))
    if notation == "inline":
        stack["group"][direction] = [rule]
    elif notation == "rule":
        own = {name: value for name, value in rule.items() if name != "securityGroups"}
        if "securityGroups" in rule:
            own["sourceSecurityGroupId"] = rule["securityGroups"][0]
        type_ = "aws:ec2/securityGroupRule:SecurityGroupRule"
        stack.add(type_, "r", type=direction, securityGroupId=ref("group"), **own)
    else:
        word = direction.capitalize()
        type_ = f"aws:vpc/securityGroup{word}Rule:SecurityGroup{word}Rule"
        own = {"ipProtocol": rule["protocol"], "fromPort": rule["fromPort"], "toPort": rule["toPort"]}
        if "securityGroups" in rule:
            own["referencedSecurityGroupId"] = rule["securityGroups"][0]
        elif rule.get("self"):
            own["referencedSecurityGroupId"] = ref("group")
        elif "ipv6CidrBlocks" in rule:
            own["cidrIpv6"] = rule["ipv6CidrBlocks"][0]
        elif "prefixListIds" in rule:
            own["prefixListId"] = rule["prefixListIds"][0]
        else:
            own["cidrIpv4"] = rule["cidrBlocks"][0]
        stack.add(type_, "r", securityGroupId=ref("group"), **own)
    return stack


def groups_of(network: Network) -> dict[str, Ref[SecurityGroup]]:
    """By their names, the groups that the program declares."""
    read = network.security_groups.read
    return {group.name: exactly(read(group)) for group in network.graph.of_type(GROUP)}


def admit(
    stack: Stack,
    where: str,
    *,
    port: int = 587,
    direction: str = EGRESS,
    peer: str = "",
    preview: bool = True,
) -> tuple[Verdict, list[str]]:
    groups = groups_of(stack.network(preview=preview))
    other = Peer("the peer", addresses(where), (groups[peer],) if peer else ())
    outcome = admits((groups["group"],), direction, other, port)
    return outcome.verdict, [finding.code for finding in outcome.findings]


@previews
@notations
@pytest.mark.parametrize(
    ("where", "port", "expected"),
    [
        ("10.0.5.5", 587, (REACHABLE, [])),
        ("10.0.0.0/16", 587, (REACHABLE, [])),
        ("10.1.0.0/16", 587, (UNREACHABLE, ["ENI_SG_RULES_MISMATCH"])),
        ("10.0.5.5", 465, (UNREACHABLE, ["ENI_SG_RULES_MISMATCH"])),
        ("10.0.0.0/15", 587, (UNDETERMINED, ["ENI_SG_RULES_MISMATCH"])),
    ],
)
def test_a_rule_for_a_block(
    notation: str, preview: bool, where: str, port: int, expected: tuple[Verdict, list[str]]
) -> None:
    assert admit(stack_with(notation, RULE), where, port=port, preview=preview) == expected


@previews
@notations
def test_a_rule_for_a_group_admits_its_members_anywhere(notation: str, preview: bool) -> None:
    stack = stack_with(notation, {**SMTP, "securityGroups": [ref("peer")]}, INGRESS)

    assert admit(stack, "192.0.2.1", direction=INGRESS, peer="peer", preview=preview)[0] is REACHABLE
    assert admit(stack, "10.0.0.1", direction=INGRESS, peer="group", preview=preview)[0] is UNREACHABLE
    assert admit(stack, "10.0.0.1", direction=INGRESS, preview=preview)[0] is UNREACHABLE


@previews
@notations
def test_a_rule_for_the_group_itself(notation: str, preview: bool) -> None:
    stack = stack_with(notation, {**SMTP, "self": True}, INGRESS)

    assert admit(stack, "192.0.2.1", direction=INGRESS, peer="group", preview=preview)[0] is REACHABLE
    assert admit(stack, "192.0.2.1", direction=INGRESS, peer="peer", preview=preview)[0] is UNREACHABLE


@previews
@notations
def test_a_rule_for_a_prefix_list(notation: str, preview: bool) -> None:
    stack = stack_with(notation, {**SMTP, "prefixListIds": [ref("list")]})
    stack.add("aws:ec2/managedPrefixList:ManagedPrefixList", "list", entries=[{"cidr": "10.0.0.0/16"}])

    assert admit(stack, "10.0.5.5", preview=preview)[0] is REACHABLE
    assert admit(stack, "10.1.5.5", preview=preview)[0] is UNREACHABLE


@pytest.mark.parametrize("protocol", ["tcp", "6", "all", "TCP"])
def test_protocols_that_carry_tcp(protocol: str) -> None:
    assert admit(stack_with("inline", {**RULE, "protocol": protocol}), "10.0.0.1")[0] is REACHABLE


@pytest.mark.parametrize("protocol", ["udp", "17", "icmp", "1"])
def test_protocols_that_do_not(protocol: str) -> None:
    assert admit(stack_with("inline", {**RULE, "protocol": protocol}), "10.0.0.1")[0] is UNREACHABLE


def test_all_protocols_are_all_ports() -> None:
    rule = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": [ANYWHERE]}
    assert admit(stack_with("inline", rule), "8.8.8.8", port=2587)[0] is REACHABLE


def test_an_ipv6_rule_is_none_for_ipv4() -> None:
    assert admit(stack_with("inline", {**SMTP, "ipv6CidrBlocks": ["::/0"]}), "8.8.8.8")[0] is UNREACHABLE


def test_the_other_direction_is_another_matter() -> None:
    assert admit(stack_with("inline", RULE, INGRESS), "10.0.0.1", direction=EGRESS)[0] is UNREACHABLE


def test_rules_add_up() -> None:
    stack = stack_with("inline", {**SMTP, "cidrBlocks": ["0.0.0.0/1"]})
    stack["group"]["egress"].append({**SMTP, "cidrBlocks": ["128.0.0.0/1"]})

    assert admit(stack, ANYWHERE)[0] is REACHABLE


def test_a_rule_of_unknown_blocks_is_undetermined() -> None:
    stack = stack_with("inline", {**RULE, "cidrBlocks": [ref("vpc")]})

    assert admit(stack, "10.0.0.1") == (UNDETERMINED, ["SG_RULES_UNKNOWN"])
    assert admit(stack, "10.0.0.1", port=465)[0] is UNREACHABLE


@notations
def test_an_unknown_block_of_a_default_vpc_is_the_accounts(notation: str) -> None:
    """Any other VPC has its block from the program, so that what is not known is no output of it."""
    stack = stack_with(notation, {**SMTP, "cidrBlocks": [ref("adopted")]})
    stack.add("aws:ec2/defaultVpc:DefaultVpc", "adopted")
    assert admit(stack, "172.31.0.9")[0] is UNDETERMINED

    stack.account = incident()
    stack[VPC]["default"] = True
    assert admit(stack, "172.31.0.9")[0] is REACHABLE
    assert admit(stack, "10.0.0.1")[0] is UNREACHABLE


def test_what_inline_rules_do_not_list_may_be_removed() -> None:
    stack = stack_with("rule", {**SMTP, "cidrBlocks": [ANYWHERE]})
    stack["group"]["egress"] = [RULE]

    assert admit(stack, "10.0.0.1")[0] is REACHABLE
    assert admit(stack, "8.8.8.8")[0] is UNDETERMINED


def test_a_rule_for_a_group_that_is_not_listed_inline() -> None:
    stack = stack_with("rule", {**SMTP, "securityGroups": [ref("peer")]})
    stack["group"]["egress"] = [RULE]

    assert admit(stack, "192.0.2.1", peer="peer")[0] is UNDETERMINED


@notations
@pytest.mark.parametrize("what", ["protocol", "fromPort", "toPort"])
def test_a_rule_that_is_partly_unknown_may_open_the_port(notation: str, what: str) -> None:
    assert admit(stack_with(notation, {**RULE, what: ref("vpc")}), "10.0.0.1")[0] is UNDETERMINED
    assert admit(stack_with(notation, {**RULE, what: ref("vpc")}), "10.1.0.1")[0] is UNREACHABLE


def test_an_unknown_rule_may_open_the_port() -> None:
    assert admit(stack_with("inline", ref("vpc")), "10.0.0.1") == (UNDETERMINED, ["SG_RULES_UNKNOWN"])


@notations
def test_a_rule_may_be_for_one_of_two_groups(notation: str) -> None:
    stack = stack_with(notation, {**SMTP, "securityGroups": [either("peer", "third")]}, INGRESS)
    stack.add(GROUP, "third", vpcId=ref("vpc"))

    assert admit(stack, "10.0.0.1", direction=INGRESS, peer="peer")[0] is UNDETERMINED
    assert admit(stack, "10.0.0.1", direction=INGRESS, peer="group")[0] is UNREACHABLE


def test_a_rule_may_be_for_an_unread_group() -> None:
    stack = stack_with("inline", {**SMTP, "securityGroups": [{"ref": "somewhere else"}]}, INGRESS)

    assert admit(stack, "10.0.0.1", direction=INGRESS, peer="peer")[0] is UNDETERMINED


def test_each_of_two_possible_groups_must_open_the_port() -> None:
    stack = stack_with("inline", RULE)
    groups = groups_of(stack.network())
    one_of_both = Ref(groups["group"].candidates + groups["peer"].candidates, UNKNOWN)

    outcome = admits((one_of_both,), EGRESS, Peer("the peer", addresses("10.0.0.1")), 587)

    assert outcome.verdict is UNDETERMINED


def test_an_interface_without_a_group_has_no_rules() -> None:
    outcome = admits((), EGRESS, Peer("the peer", addresses("10.0.0.1")), 587)

    assert [(found.code, found.resource) for found in outcome.findings] == [("SG_HAS_NO_RULES", "the peer")]


@previews
@notations
def test_a_rule_for_an_ipv6_block(notation: str, preview: bool) -> None:
    stack = stack_with(notation, {**SMTP, "ipv6CidrBlocks": ["2001:db8::/32"]})

    assert admit(stack, "2001:db8::1", preview=preview)[0] is REACHABLE
    assert admit(stack, "2001:db9::1", preview=preview)[0] is UNREACHABLE


@notations
@pytest.mark.parametrize("lists", [[ref("list")], ref("list")], ids=["element", "list"])
def test_a_rule_for_an_unread_prefix_list_may_open_the_port(notation: str, lists: Any) -> None:
    if notation != "inline" and not isinstance(lists, list):
        return  # An unknown list of one that is a single value.
    assert admit(stack_with(notation, {**SMTP, "prefixListIds": lists}), "10.0.0.1")[0] is UNDETERMINED


def test_a_group_of_a_peer_vpc_may_be_named_with_its_account() -> None:
    stack = stack_with("inline", {**SMTP, "securityGroups": ["123456789012/id-peer"]}, INGRESS)

    assert admit(stack, "10.0.0.1", direction=INGRESS, peer="peer", preview=False)[0] is REACHABLE


def test_blocks_that_are_left_empty_are_none() -> None:
    assert admit(stack_with("inline", {**SMTP, "cidrBlocks": ["", None]}), "10.0.0.1")[0] is UNREACHABLE


def test_a_rule_for_a_range_of_ports() -> None:
    stack = stack_with("inline", {**RULE, "fromPort": 465, "toPort": 600})

    found = {port: admit(stack, "10.0.0.1", port=port)[0] for port in (464, 465, 587, 600, 601)}
    assert [port for port, verdict in found.items() if verdict is REACHABLE] == [465, 587, 600]


@pytest.mark.parametrize("ports", [{}, {"fromPort": -1, "toPort": -1}, {"fromPort": 587}])
def test_ports_that_are_left_out_are_all_of_them(ports: dict[str, int]) -> None:
    rule = {"protocol": "tcp", "cidrBlocks": [ANYWHERE], **ports}

    assert admit(stack_with("inline", rule), "8.8.8.8")[0] is REACHABLE


def test_a_standalone_rule_may_be_for_the_other_direction() -> None:
    stack = stack_with("rule", RULE)
    stack["r"]["type"] = ref("vpc")

    assert admit(stack, "10.0.0.1")[0] is UNDETERMINED


def test_a_standalone_rule_may_be_of_an_unread_group() -> None:
    stack = stack_with("rule", RULE)
    stack.add(GROUP, "gone")
    stack["r"]["securityGroupId"] = either("group", "gone")
    graph = Graph(resource for resource in stack.resources(preview=True) if resource.name != "gone")
    group = groups_of(Network(graph, ZoneAvailability()))["group"]

    outcome = admits((group,), EGRESS, Peer("the peer", addresses("10.0.0.1")), 587)

    assert outcome.verdict is UNDETERMINED


@pytest.mark.parametrize("direction", [EGRESS, INGRESS])
@previews
@pytest.mark.parametrize(
    ("notation", "listed", "verdict"),
    [
        ("vpc rule", ["r"], REACHABLE),
        ("vpc rule", [], UNDETERMINED),
        ("vpc rule", ["other"], UNDETERMINED),
        ("vpc rule", ["r", "other"], REACHABLE),
        ("rule", [], UNDETERMINED),
        ("inline", [], UNDETERMINED),
    ],
)
def test_rules_that_an_exclusive_list_does_not_have_may_be_gone(
    notation: str, listed: list[str], verdict: Verdict, direction: str, preview: bool
) -> None:
    stack = stack_with(notation, RULE, direction)
    word = direction.capitalize()
    type_ = f"aws:vpc/securityGroup{word}Rule:SecurityGroup{word}Rule"
    stack.add(type_, "other", securityGroupId=ref("group"), ipProtocol="tcp", fromPort=25, toPort=25)
    lists = {"egressRuleIds": [], "ingressRuleIds": [], f"{direction}RuleIds": list(map(ref, listed))}
    type_ = "aws:ec2/vpcSecurityGroupRulesExclusive:VpcSecurityGroupRulesExclusive"
    stack.add(type_, "exclusive", securityGroupId=ref("group"), **lists)

    assert admit(stack, "10.0.0.1", direction=direction, preview=preview)[0] is verdict


def test_a_rule_for_a_group_may_be_gone_too() -> None:
    stack = stack_with("vpc rule", {**SMTP, "securityGroups": [ref("peer")]})
    type_ = "aws:ec2/vpcSecurityGroupRulesExclusive:VpcSecurityGroupRulesExclusive"
    stack.add(type_, "exclusive", securityGroupId=ref("group"), egressRuleIds=[], ingressRuleIds=[])

    assert admit(stack, "10.0.0.1", peer="peer")[0] is UNDETERMINED


def test_an_exclusive_list_concerns_its_own_group_alone() -> None:
    stack = stack_with("vpc rule", RULE)
    type_ = "aws:ec2/vpcSecurityGroupRulesExclusive:VpcSecurityGroupRulesExclusive"
    stack.add(type_, "exclusive", securityGroupId=ref("peer"), egressRuleIds=[], ingressRuleIds=[])

    assert admit(stack, "10.0.0.1")[0] is REACHABLE


def test_two_that_adopt_one_default_group_may_each_be_the_peer(ses: Stack) -> None:
    """A rule names the group by its id, and the clients have it as the default of their VPC."""
    default = ses[VPC]["defaultSecurityGroupId"]
    for name in ("first", "second"):
        ses.add("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", name, vpcId=VPC, egress=[ALL_OUT])
    ses["connector"].pop("securityGroups")
    ses["endpoint-group"]["ingress"][0]["securityGroups"] = [default]

    verdicts = {preview: ses.prove(preview=preview)[0].verdict for preview in (True, False)}

    assert verdicts == {True: UNDETERMINED, False: UNDETERMINED}


def test_one_output_as_the_list_of_a_rule_may_hold_any_group(ses: Stack) -> None:
    """`security_groups=Output.all(new.id, OLD)`: not `[new.id, OLD]`, of which each part is known."""
    old = "sg-01e6a4f3bd829c57e"
    ses["connector"]["securityGroups"] = [old]
    ses.add(GROUP, "new", vpcId=VPC, egress=[ALL_OUT])
    (rule,) = ses["endpoint-group"]["ingress"]
    rule["securityGroups"] = ref("new")
    assert ses.prove()[0].verdict is UNDETERMINED

    rule["securityGroups"] = [ref("new")]
    assert ses.prove()[0].verdict is UNREACHABLE

    rule["securityGroups"] = [ref("new"), old]
    assert ses.prove()[0].verdict is REACHABLE


@pytest.mark.parametrize(("first", "last"), [(587, 587), (0, 65535)])
def test_ports_of_a_rule_for_all_protocols_are_refused(nat: Stack, first: int, last: int) -> None:
    """The provider makes the group, takes its rules away, and stops at this one."""
    rule = {"protocol": "-1", "fromPort": first, "toPort": last, "cidrBlocks": [ANYWHERE]}
    nat["connector-group"]["egress"] = [rule]
    (egress,) = nat.prove()
    assert egress.verdict is UNREACHABLE
    assert [finding.code for finding in egress.outcome.findings] == ["SG_RULE_REFUSED"]

    rule.update(fromPort=0, toPort=0)
    assert nat.prove()[0].verdict is REACHABLE


@pytest.mark.parametrize(
    ("egress", "told"), [([{"protocol": "tcp", "fromPort": 443, "toPort": 443}], 1), ([], 0)]
)
def test_a_rule_beside_those_that_a_group_lists_is_named(nat: Stack, egress: list[object], told: int) -> None:
    rule = {"ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0", "securityGroupId": ref("connector-group")}
    nat["connector-group"]["egress"] = egress
    nat.add("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "smtp", **rule)

    (egress_of_service,) = nat.prove()

    assert [warning.message for warning in egress_of_service.outcome.warnings] == told * [
        "security group connector-group lists egress rules of its own, and the next update of it removes "
        "rule smtp, which is declared beside it"
    ]
