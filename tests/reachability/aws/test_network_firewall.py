"""AWS Network Firewall: what its policy decides, and the order of its rule groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reachability import Finding, Verdict, merge, prove
from tests.reachability.firewalled import (
    FIREWALL,
    GROUP,
    PASS_MAIL,
    POLICY,
    before_or_behind_nat,
    firewall_stack,
    policy,
    rule,
    stateful,
    stateless,
    stateless_rule,
    verdict,
)
from tests.reachability.stacks import Stack, ref, urn

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED

stack = before_or_behind_nat

OPEN = ["aws:alert_strict"]
DROPS = ["aws:drop_strict"]


@pytest.mark.parametrize("preview", [True, False])
def test_a_firewall_that_passes_mail_both_ways_is_followed(stack: Stack, preview: bool) -> None:
    assert verdict(stack, preview=preview) == (REACHABLE, set())


def test_the_path_names_the_firewall_and_the_rule_that_passed(stack: Stack) -> None:
    (egress,) = stack.prove()

    facts = {hop.kind: hop.fact for hop in egress.outcome.path}
    assert facts["network-firewall"] == "by its endpoint in fw-subnet"
    assert facts["firewall-policy"] == "passes TCP 587: rule group group"


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


@pytest.mark.parametrize(("priority", "expected"), [(1, UNREACHABLE), (3, REACHABLE)])
def test_stateful_groups_are_read_in_order_of_priority(
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


@pytest.mark.parametrize(("groups", "expected"), [(4, REACHABLE), (5, UNDETERMINED)])
def test_up_to_four_groups_of_unknown_order_are_tried_in_each(
    stack: Stack, groups: int, expected: Verdict
) -> None:
    names = [f"group-{index}" for index in range(groups)]
    for name in names:
        stack.add(GROUP, name, type="STATEFUL", ruleGroup=stateful(PASS_MAIL))
    references = [{"resourceArn": ref(name), "priority": rank} for rank, name in enumerate(names)]
    stack["policy"]["firewallPolicy"] = policy(statefulRuleGroupReferences=references)

    assert verdict(stack)[0] is expected
    assert verdict(stack, preview=False) == (REACHABLE, set())


@pytest.mark.parametrize("kind", ["stateless", "stateful"])
def test_an_unread_rule_group_may_drop_mail(stack: Stack, kind: str) -> None:
    references = [{"resourceArn": "arn:other", "priority": 1}]
    stack["policy"]["firewallPolicy"] = policy(**{f"{kind}RuleGroupReferences": references})

    (egress,) = stack.prove()

    (finding,) = egress.outcome.findings
    assert (egress.verdict, finding.code) == (UNDETERMINED, "FIREWALL_RULES_RESTRICTION")
    assert f": a {kind} rule group that is not known" in finding.message


def test_groups_of_unknown_priority_may_be_read_in_any_order(stack: Stack) -> None:
    references = [{"resourceArn": ref("group"), "priority": 2}, {"resourceArn": "arn:other"}]
    stack["policy"]["firewallPolicy"] = policy(statefulRuleGroupReferences=references)

    assert verdict(stack, preview=False)[0] is UNDETERMINED


@pytest.mark.parametrize("preview", [True, False])
def test_stateless_groups_are_read_in_order_of_priority(stack: Stack, preview: bool) -> None:
    for name, action in (("drops", "aws:drop"), ("forwards", "aws:forward_to_sfe")):
        stack.add(GROUP, name, type="STATELESS", ruleGroup=stateless(stateless_rule(1, action)))
    references = [
        {"resourceArn": ref("drops"), "priority": 2},
        {"resourceArn": ref("forwards"), "priority": 1},
    ]
    stack["policy"]["firewallPolicy"] = policy(statelessRuleGroupReferences=references)

    assert verdict(stack, preview=preview)[0] is (UNDETERMINED if preview else REACHABLE)


@pytest.mark.parametrize(
    ("target", "place"),
    [("arn:aws:network-firewall:other", "arn:aws:network-firewall:other"), (ref("service"), "not known yet")],
)
def test_an_unread_firewall_policy_is_undetermined(target: Any, place: str) -> None:
    stack = firewall_stack()
    stack["firewall"]["firewallPolicyArn"] = target

    assert found(stack) == Finding(
        "FIREWALL_POLICY_NOT_READ",
        urn(FIREWALL, "firewall"),
        f"the policy of firewall firewall ({place}) is neither in the program nor in the evidence",
        "give the account's evidence (mailroute snapshot), or create the policy in the program",
        UNDETERMINED,
    )


def test_a_policy_that_may_be_another_is_undetermined(stack: Stack) -> None:
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


def test_a_policy_that_decrypts_tls_is_undetermined() -> None:
    stack = firewall_stack()
    stack["policy"]["firewallPolicy"] = policy(tlsInspectionConfigurationArn="arn:tls")

    assert found(stack) == Finding(
        "FIREWALL_TLS_INSPECTION",
        urn(POLICY, "policy"),
        "firewall policy policy decrypts TLS, and what that does to mail is not known",
        "leave the mail host out of TLS inspection, and accept this as an exception",
        UNDETERMINED,
    )


def test_asymmetric_stateless_forwarding_is_undetermined() -> None:
    stack = firewall_stack()
    to_mail = stateless_rule(1, "aws:pass", destinationPorts=[{"fromPort": 587, "toPort": 587}])
    stack.add(GROUP, "packets", type="STATELESS", ruleGroup=stateless(to_mail))
    one_way = [{"resourceArn": ref("packets"), "priority": 1}]
    stack["policy"]["firewallPolicy"] = policy(statelessRuleGroupReferences=one_way)

    assert found(stack) == Finding(
        "FIREWALL_FORWARDS_ASYMMETRICALLY",
        urn(POLICY, "policy"),
        "firewall policy policy may not forward TCP 587 of connector to smtp-relay.brevo.com and the replies "
        "alike, so that the stateful rules see one direction of the connection alone",
        "pass or forward both directions in the stateless rules",
        UNDETERMINED,
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"statelessDefaultActions": ["aws:drop"]}, "stateless default action of firewall policy policy"),
        (
            {"statefulRuleGroupReferences": []},
            "stateful default action of firewall policy policy, aws:drop_established",
        ),
    ],
)
def test_a_policy_whose_default_action_drops_mail_says_which(changes: dict[str, Any], reason: str) -> None:
    stack = firewall_stack()
    stack["policy"]["firewallPolicy"] = policy(**changes)

    assert found(stack) == Finding(
        "FIREWALL_RULES_RESTRICTION",
        urn(POLICY, "policy"),
        f"firewall policy policy drops TCP 587 of connector to smtp-relay.brevo.com: {reason}",
        "pass TCP to the mail host's port in a stateful rule group of the policy",
    )


def found(stack: Stack) -> Finding:
    (egress,) = stack.prove()
    (finding,) = egress.outcome.findings
    return finding
