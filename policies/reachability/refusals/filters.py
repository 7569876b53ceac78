"""What AWS refuses of rules of security groups and entries of network ACLs.

Sources: Amazon EC2 API Reference, "AuthorizeSecurityGroupIngress" and "CreateNetworkAclEntry"; Amazon VPC
User Guide, "Security group referencing".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..aws.vpc import name_of
from ..findings import refusals
from ..graph import tokens
from ..graph.references import settled
from ..values import ABSENT, UNKNOWN, elements, get, items, to_int
from ..verdict import PASSES, all_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..aws.subnet import Subnets
    from ..graph.refusals import Row
    from ..graph.resource import Resource
    from ..verdict import Outcome

_CONNECTING: Final = (*tokens.PEERING, *tokens.PEERING_ACCEPTER, *tokens.TGW_ATTACHMENT)
_WITH_PORTS: Final = frozenset({"tcp", "udp", "6", "17"})
_HIGHEST_NUMBER: Final = 32766
_DIRECTIONS: Final = ("ingress", "egress")
_PEER_OF_RULE: Final = "sourceSecurityGroupId"
_PEER: Final = "referencedSecurityGroupId"
_RULES: Final = (*tokens.SECURITY_GROUP_RULE, *tokens.INGRESS_RULE, *tokens.EGRESS_RULE)


@dataclass(frozen=True)
class _Rules:
    subnets: Subnets

    @staticmethod
    def ports_are_in_order(owner: Resource) -> Outcome:
        """A range of ports ends where it begins, or above ("AuthorizeSecurityGroupIngress")."""
        return all_of(
            refusals.PORTS_INVERTED(owner, first=first, last=last)
            for rule in _rules_of(owner)
            if str(_protocol(rule)).lower() in _WITH_PORTS
            for first, last in [(to_int(get(rule, "fromPort")), to_int(get(rule, "toPort")))]
            if isinstance(first, int) and isinstance(last, int) and first > last
        )

    @staticmethod
    def ports_are_set(rule: Resource) -> Outcome:
        """A rule for TCP or UDP names its ports ("IpPermission", Amazon EC2 API Reference)."""
        protocol = str(_protocol(rule.properties)).lower()
        missing = ABSENT in (rule.get("fromPort"), rule.get("toPort"))
        return (
            refusals.PORTS_MISSING(rule, protocol=protocol) if missing and protocol in _WITH_PORTS else PASSES
        )

    def groups_are_of_one_network(self, owner: Resource) -> Outcome:
        """A rule names groups of its VPC, or of one that is connected ("Security group referencing")."""
        graph, vpcs = self.subnets.graph, self.subnets.vpcs
        if owner.type in _RULES:
            group = graph.named(owner, "securityGroupId", tokens.SECURITY_GROUP).target
            prop = _PEER_OF_RULE if owner.type in tokens.SECURITY_GROUP_RULE else _PEER
            peer = owner.declared(prop)
            named = [] if peer is ABSENT else [graph.ref(owner, peer, prop, tokens.SECURITY_GROUP)]
        else:
            group = owner
            named = [
                ref
                for way in _DIRECTIONS
                for rule in elements(owner.declared(way))
                for ref in settled(
                    graph.refs(owner, items(rule, "securityGroups"), way, tokens.SECURITY_GROUP)
                )
            ]
        if group is None or graph.of_type(*_CONNECTING):
            return PASSES
        return all_of(
            refusals.GROUP_NOT_CONNECTED(owner, group=ref.target, vpc=name_of(vpcs.of(group)))
            for ref in named
            if ref.target is not None and ref.target.id is UNKNOWN
            if vpcs.of(ref.target).differs_from(vpcs.of(group))
        )

    @staticmethod
    def number_is_in_range(owner: Resource) -> Outcome:
        """The number of an entry is from 1 to 32766 ("CreateNetworkAclEntry")."""
        listed = [get(entry, "ruleNo") for way in _DIRECTIONS for entry in elements(owner.declared(way))]
        numbers = [owner.get("ruleNumber")] if owner.type in tokens.NETWORK_ACL_RULE else listed
        return all_of(
            refusals.ENTRY_NUMBER(owner, number=number)
            for number in map(to_int, numbers)
            if isinstance(number, int) and not 1 <= number <= _HIGHEST_NUMBER
        )


def rows(subnets: Subnets) -> Iterator[Row]:
    rules = _Rules(subnets)
    yield (*tokens.SECURITY_GROUP, *_RULES), rules.ports_are_in_order
    yield (*tokens.INGRESS_RULE, *tokens.EGRESS_RULE), rules.ports_are_set
    yield (tokens.SECURITY_GROUP[0], *_RULES), rules.groups_are_of_one_network
    yield (*tokens.NETWORK_ACL, *tokens.NETWORK_ACL_RULE), rules.number_is_in_range


def _rules_of(owner: Resource) -> list[Mapping[str, Any]]:
    if owner.type in _RULES:
        return [owner.properties]
    return [rule for way in _DIRECTIONS for rule in elements(owner.declared(way)) if rule is not UNKNOWN]


def _protocol(rule: Mapping[str, Any]) -> Any:
    named = get(rule, "protocol")
    return get(rule, "ipProtocol") if named is ABSENT else named
