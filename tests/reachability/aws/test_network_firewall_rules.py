"""What the rules of AWS Network Firewall's rule groups, stateful and stateless, do with mail."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Verdict
from tests.reachability.firewalled import (
    GROUP,
    PASS_MAIL,
    before_or_behind_nat,
    policy,
    rule,
    stateful,
    stateless,
    stateless_rule,
    verdict,
)
from tests.reachability.stacks import Stack, ref

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED

stack = before_or_behind_nat

OPEN = ["aws:alert_strict"]
DESCRIPTIVE = [
    {"keyword": keyword, "settings": ["1"]}
    for keyword in ("sid", "rev", "msg", "gid", "classtype", "reference", "metadata", "priority")
]
"""Every option that tells of a rule, and does not change what it matches."""

TO_MAIL = {"destinationPorts": [{"fromPort": 587, "toPort": 587}]}
FROM_MAIL = {"sourcePorts": [{"fromPort": 587}]}


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
        ([rule("DROP", destinationPort=":586")], REACHABLE, REACHABLE),
        ([rule("DROP", destinationPort="500:")], UNREACHABLE, UNREACHABLE),
        ([rule("DROP", destinationPort=":")], UNREACHABLE, UNREACHABLE),
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
        ([rule("DROP", options=DESCRIPTIVE)], UNREACHABLE, UNREACHABLE),
        ([rule("DROP", options=[*DESCRIPTIVE, {"keyword": "flow"}])], UNDETERMINED, UNDETERMINED),
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


def test_suricata_rules_may_stand_in_the_group_itself(stack: Stack) -> None:
    stack["group"]["rules"] = "drop tcp any any -> any any (sid:1;)"

    assert verdict(stack)[0] is UNDETERMINED


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
