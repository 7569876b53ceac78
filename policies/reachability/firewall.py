"""AWS Network Firewall: what a firewall's policy does with a connection and its replies.

Sources: AWS Network Firewall Developer Guide, "How AWS Network Firewall filters network traffic", "Firewall
policy settings in AWS Network Firewall", "Managing evaluation order for Suricata compatible rules in AWS
Network Firewall" and "Avoiding asymmetric routing with AWS Network Firewall".
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from . import kinds
from .firewall_rules import (
    DROPS,
    FORWARDS,
    PASSES,
    RULE_GROUP,
    standard_actions,
    stateful_rules,
    stateless_rules,
)
from .outcomes import blocked, open_question, passed, whichever
from .packets import Packets, decide
from .ranges import EPHEMERAL_PORTS, Ranges
from .references import members
from .values import ABSENT, UNKNOWN, Value, elements, get, to_int

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .graph import Ref, Resource
    from .network import Network
    from .verdict import Outcome

CODE: Final = "FIREWALL_RULES_RESTRICTION"
STATELESS: Final = "STATELESS"
STATEFUL: Final = "STATEFUL"
STRICT: Final = "STRICT_ORDER"
MOST_ORDERED: Final = 4
"""How many rule groups of unknown rank are tried in every order; more may do anything."""
_REFERENCES: Final = {
    STATELESS: "statelessRuleGroupReferences",
    STATEFUL: "statefulRuleGroupReferences",
}
_REMEDY: Final = "pass TCP to the mail host's port in a stateful rule group of the policy"


@dataclass(frozen=True)
class Flow:
    """A TCP connection: from `source` to `port` of `destination`, each also in words."""

    source: Ranges
    client: str
    destination: Ranges
    name: str
    port: int

    @property
    def packets(self) -> Packets:
        """Those that it sends; its replies are the others."""
        return Packets(self.source, EPHEMERAL_PORTS, self.destination, Ranges.of((self.port, self.port)))


@dataclass(frozen=True)
class _Group:
    """A rule group as a policy refers to it; no resource where the graph does not hold it.

    Attributes:
        priority: its rank, where that is known.
        alerts_only: whether the policy turns the group's drop rules into alerts.
    """

    resource: Resource | None
    priority: int | None = None
    alerts_only: bool = False


class FirewallPolicies:
    """The firewall policies of a graph, and what they let through."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.graph = network.graph

    def lets_through(self, firewall: Resource, flow: Flow) -> Outcome:
        """Whether the policy of `firewall` lets the packets of `flow` through, and their replies."""
        prop = "firewallPolicyArn"
        ref = self.graph.ref(firewall, firewall.get(prop), prop, kinds.FIREWALL_POLICY)
        outcomes = [self._judge(policy, flow) for policy in ref.candidates]
        if ref.open or not ref.candidates:
            message = (
                f"the policy of firewall {firewall.label} ({ref.place}) is neither in the program nor in the "
                "evidence"
            )
            remedy = "give the account's evidence (mailroute snapshot), or create the policy in the program"
            outcomes.append(open_question("FIREWALL_POLICY_NOT_READ", firewall.key, message, remedy))
        return whichever(outcomes)

    def _judge(self, policy: Resource, flow: Flow) -> Outcome:
        what = f"TCP {flow.port} of {flow.client} to {flow.name}"
        there = self._stateless(policy, flow.packets)
        back = self._stateless(policy, flow.packets.replies)
        for actions, packets in ((there, what), (back, f"replies to {what}")):
            if set(actions) == {DROPS}:
                return _stopped(policy, packets, actions[DROPS])
            if DROPS in actions:
                return _may_stop(policy, packets, actions[DROPS])
        if set(there) == set(back) == {PASSES}:
            return _passed(policy, flow, there[PASSES])
        if set(there) != {FORWARDS} or set(back) != {FORWARDS}:
            message = (
                f"firewall policy {policy.label} may not forward {what} and the replies alike, so that the "
                "stateful rules see one direction of the connection alone"
            )
            remedy = "pass or forward both directions in the stateless rules"
            return open_question("FIREWALL_FORWARDS_ASYMMETRICALLY", policy.key, message, remedy)
        return self._inspected(policy, flow, what)

    def _inspected(self, policy: Resource, flow: Flow, what: str) -> Outcome:
        if policy.get("firewallPolicy", "tlsInspectionConfigurationArn") is not ABSENT:
            message = f"firewall policy {policy.label} decrypts TLS, and what that does to mail is not known"
            remedy = "leave the mail host out of TLS inspection, and accept this as an exception"
            return open_question("FIREWALL_TLS_INSPECTION", policy.key, message, remedy)
        actions = self._stateful(policy, flow.packets)
        if set(actions) == {PASSES}:
            return _passed(policy, flow, actions[PASSES])
        if set(actions) == {DROPS}:
            return _stopped(policy, what, actions[DROPS])
        return _may_stop(policy, what, actions[DROPS])

    # The two engines -----------------------------------------------------------------------------

    def _stateless(self, policy: Resource, packets: Packets) -> Mapping[str, str]:
        """What the stateless rules may do with `packets`, each by itself.

        TCP fragments are dropped whatever the policy says, so its actions for fragments do not count.
        """
        found: dict[str, str] = {}
        for groups in self._orders(policy, STATELESS):
            rules = [rule for group in groups for rule in stateless_rules(group.resource)]
            found |= decide(rules, packets, _stateless_default(policy))
        return found

    def _stateful(self, policy: Resource, packets: Packets) -> Mapping[str, str]:
        """What the stateful rules may do with a connection whose packets are `packets`.

        In strict order the first rule that matches decides, else the default action; in action order
        pass rules come before drop rules, and what none matches passes.
        """
        order = policy.get("firewallPolicy", "statefulEngineOptions", "ruleOrder")
        found: dict[str, str] = {}
        for groups in self._orders(policy, STATEFUL):
            rules = [
                rule
                for group in groups
                for rule in stateful_rules(group.resource)
                if not (group.alerts_only and rule.action == DROPS)
            ]
            if order in (UNKNOWN, STRICT):
                found |= decide(rules, packets, _strict_default(policy))
            if order is UNKNOWN or order != STRICT:
                nothing = {PASSES: f"no stateful rule of firewall policy {policy.label} drops it"}
                found |= decide(sorted(rules, key=lambda rule: rule.action != PASSES), packets, nothing)
        return found

    def _orders(self, policy: Resource, kind: str) -> Iterable[Sequence[_Group]]:
        """The rule groups of `kind` that `policy` refers to, in each order in which it may rank them."""
        prop = "firewallPolicy"
        entries = [
            (each, entry) for each, name in _REFERENCES.items() for entry in elements(policy.get(prop, name))
        ]
        refs = self.graph.refs(policy, [get(entry, "resourceArn") for _, entry in entries], prop, RULE_GROUP)
        own = [(entry, ref) for (each, entry), ref in zip(entries, refs, strict=True) if each == kind]
        whole = all(entry is not UNKNOWN for entry, _ in own)
        if whole and all(ref.target is not None or ref.id is not UNKNOWN for _, ref in own):
            groups = [_group(entry, ref) for entry, ref in own]
        else:
            certain, possible = members(refs)
            named = [found for found in (*certain, *possible) if found.get("type") in (kind, UNKNOWN)]
            groups = [_Group(found) for found in named]
            if possible or not whole or any(ref.open for ref in refs):
                groups.append(_Group(None))
        if all(group.priority is not None for group in groups):
            return [sorted(groups, key=attrgetter("priority"))]
        if len(groups) > MOST_ORDERED:
            return [[_Group(None), *groups]]
        return permutations(groups)


def _group(entry: Value, ref: Ref) -> _Group:
    alerts = get(entry, "override", "action") == "DROP_TO_ALERT"
    priority = to_int(get(entry, "priority"))
    return _Group(ref.target, priority if isinstance(priority, int) else None, alerts)


def _stateless_default(policy: Resource) -> dict[str, str]:
    """What happens to a packet that no stateless rule matches.

    Source: AWS Network Firewall Developer Guide, "Defining rule actions in AWS Network Firewall".
    """
    actions = policy.get("firewallPolicy", "statelessDefaultActions")
    reason = f"stateless default action of firewall policy {policy.label}"
    return dict.fromkeys(standard_actions(actions), reason)


def _strict_default(policy: Resource) -> dict[str, str]:
    """What happens in strict order to a connection that no stateful rule passes or drops.

    Each drop action stops established connections at least, and with them the mail.
    """
    actions = elements(policy.get("firewallPolicy", "statefulDefaultActions"))
    reason = f"stateful default action of firewall policy {policy.label}"
    if UNKNOWN in actions:
        return {PASSES: reason, DROPS: reason}
    drops = [action for action in actions if str(action).startswith("aws:drop")]
    return {DROPS: f"{reason}, {drops[0]}"} if drops else {PASSES: reason}


def _passed(policy: Resource, flow: Flow, reason: str) -> Outcome:
    return passed("firewall-policy", policy.key, f"passes TCP {flow.port}: {reason}", policy.origin)


def _stopped(policy: Resource, what: str, reason: str) -> Outcome:
    message = f"firewall policy {policy.label} drops {what}: {reason}"
    return blocked(CODE, policy.key, message, _REMEDY)


def _may_stop(policy: Resource, what: str, reason: str) -> Outcome:
    message = f"firewall policy {policy.label} may drop {what}, or a part of it: {reason}"
    return open_question(CODE, policy.key, message, _REMEDY)
