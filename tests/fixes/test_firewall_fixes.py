"""What fixes mail that AWS Network Firewall drops."""

from __future__ import annotations

from typing import Any

import pytest

from mailroute.fixes import Repairs
from reachability import Settings
from tests.reachability.firewalled import before_or_behind_nat, policy, rule, stateful
from tests.reachability.stacks import Stack

stack = before_or_behind_nat


@pytest.mark.parametrize("rules", [[rule(destinationPort="443")], [rule("DROP")]])
def test_a_first_stateful_rule_fixes_what_a_rule_group_drops(
    stack: Stack, rules: list[dict[str, Any]]
) -> None:
    stack["group"]["ruleGroup"] = {**stateful(*rules), "ruleVariables": {}}
    (egress,) = stack.prove()

    repairs = Repairs(stack.graph(), Settings(), stack.evidence().zones).of(egress)

    texts = [tuple(change.text for change in repair.changes) for repair in repairs]
    assert ("pass TCP 587 in the first rule of rule group group",) in texts
    (group,) = next(change for repair in repairs for change in repair.changes).put
    assert group.get("ruleGroup", "ruleVariables") == {}
    assert len(group.get("ruleGroup", "rulesSource", "statefulRules")) == 2


def test_a_stateless_drop_has_no_fix(stack: Stack) -> None:
    stack["policy"]["firewallPolicy"] = policy(statelessDefaultActions=["aws:drop"])
    (egress,) = stack.prove()

    repairs = Repairs(stack.graph(), Settings(), stack.evidence().zones).of(egress)

    assert not [repair for repair in repairs if any("TCP 587" in change.text for change in repair.changes)]
