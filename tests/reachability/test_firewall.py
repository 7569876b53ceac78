"""AWS Network Firewall on the way: what its policy decides, where its endpoint leads, and the way back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reachability import Settings, Verdict, merge, prove
from reachability.repairs import Repairs
from tests.reachability.firewalled import (
    ASSOCIATION,
    CLIENTS,
    ENDPOINT,
    FIREWALL,
    GROUP,
    NAT_BLOCK,
    PASS_MAIL,
    ROUTE,
    SUBNET,
    firewall_stack,
    policy,
    route_to_firewall,
    rule,
    stack_with_firewall_behind_nat,
    stateful,
    stateless,
    stateless_rule,
)
from tests.reachability.stacks import ACL, ANYWHERE, GATEWAY, PUBLIC_TABLE, VPC, Stack, ref

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED


@pytest.fixture(params=[firewall_stack, stack_with_firewall_behind_nat], ids=["before-nat", "behind-nat"])
def stack(request: pytest.FixtureRequest) -> Stack:
    made: Stack = request.param()
    return made


def verdict(stack: Stack, *, preview: bool = True) -> tuple[Verdict, set[str]]:
    (egress,) = stack.prove(preview=preview)
    return egress.verdict, {finding.code for finding in egress.outcome.findings}


@pytest.mark.parametrize("preview", [True, False])
def test_a_firewall_that_passes_mail_both_ways_is_followed(stack: Stack, preview: bool) -> None:
    assert verdict(stack, preview=preview) == (REACHABLE, set())


def test_the_path_names_the_firewall_and_the_rule_that_passed(stack: Stack) -> None:
    (egress,) = stack.prove()

    facts = {hop.kind: hop.fact for hop in egress.outcome.path}
    assert facts["network-firewall"] == "by its endpoint in fw-subnet"
    assert facts["firewall-policy"] == "passes TCP 587: rule group group"


# The policy ---------------------------------------------------------------------------------------

OPEN = ["aws:alert_strict"]
DROPS = ["aws:drop_strict"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"statelessDefaultActions": ["aws:pass"]}, REACHABLE),
        ({"statelessDefaultActions": ["aws:pass", "count"]}, REACHABLE),
        ({"statelessDefaultActions": ["aws:drop"]}, UNREACHABLE),
        ({"statelessDefaultActions": ref("group")}, UNDETERMINED),
        ({"statelessFragmentDefaultActions": ["aws:drop"]}, REACHABLE),
        ({"statefulRuleGroupReferences": []}, UNREACHABLE),
        ({"statefulRuleGroupReferences": [], "statefulDefaultActions": OPEN}, REACHABLE),
        ({"statefulRuleGroupReferences": [], "statefulDefaultActions": []}, REACHABLE),
        ({"statefulRuleGroupReferences": [], "statefulDefaultActions": DROPS}, UNREACHABLE),
        ({"statefulRuleGroupReferences": [], "statefulDefaultActions": ref("group")}, UNDETERMINED),
        ({"statefulRuleGroupReferences": [], "statefulEngineOptions": {}}, REACHABLE),
        ({"statefulRuleGroupReferences": ref("group")}, UNDETERMINED),
        ({"statefulEngineOptions": {"ruleOrder": ref("group")}}, REACHABLE),  # Passed in either order.
        (
            {"statefulEngineOptions": {"ruleOrder": ref("group")}, "statefulRuleGroupReferences": []},
            UNDETERMINED,
        ),
        ({"tlsInspectionConfigurationArn": "arn:aws:network-firewall:tls"}, UNDETERMINED),
        ({"tlsInspectionConfigurationArn": "arn:tls", "statelessDefaultActions": ["aws:pass"]}, REACHABLE),
        (
            {
                "statefulRuleGroupReferences": [{"resourceArn": "arn:aws:managed", "priority": 1}],
                "statefulDefaultActions": OPEN,
            },
            UNDETERMINED,
        ),
        (
            {
                "statefulRuleGroupReferences": [
                    {"resourceArn": "arn:aws:managed", "priority": 1, "override": {"action": "DROP_TO_ALERT"}}
                ],
                "statefulDefaultActions": OPEN,
            },
            REACHABLE,
        ),
    ],
)
def test_what_a_policy_decides(stack: Stack, changes: dict[str, Any], expected: Verdict) -> None:
    stack["policy"]["firewallPolicy"] = policy(**changes)

    assert verdict(stack)[0] is expected


def test_a_policy_that_drops_mail_says_why(stack: Stack) -> None:
    stack["policy"]["firewallPolicy"] = policy(statefulRuleGroupReferences=[])

    (egress,) = stack.prove()

    (finding,) = egress.outcome.findings
    assert finding.code == "FIREWALL_RULES_RESTRICTION"
    assert finding.message.endswith("stateful default action of firewall policy policy, aws:drop_established")


@pytest.mark.parametrize("rules", [[rule(destinationPort="443")], [rule("DROP")]])
def test_mail_that_a_rule_group_drops_is_mended_by_a_rule_before_the_others(
    stack: Stack, rules: list[dict[str, Any]]
) -> None:
    stack["group"]["ruleGroup"] = {**stateful(*rules), "ruleVariables": {}}
    (egress,) = stack.prove()

    repairs = Repairs(stack.graph(), Settings(), stack.evidence().offer).of(egress)

    texts = [tuple(change.text for change in repair.changes) for repair in repairs]
    assert ("pass TCP 587 in the first rule of rule group group",) in texts
    (group,) = next(change for repair in repairs for change in repair.changes).put
    assert group.get("ruleGroup", "ruleVariables") == {}
    assert len(group.get("ruleGroup", "rulesSource", "statefulRules")) == 2


def test_what_no_stateful_rule_can_mend_is_left_to_a_person(stack: Stack) -> None:
    stack["policy"]["firewallPolicy"] = policy(statelessDefaultActions=["aws:drop"])
    (egress,) = stack.prove()

    repairs = Repairs(stack.graph(), Settings(), stack.evidence().offer).of(egress)

    assert not [repair for repair in repairs if any("TCP 587" in change.text for change in repair.changes)]


@pytest.mark.parametrize(
    ("rules", "strict", "action"),
    [
        ([rule("DROP")], UNREACHABLE, UNREACHABLE),
        ([rule("REJECT")], UNREACHABLE, UNREACHABLE),
        ([rule("ALERT")], REACHABLE, REACHABLE),
        ([rule("DROP"), PASS_MAIL], UNREACHABLE, REACHABLE),
        ([PASS_MAIL, rule("DROP")], REACHABLE, REACHABLE),
        ([rule("DROP", protocol="UDP")], REACHABLE, REACHABLE),
        ([rule("DROP", protocol="HTTP")], REACHABLE, REACHABLE),
        ([rule("DROP", protocol="IP")], UNREACHABLE, UNREACHABLE),
        ([rule("DROP", protocol="ip")], UNREACHABLE, UNREACHABLE),
        ([rule("DROP", protocol="SMTP")], UNDETERMINED, UNDETERMINED),
        ([rule("DROP", protocol="TLS")], UNDETERMINED, UNDETERMINED),
        ([rule("DROP", protocol=ref("group"))], UNDETERMINED, UNDETERMINED),
        ([rule("DROP", destinationPort="25")], REACHABLE, REACHABLE),
        ([rule("DROP", destinationPort="[25,587]")], UNREACHABLE, UNREACHABLE),
        ([rule("DROP", destinationPort="500:600")], UNREACHABLE, UNREACHABLE),
        ([rule("DROP", destinationPort="588:")], REACHABLE, REACHABLE),
        ([rule("DROP", destinationPort=":600")], UNREACHABLE, UNREACHABLE),
        ([rule("DROP", source=ref("group"))], UNDETERMINED, UNDETERMINED),
        ([rule("DROP", destinationPort="!443")], UNDETERMINED, UNDETERMINED),
        ([rule("DROP", destinationPort="$MAIL")], UNDETERMINED, UNDETERMINED),
        ([rule("DROP", source="10.0.0.0/8")], REACHABLE, REACHABLE),
        ([rule("DROP", source="$HOME_NET")], UNDETERMINED, UNDETERMINED),
        ([rule("DROP", destination="52.0.0.0/8")], UNDETERMINED, UNDETERMINED),
        ([rule("DROP", destination="2001:db8::/32")], REACHABLE, REACHABLE),
        ([rule("DROP", sourcePort="1024:2000")], UNDETERMINED, UNDETERMINED),
        (
            [rule("DROP", options=[{"keyword": "flow", "settings": ["established"]}])],
            UNDETERMINED,
            UNDETERMINED,
        ),
        ([rule("DROP", options=[{"keyword": "msg", "settings": ["no mail"]}])], UNREACHABLE, UNREACHABLE),
        ([rule(ref("group"))], UNDETERMINED, UNDETERMINED),
        # A rule on the replies comes to act where nothing has taken the connection before.
        (
            [rule("DROP", source="ANY", sourcePort="587", destinationPort="ANY")],
            UNDETERMINED,
            UNDETERMINED,
        ),
        (
            [rule("DROP", source="ANY", sourcePort="587", destinationPort="ANY", direction="ANY")],
            UNREACHABLE,
            UNREACHABLE,
        ),
    ],
)
def test_what_stateful_rules_decide(
    stack: Stack, rules: list[dict[str, Any]], strict: Verdict, action: Verdict
) -> None:
    stack["group"]["ruleGroup"] = stateful(*rules)
    stack["policy"]["firewallPolicy"] = policy(statefulDefaultActions=OPEN)
    assert verdict(stack)[0] is strict

    stack["policy"]["firewallPolicy"] = policy(statefulDefaultActions=[], statefulEngineOptions={})
    assert verdict(stack)[0] is action


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule(protocol="IP")], REACHABLE),
        ([rule(protocol="SMTP")], UNDETERMINED),
        ([rule(protocol="TLS")], UNREACHABLE),  # On 587 mail begins without TLS.
        ([rule(protocol="HTTP")], UNREACHABLE),
        ([rule(destinationPort="465")], UNREACHABLE),
        ([rule(destination="52.0.0.0/8")], UNDETERMINED),
        ([rule(options=[{"keyword": "flow", "settings": ["to_server"]}])], UNDETERMINED),
        ([rule("ALERT")], UNREACHABLE),
        # The reply alone passes: the first packet never gets that far.
        ([rule(source="ANY", sourcePort="587", destinationPort="ANY")], UNDETERMINED),
    ],
)
def test_what_passes_a_policy_that_drops_the_rest(
    stack: Stack, rules: list[dict[str, Any]], expected: Verdict
) -> None:
    stack["group"]["ruleGroup"] = stateful(*rules)

    assert verdict(stack)[0] is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"rulesString": "# only a comment\n\n"}, REACHABLE),
        ({"rulesString": "drop tcp any any -> any 587 (sid:1;)"}, UNDETERMINED),
        ({"rulesString": ref("group")}, UNDETERMINED),
        ({"rulesSourceList": {"generatedRulesType": "ALLOWLIST", "targetTypes": ["HTTP_HOST"]}}, REACHABLE),
        ({"rulesSourceList": {"generatedRulesType": "ALLOWLIST", "targetTypes": ["TLS_SNI"]}}, UNDETERMINED),
        ({"rulesSourceList": {"generatedRulesType": "DENYLIST", "targetTypes": ["TLS_SNI"]}}, UNDETERMINED),
        ({"rulesSourceList": {"generatedRulesType": "ALERTLIST", "targetTypes": ["TLS_SNI"]}}, REACHABLE),
        ({"rulesSourceList": {"generatedRulesType": "DENYLIST", "targetTypes": ref("group")}}, UNDETERMINED),
        ({"rulesSourceList": ref("group")}, UNDETERMINED),
    ],
)
def test_other_sources_of_rules(stack: Stack, source: dict[str, Any], expected: Verdict) -> None:
    stack["group"]["ruleGroup"] = {"rulesSource": source}
    stack["policy"]["firewallPolicy"] = policy(statefulDefaultActions=[], statefulEngineOptions={})

    assert verdict(stack)[0] is expected


def test_a_list_of_domains_passes_no_mail_that_begins_in_clear(stack: Stack) -> None:
    domains = {
        "generatedRulesType": "ALLOWLIST",
        "targetTypes": ["TLS_SNI", "HTTP_HOST"],
        "targets": ["x.org"],
    }
    stack["group"]["ruleGroup"] = {"rulesSource": {"rulesSourceList": domains}}
    assert verdict(stack) == (UNREACHABLE, {"FIREWALL_RULES_RESTRICTION"})

    stack["service"]["sourceConfiguration"]["imageRepository"]["imageConfiguration"][
        "runtimeEnvironmentVariables"
    ]["SMTP_PORT"] = "465"
    assert verdict(stack) == (UNDETERMINED, {"FIREWALL_RULES_RESTRICTION"})


def test_rules_in_suricatas_language_may_stand_in_the_group_itself(stack: Stack) -> None:
    stack["group"]["rules"] = "drop tcp any any -> any any (sid:1;)"

    assert verdict(stack)[0] is UNDETERMINED


TO_MAIL = {"destinationPorts": [{"fromPort": 587, "toPort": 587}]}
FROM_MAIL = {"sourcePorts": [{"fromPort": 587}]}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([stateless_rule(1, "aws:drop", **TO_MAIL)], UNREACHABLE),
        ([stateless_rule(1, "aws:drop", **FROM_MAIL)], UNREACHABLE),
        ([stateless_rule(1, "aws:drop", protocols=[6])], UNREACHABLE),
        ([stateless_rule(1, "aws:drop", protocols=[17])], REACHABLE),
        ([stateless_rule(1, "aws:drop", protocols=ref("group"))], UNDETERMINED),
        ([stateless_rule(1, "aws:drop", **TO_MAIL, tcpFlags=[{"flags": ["SYN"]}])], UNDETERMINED),
        ([stateless_rule(1, "aws:drop", sources=[{"addressDefinition": "10.0.0.0/8"}])], REACHABLE),
        ([stateless_rule(1, "aws:drop", sources=[{"addressDefinition": "172.31.0.0/16"}])], UNREACHABLE),
        ([stateless_rule(1, "aws:drop", destinations=[{"addressDefinition": "52.0.0.0/8"}])], UNDETERMINED),
        ([stateless_rule(1, "aws:drop", destinations=[{"addressDefinition": ref("group")}])], UNDETERMINED),
        ([stateless_rule(1, "aws:pass", **TO_MAIL)], UNDETERMINED),  # The replies are forwarded.
        ([stateless_rule(1, "aws:pass", **TO_MAIL), stateless_rule(2, "aws:pass", **FROM_MAIL)], REACHABLE),
        ([stateless_rule(1, "aws:drop", sourcePorts=[{"fromPort": 443}])], REACHABLE),
        ([stateless_rule(1, "aws:drop", destinationPorts=[{"fromPort": 500, "toPort": 600}])], UNREACHABLE),
        ([stateless_rule(1, "aws:drop", sources=ref("group"))], UNDETERMINED),
        ([stateless_rule(1, "aws:drop", protocols=[17]), stateless_rule(2, "aws:drop")], UNREACHABLE),
        ([stateless_rule(2, "aws:drop"), stateless_rule(1, "aws:forward_to_sfe")], REACHABLE),
        ([stateless_rule(1, "aws:drop"), stateless_rule(2, "aws:forward_to_sfe")], UNREACHABLE),
        ([stateless_rule(ref("group"), "aws:drop", **TO_MAIL)], UNDETERMINED),
    ],
)
def test_what_stateless_rules_decide(stack: Stack, rules: list[dict[str, Any]], expected: Verdict) -> None:
    stack.add(GROUP, "packets", type="STATELESS", ruleGroup=stateless(*rules))
    references = [{"resourceArn": ref("packets"), "priority": 1}]
    stack["policy"]["firewallPolicy"] = policy(statelessRuleGroupReferences=references)

    assert verdict(stack)[0] is expected


@pytest.mark.parametrize(("priority", "expected"), [(1, UNREACHABLE), (3, REACHABLE)])
def test_groups_are_read_in_the_order_of_their_priorities(
    stack: Stack, priority: int, expected: Verdict
) -> None:
    """Before creation it cannot be known which priority is that of which group."""
    stack.add(GROUP, "denies", type="STATEFUL", ruleGroup=stateful(rule("DROP")))
    references = [
        {"resourceArn": ref("group"), "priority": 2},
        {"resourceArn": ref("denies"), "priority": priority},
    ]
    stack["policy"]["firewallPolicy"] = policy(statefulRuleGroupReferences=references)

    assert verdict(stack, preview=False)[0] is expected
    assert verdict(stack)[0] is UNDETERMINED


@pytest.mark.parametrize("header", [{"destinationPort": "25"}, {"protocol": "UDP"}])
def test_an_order_that_does_not_matter_need_not_be_known(stack: Stack, header: dict[str, str]) -> None:
    stack.add(GROUP, "denies", type="STATEFUL", ruleGroup=stateful(rule("DROP", **header)))
    references = [
        {"resourceArn": ref(name), "priority": rank} for rank, name in enumerate(("group", "denies"))
    ]
    stack["policy"]["firewallPolicy"] = policy(statefulRuleGroupReferences=references)

    assert verdict(stack) == (REACHABLE, set())


def test_a_few_groups_of_unknown_priority_are_tried_in_every_order(stack: Stack) -> None:
    names = [f"group-{index}" for index in range(4)]
    for name in names:
        stack.add(GROUP, name, type="STATEFUL", ruleGroup=stateful(PASS_MAIL))
    references = [{"resourceArn": ref(name), "priority": rank} for rank, name in enumerate(names)]
    stack["policy"]["firewallPolicy"] = policy(statefulRuleGroupReferences=references)

    assert verdict(stack) == (REACHABLE, set())


@pytest.mark.parametrize("kind", ["stateless", "stateful"])
def test_a_group_that_nobody_has_read_may_drop_mail(stack: Stack, kind: str) -> None:
    references = [{"resourceArn": "arn:other", "priority": 1}]
    stack["policy"]["firewallPolicy"] = policy(**{f"{kind}RuleGroupReferences": references})

    (egress,) = stack.prove()

    (finding,) = egress.outcome.findings
    assert (egress.verdict, finding.code) == (UNDETERMINED, "FIREWALL_RULES_RESTRICTION")
    assert f": a {kind} rule group that is not known" in finding.message


def test_many_groups_of_unknown_priority_are_not_tried_in_every_order(stack: Stack) -> None:
    names = [f"group-{index}" for index in range(5)]
    for name in names:
        stack.add(GROUP, name, type="STATEFUL", ruleGroup=stateful(PASS_MAIL))
    references = [{"resourceArn": ref(name), "priority": rank} for rank, name in enumerate(names)]
    stack["policy"]["firewallPolicy"] = policy(statefulRuleGroupReferences=references)

    assert verdict(stack)[0] is UNDETERMINED
    assert verdict(stack, preview=False) == (REACHABLE, set())


def test_groups_of_unknown_priority_may_be_read_in_any_order(stack: Stack) -> None:
    references = [{"resourceArn": ref("group"), "priority": 2}, {"resourceArn": "arn:other"}]
    stack["policy"]["firewallPolicy"] = policy(statefulRuleGroupReferences=references)

    assert verdict(stack, preview=False)[0] is UNDETERMINED


@pytest.mark.parametrize("preview", [True, False])
def test_stateless_groups_are_read_in_the_order_of_their_priorities_too(stack: Stack, preview: bool) -> None:
    for name, action in (("drops", "aws:drop"), ("forwards", "aws:forward_to_sfe")):
        stack.add(GROUP, name, type="STATELESS", ruleGroup=stateless(stateless_rule(1, action)))
    references = [
        {"resourceArn": ref("drops"), "priority": 2},
        {"resourceArn": ref("forwards"), "priority": 1},
    ]
    stack["policy"]["firewallPolicy"] = policy(statelessRuleGroupReferences=references)

    assert verdict(stack, preview=preview)[0] is (UNDETERMINED if preview else REACHABLE)


def test_a_policy_that_nobody_has_read_leaves_it_open(stack: Stack) -> None:
    stack["firewall"]["firewallPolicyArn"] = "arn:aws:network-firewall:other"
    assert verdict(stack) == (UNDETERMINED, {"FIREWALL_POLICY_NOT_READ"})

    stack["firewall"]["firewallPolicyArn"] = ref("service")
    assert verdict(stack) == (UNDETERMINED, {"FIREWALL_POLICY_NOT_READ"})


def test_a_policy_that_may_be_another_leaves_it_open(stack: Stack) -> None:
    resources = []
    for resource in stack.resources(preview=True):
        sources = (*resource.dependencies.get("firewallPolicyArn", ()), "urn:pulumi:elsewhere")
        either = {**resource.dependencies, "firewallPolicyArn": sources}
        resources.append(
            replace(resource, dependencies=either if resource.type == FIREWALL else resource.dependencies)
        )
    graph = merge(resources, stack.evidence(), project="mailroute", stack="prod")

    (egress,) = prove(graph)

    assert {finding.code for finding in egress.outcome.findings} == {"FIREWALL_POLICY_NOT_READ"}


def test_what_a_policy_leaves_open_has_its_own_code(stack: Stack) -> None:
    stack["policy"]["firewallPolicy"] = policy(tlsInspectionConfigurationArn="arn:tls")
    assert verdict(stack)[1] == {"FIREWALL_TLS_INSPECTION"}

    stack.add(
        GROUP, "packets", type="STATELESS", ruleGroup=stateless(stateless_rule(1, "aws:pass", **TO_MAIL))
    )
    one_way = [{"resourceArn": ref("packets"), "priority": 1}]
    stack["policy"]["firewallPolicy"] = policy(statelessRuleGroupReferences=one_way)
    assert verdict(stack)[1] == {"FIREWALL_FORWARDS_ASYMMETRICALLY"}

    stack["policy"]["firewallPolicy"] = policy(statelessDefaultActions=["aws:drop"])
    (egress,) = stack.prove()
    (finding,) = egress.outcome.findings
    assert finding.message.endswith(": stateless default action of firewall policy policy")


# The way through its endpoint -----------------------------------------------------------------------


def test_the_firewalls_own_subnet_must_lead_on(stack: Stack) -> None:
    stack.remove("fw-default")

    assert verdict(stack)[0] is UNREACHABLE


def test_an_acl_of_the_firewalls_subnet_counts(stack: Stack) -> None:
    stack.add(
        "aws:ec2/networkAcl:NetworkAcl",
        "closed",
        vpcId=VPC,
        subnetIds=[ref("fw-subnet")],
        ingress=[],
        egress=[],
    )

    assert verdict(stack) == (UNREACHABLE, {"SUBNET_ACL_RESTRICTION"})


@pytest.mark.parametrize("ports", [(587, 587), (1024, 65535)])
@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_both_sides_of_its_subnet_are_looked_at(stack: Stack, direction: str, ports: tuple[int, int]) -> None:
    def entry(number: int, action: str, low: int, high: int) -> dict[str, Any]:
        block = {"cidrBlock": ANYWHERE, "protocol": "tcp", "fromPort": low, "toPort": high}
        return {"ruleNo": number, "action": action, **block}

    entries = {side: [entry(2, "allow", 0, 65535)] for side in ("ingress", "egress")}
    entries[direction].insert(0, entry(1, "deny", *ports))
    stack.add("aws:ec2/networkAcl:NetworkAcl", "acl", vpcId=VPC, subnetIds=[ref("fw-subnet")], **entries)

    assert verdict(stack) == (UNREACHABLE, {"SUBNET_ACL_RESTRICTION"})


def test_a_firewall_that_leads_to_itself_goes_round_in_a_circle(stack: Stack) -> None:
    stack.remove("fw-default")
    route_to_firewall(stack, "circle", ref("fw-table"), ANYWHERE)

    assert verdict(stack)[0] is UNREACHABLE
    assert "ROUTING_LOOP" in verdict(stack)[1]


def test_an_endpoint_of_which_nothing_is_known_leaves_it_open(stack: Stack) -> None:
    for name in [name for name, (_, properties) in stack.program.items() if "vpcEndpointId" in properties]:
        stack[name]["vpcEndpointId"] = "vpce-other"

    assert verdict(stack) == (UNDETERMINED, {"ENDPOINT_NOT_READ"})


def test_a_route_of_the_account_finds_the_firewall_by_its_endpoints_id(stack: Stack) -> None:
    for name in [name for name, (_, properties) in stack.program.items() if "vpcEndpointId" in properties]:
        stack[name]["vpcEndpointId"] = "vpce-firewall"
    attachments = [{"endpointId": "vpce-firewall", "subnetId": ref("fw-subnet")}]
    stack["firewall"]["firewallStatuses"] = [{"syncStates": [{"attachments": attachments}]}]

    assert verdict(stack) == (REACHABLE, set())
    stack["firewall"]["firewallStatuses"][0]["syncStates"][0]["attachments"][0]["subnetId"] = "subnet-other"
    assert verdict(stack) == (UNDETERMINED, {"ENDPOINT_NOT_READ"})


def test_which_of_several_endpoints_a_route_names_is_not_known_before_creation(stack: Stack) -> None:
    stack.add(SUBNET, "fw-b", vpcId=VPC, cidrBlock="172.31.201.0/28", availabilityZone="us-east-1b")
    stack.add(ASSOCIATION, "fw-b-association", subnetId=ref("fw-b"), routeTableId=ref("fw-table"))
    stack["firewall"]["subnetMappings"].append({"subnetId": ref("fw-b")})

    assert verdict(stack) == (UNDETERMINED, {"FIREWALL_ASYMMETRIC_ROUTING"})
    stack.remove("fw-default")
    assert verdict(stack)[0] is UNREACHABLE


def test_an_association_brings_an_endpoint_of_a_firewall_elsewhere(stack: Stack) -> None:
    stack["firewall"]["subnetMappings"] = [{"subnetId": "subnet-elsewhere"}]
    association = "aws:networkfirewall/vpcEndpointAssociation:VpcEndpointAssociation"
    stack.add(
        association,
        "association",
        firewallArn=ref("firewall"),
        vpcId=VPC,
        subnetMapping={"subnetId": ref("fw-subnet")},
    )
    for name in [name for name, (_, properties) in stack.program.items() if "vpcEndpointId" in properties]:
        stack[name]["vpcEndpointId"] = ref("association")

    assert verdict(stack) == (REACHABLE, set())
    attachments = [{"endpointId": "id-association", "subnetId": ref("fw-subnet")}]
    stack["association"]["vpcEndpointAssociationStatuses"] = [
        {"associationSyncStates": [{"attachments": attachments}]}
    ]
    assert verdict(stack, preview=False) == (REACHABLE, set())


# The way back ---------------------------------------------------------------------------------------


def test_replies_that_come_by_another_way_leave_it_open() -> None:
    stack = firewall_stack()
    stack.remove("back-1")
    assert verdict(stack) == (UNDETERMINED, {"FIREWALL_ASYMMETRIC_ROUTING"})

    behind = stack_with_firewall_behind_nat()
    behind.remove("edge-back")
    assert verdict(behind) == (UNDETERMINED, {"FIREWALL_ASYMMETRIC_ROUTING"})
    behind.remove("edge-association")
    assert verdict(behind) == (UNDETERMINED, {"FIREWALL_ASYMMETRIC_ROUTING"})


def test_replies_into_a_blackhole_are_lost() -> None:
    stack = firewall_stack()
    for index, block in enumerate(CLIENTS):
        stack.remove(f"back-{index}")
        stack[PUBLIC_TABLE]["routes"].append({"cidrBlock": block, "state": "blackhole", "vpcEndpointId": "x"})

    assert verdict(stack) == (UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"})


def test_the_firewalls_own_subnet_must_hand_replies_on(stack: Stack) -> None:
    for block in (*CLIENTS, NAT_BLOCK):
        stack.add(
            ROUTE,
            f"away-{block}",
            routeTableId=ref("fw-table"),
            destinationCidrBlock=block,
            networkInterfaceId="eni-other",
        )

    assert verdict(stack) == (UNDETERMINED, {"NOT_MODELLED"})


def test_an_edge_route_to_a_firewall_that_the_packets_have_not_passed_leaves_it_open() -> None:
    stack = stack_with_firewall_behind_nat()
    stack.remove("nat-default")
    stack[PUBLIC_TABLE]["routes"] = [{"cidrBlock": ANYWHERE, "gatewayId": GATEWAY, "state": "active"}]

    assert verdict(stack) == (UNDETERMINED, {"INGRESS_RTB_TRAFFIC_REDIRECTION"})
    stack["edge-back"]["destinationCidrBlock"] = CLIENTS[0]
    assert verdict(stack) == (REACHABLE, set())


def test_two_firewalls_in_a_row_must_both_see_the_replies() -> None:
    stack = firewall_stack()
    stack.add(SUBNET, "outer-subnet", vpcId=VPC, cidrBlock="172.31.202.0/28", availabilityZone="us-east-1a")
    stack.add("aws:ec2/routeTable:RouteTable", "outer-table", vpcId=VPC)
    stack.add(ASSOCIATION, "outer-association", subnetId=ref("outer-subnet"), routeTableId=ref("outer-table"))
    stack.add(
        ROUTE,
        "outer-default",
        routeTableId=ref("outer-table"),
        destinationCidrBlock=ANYWHERE,
        natGatewayId=ref("nat"),
    )
    stack.add(
        FIREWALL,
        "outer",
        vpcId=VPC,
        firewallPolicyArn=ref("policy"),
        subnetMappings=[{"subnetId": ref("outer-subnet")}],
    )
    stack["fw-default"].pop("natGatewayId")
    stack["fw-default"]["vpcEndpointId"] = ref("outer")
    for index, block in enumerate(CLIENTS):
        stack[f"back-{index}"]["vpcEndpointId"] = ref("outer")
        route_to_firewall(stack, f"inner-{index}", ref("outer-table"), block)

    assert verdict(stack) == (REACHABLE, set())
    stack.remove("inner-0")
    assert verdict(stack) == (UNDETERMINED, {"FIREWALL_ASYMMETRIC_ROUTING"})


def test_a_regional_nat_gateway_behind_a_firewall_shows_no_way_back() -> None:
    stack = firewall_stack()
    stack.program["nat"] = ("aws:ec2/natGateway:NatGateway", {"vpcId": VPC, "availabilityMode": "regional"})

    assert verdict(stack) == (UNDETERMINED, {"NOT_MODELLED"})


# Gateway Load Balancers -------------------------------------------------------------------------------


@pytest.fixture
def appliances(stack: Stack) -> Stack:
    """The same stack with a Gateway Load Balancer's endpoint in the place of the firewall."""
    stack.program["firewall"] = (
        ENDPOINT,
        {
            "vpcId": VPC,
            "serviceName": "com.amazonaws.vpce.us-east-1.vpce-svc-1",
            "vpcEndpointType": "GatewayLoadBalancer",
            "subnetIds": [ref("fw-subnet")],
        },
    )
    return stack


@pytest.mark.parametrize("preview", [True, False])
def test_what_appliances_do_is_not_known(appliances: Stack, preview: bool) -> None:
    assert verdict(appliances, preview=preview) == (UNDETERMINED, {"APPLIANCE_NOT_KNOWN"})


def test_without_a_way_on_the_appliances_do_not_matter(appliances: Stack) -> None:
    appliances.remove("fw-default")

    found, codes = verdict(appliances)
    assert found is UNREACHABLE
    assert "APPLIANCE_NOT_KNOWN" in codes


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state": "pendingAcceptance"}, "BAD_STATE"),
        ({"state": "rejected"}, "BAD_STATE"),
        ({"vpcEndpointType": "Interface"}, "ENDPOINT_TYPE"),
    ],
)
def test_an_endpoint_that_takes_no_packets_drops_them(
    appliances: Stack, changes: dict[str, str], code: str
) -> None:
    appliances["firewall"].update(changes)

    found, codes = verdict(appliances)
    assert found is UNREACHABLE
    assert code in codes


def test_an_endpoints_asymmetry_is_named_too() -> None:
    stack = firewall_stack()
    stack.program["firewall"] = (
        ENDPOINT,
        {"vpcId": VPC, "vpcEndpointType": "GatewayLoadBalancer", "subnetIds": [ref("fw-subnet")]},
    )
    stack.remove("back-0")

    assert verdict(stack)[1] == {"APPLIANCE_NOT_KNOWN", "FIREWALL_ASYMMETRIC_ROUTING"}


def test_an_acl_before_the_firewall_still_counts() -> None:
    stack = firewall_stack()
    stack[ACL]["egress"].append(
        {
            "ruleNo": 1,
            "action": "deny",
            "protocol": "6",
            "fromPort": 587,
            "toPort": 587,
            "cidrBlock": ANYWHERE,
        }
    )

    assert verdict(stack) == (UNREACHABLE, {"SUBNET_ACL_RESTRICTION"})
