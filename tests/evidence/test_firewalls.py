"""Firewalls on the way: read where a route leads to one, with the rules that decide."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evidence.live import Action, firewalls
from reachability import Verdict
from tests.evidence.account import RELAY, Account
from tests.evidence.conftest import Command, empty
from tests.evidence.front import Front
from tests.evidence.inspected import FIREWALL, Inspected
from tests.evidence.told import Told, read

SUBMISSION = ("diagnose", "--service", "shop", "--to", f"{RELAY}:587", "--json")
SMTPS = ("diagnose", "--service", "shop", "--to", f"{RELAY}:465", "--json")
LISTS = (Action.FIREWALLS, Action.FIREWALL_ENDPOINTS)
"""What is only asked for the ARNs of the rest."""


def codes(stdout: str) -> set[str]:
    return {finding["code"] for finding in json.loads(stdout)["findings"]}


@pytest.mark.parametrize("elsewhere", [False, True])
def test_the_rules_of_a_firewall_decide(
    account: Account, mailroute: Command, tmp_path: Path, elsewhere: bool
) -> None:
    inspected = Inspected(account, elsewhere=account.new_vpc("10.30.0.0/16") if elsewhere else "")
    passed = mailroute(*SUBMISSION)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert FIREWALL in [hop["resource"] for hop in json.loads(passed.stdout)["path"]]
    stopped = mailroute(*SMTPS)
    assert (stopped.returncode, codes(stopped.stdout)) == (1, {"FIREWALL_RULES_RESTRICTION"})

    file = tmp_path / "account.json"
    assert mailroute("snapshot", "--vpc", account.vpc, "-o", file).returncode == 0
    assert mailroute(*SUBMISSION, "--evidence", file) == passed
    assert mailroute(*SMTPS, "--evidence", file) == stopped

    inspected.drops()
    assert mailroute(*SUBMISSION).returncode == 1
    inspected.trusts_aws()
    assert mailroute(*SUBMISSION).returncode == 4


@pytest.fixture(scope="module")
def read_twice(shared_front: Front, tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Told]:
    """An account whose firewall lets submission through, and the same with one that drops it."""
    with pytest.MonkeyPatch.context() as patch:
        account = Account(empty(shared_front, patch, tmp_path_factory.mktemp("aws")))
        inspected = Inspected(account, elsewhere=account.new_vpc("10.30.0.0/16"))
        passes = read(account)
        inspected.drops()
        return passes, read(account)


def test_a_part_of_a_firewall_that_was_not_read_leaves_it_open(read_twice: tuple[Told, Told]) -> None:
    verdicts = (Verdict.REACHABLE, Verdict.UNREACHABLE)
    for told, verdict in zip(read_twice, verdicts, strict=True):
        assert told.verdict(RELAY) is verdict
        for action in Action:
            if action.service == "network-firewall" and action not in LISTS:
                assert told.verdict(RELAY, action) is Verdict.UNDETERMINED, action


@pytest.mark.parametrize("action", LISTS, ids=lambda action: action.operation)
def test_firewalls_that_may_not_be_listed_are_named(
    account: Account, front: Front, mailroute: Command, action: Action
) -> None:
    elsewhere = account.new_vpc("10.30.0.0/16") if action is Action.FIREWALL_ENDPOINTS else ""
    Inspected(account, elsewhere=elsewhere)
    front.denied = {action.permission}
    result = mailroute(*SUBMISSION)
    assert result.returncode == 4, result.stdout + result.stderr
    assert f"{action.permission} failed" in result.stdout


def test_no_call_is_made_where_no_route_leads_to_a_firewall(
    account: Account, front: Front, mailroute: Command
) -> None:
    account.nat()
    assert mailroute(*SUBMISSION).returncode == 0
    assert not [action for action in front.calls if action.startswith("network-firewall:")]


def test_a_document_has_its_keys_as_pulumi_writes_them() -> None:
    response = {"RuleGroupArn": "arn", "RuleGroupName": "mail", "Type": "STATELESS"}
    match = {
        "Sources": [{"AddressDefinition": "10.0.0.0/8"}],
        "DestinationPorts": [{"FromPort": 587, "ToPort": 587}],
        "Protocols": [6],
        "TCPFlags": [{"Flags": ["SYN"], "Masks": ["SYN", "ACK"]}],
    }
    rule = {"Priority": 1, "RuleDefinition": {"Actions": ["aws:pass"], "MatchAttributes": match}}
    group = {
        "RuleVariables": {"IPSets": {"HOME_NET": {"Definition": ["10.0.0.0/8"]}}},
        "RulesSource": {"StatelessRulesAndCustomActions": {"StatelessRules": [rule]}},
    }
    shown = firewalls.rule_group({"RuleGroupResponse": response, "RuleGroup": group})
    assert shown["properties"]["ruleGroup"] == {
        "rulesSource": {
            "statelessRulesAndCustomActions": {
                "statelessRules": [
                    {
                        "priority": 1,
                        "ruleDefinition": {
                            "actions": ["aws:pass"],
                            "matchAttributes": {
                                "sources": [{"addressDefinition": "10.0.0.0/8"}],
                                "destinationPorts": [{"fromPort": 587, "toPort": 587}],
                                "protocols": [6],
                                "tcpFlags": [{"flags": ["SYN"], "masks": ["SYN", "ACK"]}],
                            },
                        },
                    }
                ]
            }
        }
    }
    policy = {
        "FirewallPolicyResponse": {"FirewallPolicyArn": "arn", "FirewallPolicyName": "edge"},
        "FirewallPolicy": {"TLSInspectionConfigurationArn": "arn:tls", "EnableTLSSessionHolding": True},
    }
    assert firewalls.policy(policy)["properties"]["firewallPolicy"] == {
        "tlsInspectionConfigurationArn": "arn:tls",
        "enableTlsSessionHolding": True,
    }
