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

from ..findings import filters
from ..graph import tokens
from ..graph.references import members
from ..values import ABSENT, UNKNOWN, Value, elements, get, to_int
from ..verdict import across_possibilities, hop
from .firewall_packets import Packets, decide
from .network_firewall_rules import (
    DROPS,
    FORWARDS,
    PASSES,
    RULE_GROUP,
    standard_actions,
    stateful_rules,
    stateless_rules,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..graph.graph import Graph
    from ..graph.references import Ref
    from ..graph.resource import Resource
    from ..packet import Packet
    from ..verdict import Outcome

STATELESS: Final = "STATELESS"
STATEFUL: Final = "STATEFUL"
STRICT: Final = "STRICT_ORDER"
MOST_ORDERED: Final = 4
"""How many rule groups of unknown rank are tried in every order; more may do anything."""
_REFERENCES: Final = {
    STATELESS: "statelessRuleGroupReferences",
    STATEFUL: "statefulRuleGroupReferences",
}


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

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def lets_through(self, firewall: Resource, packet: Packet) -> Outcome:
        """Whether the policy of `firewall` lets `packet` through, and its replies."""
        ref = self.graph.named(firewall, "firewallPolicyArn", tokens.FIREWALL_POLICY)
        outcomes = [self._judge(policy, packet) for policy in ref.candidates]
        if ref.unread:
            outcomes.append(filters.UNREAD_FIREWALL_POLICY(firewall, place=ref.place))
        return across_possibilities(outcomes)

    def _judge(self, policy: Resource, packet: Packet) -> Outcome:
        packets = Packets(packet.source, packet.reply_ports, packet.destination, packet.ports)
        what = f"{packet.what} of {packet.sender} to {packet.name}"
        there = self._stateless(policy, packets)
        back = self._stateless(policy, packets.replies)
        for actions, which in ((there, what), (back, f"replies to {what}")):
            if set(actions) == {DROPS}:
                return filters.FIREWALL_DROPS(policy, what=which, reason=actions[DROPS])
            if DROPS in actions:
                return filters.FIREWALL_MAY_DROP(policy, what=which, reason=actions[DROPS])
        if set(there) == set(back) == {PASSES}:
            return _passed(policy, packet, there[PASSES])
        if set(there) != {FORWARDS} or set(back) != {FORWARDS}:
            return filters.ONE_DIRECTION_FORWARDED(policy, what=what)
        if policy.get("firewallPolicy", "tlsInspectionConfigurationArn") is not ABSENT:
            return filters.TLS_INSPECTED(policy)
        actions = self._stateful(policy, packets)
        if set(actions) == {PASSES}:
            return _passed(policy, packet, actions[PASSES])
        says = filters.FIREWALL_DROPS if set(actions) == {DROPS} else filters.FIREWALL_MAY_DROP
        return says(policy, what=what, reason=actions[DROPS])

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
        arns = tuple(get(entry, "resourceArn") for _, entry in entries)
        refs = self.graph.refs(policy, arns, prop, RULE_GROUP)
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


def _group(entry: Value, ref: Ref[Resource]) -> _Group:
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


def _passed(policy: Resource, packet: Packet, reason: str) -> Outcome:
    return hop("firewall-policy", policy.key, f"passes {packet.what}: {reason}", policy.origin)
