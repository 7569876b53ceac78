"""The rules of AWS Network Firewall's rule groups, as far as they look at mail.

What a rule looks at beyond addresses, ports and transport protocol, and what cannot be read, may match.
Sources: AWS Network Firewall Developer Guide, "Defining rule actions in AWS Network Firewall", "Stateless
rule groups in AWS Network Firewall", "Standard stateful rule groups in AWS Network Firewall" and "Stateful
domain list rule groups in AWS Network Firewall".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..graph import tokens
from ..ranges import ALL_PORTS, ANY_ADDRESS, Ranges, addresses, union
from ..values import ABSENT, UNKNOWN, Unknown, Value, elements, get, items, to_int
from .firewall_packets import Packets, Rule
from .ports import port_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..graph.resource import Resource

RULE_GROUP: Final = tokens.FIREWALL_RULE_GROUP
PASSES: Final = "pass"
DROPS: Final = "drop"
FORWARDS: Final = "forward"
EVERYTHING: Final = Packets(ANY_ADDRESS, ALL_PORTS, ANY_ADDRESS, ALL_PORTS)
TCP: Final = 6
BEGIN_IN_CLEAR: Final = Ranges.of((25, 25), (587, 587), (2525, 2525), (2587, 2587))
"""The ports on which SMTP begins without TLS (Amazon SES Developer Guide, "Connecting to an Amazon SES SMTP
endpoint")."""
NOT_IN_CLEAR: Final = Packets(ANY_ADDRESS, ALL_PORTS, ANY_ADDRESS, ALL_PORTS - BEGIN_IN_CLEAR)
"""The connections that may begin with TLS, which a rule on TLS may pass in time."""

_STANDARD: Final = {"aws:pass": PASSES, "aws:drop": DROPS, "aws:forward_to_sfe": FORWARDS}
_STATEFUL: Final = {"PASS": PASSES, "DROP": DROPS, "REJECT": DROPS}
_TRANSPORT: Final = frozenset({"TCP", "IP"})
_OF_MAIL: Final = frozenset({"SMTP", "TLS"})
_DESCRIPTIVE: Final = frozenset(
    {"sid", "rev", "msg", "gid", "classtype", "reference", "metadata", "priority"}
)
"""The keywords of rule options that do not narrow what a rule matches."""


def standard_actions(actions: Value) -> tuple[str, ...]:
    """The standard action among `actions`, beside which custom ones only count packets; all where unknown."""
    listed = elements(actions)
    if UNKNOWN in listed:
        return tuple(_STANDARD.values())
    return tuple(_STANDARD[action] for action in listed if action in _STANDARD)


def stateless_rules(group: Resource | None) -> Iterator[Rule]:
    """The rules of a stateless rule group by priority: the first that matches a packet decides."""
    source = UNKNOWN if group is None else group.get("ruleGroup", "rulesSource")
    entries = elements(source, "statelessRulesAndCustomActions", "statelessRules")
    called = _called(group, "stateless")
    if not all(isinstance(to_int(get(entry, "priority")), int) for entry in entries):
        for action in _STANDARD.values():
            yield Rule(action, EVERYTHING, called, certain=False)
        return
    for entry in sorted(entries, key=lambda entry: int(get(entry, "priority"))):
        definition = get(entry, "ruleDefinition")
        match = get(definition, "matchAttributes")
        packets, known = _matched(match)
        protocols = elements(match, "protocols")
        unsure = UNKNOWN in protocols
        if not unsure and protocols and TCP not in map(to_int, protocols):
            continue
        actions = standard_actions(get(definition, "actions"))
        certain = known and not unsure and items(match, "tcpFlags") == () and len(actions) == 1
        for action in actions:
            yield Rule(action, packets, called, certain)


def _matched(match: Value) -> tuple[Packets, bool]:
    """The packets that the match attributes of a stateless rule name, and whether these are known."""
    sides = [
        _side(match, "sources", _block, ANY_ADDRESS),
        _side(match, "sourcePorts", _ports, ALL_PORTS),
        _side(match, "destinations", _block, ANY_ADDRESS),
        _side(match, "destinationPorts", _ports, ALL_PORTS),
    ]
    return Packets(*(ranges for ranges, _ in sides)), all(known for _, known in sides)


def _side(
    match: Value, name: str, read: Callable[[Value], Ranges | Unknown], every: Ranges
) -> tuple[Ranges, bool]:
    """One match attribute: every value where it is not set, or not known."""
    found = [read(entry) for entry in elements(match, name)]
    known = [ranges for ranges in found if isinstance(ranges, Ranges)]
    if len(known) < len(found):
        return every, False
    return (union(known) if known else every), True


def _block(entry: Value) -> Ranges | Unknown:
    block = get(entry, "addressDefinition")
    return addresses(block) if isinstance(block, str) else UNKNOWN


def _ports(entry: Value) -> Ranges | Unknown:
    return port_range(get(entry, "fromPort"), get(entry, "toPort"))


def stateful_rules(group: Resource | None) -> Iterator[Rule]:
    """The rules of a stateful rule group in its order, as far as they may pass or drop a mail connection.

    Rules in Suricata's own language are not read: they may pass and drop anything.
    """
    called = _called(group, "stateful")
    source = UNKNOWN if group is None else group.get("ruleGroup", "rulesSource")
    texts = (get(source, "rulesString"), ABSENT if group is None else group.declared("rules"))
    if source is UNKNOWN or any(_says_something(text) for text in texts):
        yield from _any_of(f"{called}, whose rules are not read", EVERYTHING)
        return
    for entry in elements(source, "statefulRules"):
        yield from _standard_rule(entry, called)
    domains = get(source, "rulesSourceList")
    if domains is not ABSENT:
        yield from _domain_list(domains, called)


def _standard_rule(entry: Value, called: str) -> Iterator[Rule]:
    """A rule on addresses, ports and protocol; it takes the whole connection whose first packet it matches.

    One that matches a reply first comes to act only where nothing has passed or dropped the connection.
    """
    header = get(entry, "header")
    protocol = get(header, "protocol")
    if protocol is not UNKNOWN and str(protocol).upper() not in _TRANSPORT | _OF_MAIL:
        return
    stated = [
        _stated(get(header, "source"), addresses, ANY_ADDRESS),
        _stated(get(header, "sourcePort"), _port_text, ALL_PORTS),
        _stated(get(header, "destination"), addresses, ANY_ADDRESS),
        _stated(get(header, "destinationPort"), _port_text, ALL_PORTS),
    ]
    packets = Packets(*(ranges for ranges, _ in stated))
    action = get(entry, "action")
    if str(protocol).upper() == "TLS" and action == "PASS":
        packets = packets & NOT_IN_CLEAR
    keywords = {get(option, "keyword") for option in elements(entry, "ruleOptions")}
    certain = (
        all(known for _, known in stated)
        and protocol is not UNKNOWN
        and str(protocol).upper() in _TRANSPORT
        and keywords <= _DESCRIPTIVE
    )
    if action is UNKNOWN:
        yield from _any_of(called, packets)
        yield from _any_of(called, packets.replies)
    elif action in _STATEFUL:
        yield Rule(_STATEFUL[action], packets, called, certain)
        both_ways = certain and get(header, "direction") == "ANY"
        yield Rule(_STATEFUL[action], packets.replies, called, both_ways)


def _domain_list(domains: Value, called: str) -> Iterator[Rule]:
    """Domain lists look at HTTP and at the server name of TLS alone; whether also at that of mail is open.

    Where SMTP begins in clear, no server name can pass the first packets.
    """
    types = elements(domains, "targetTypes")
    if UNKNOWN not in types and "TLS_SNI" not in types:
        return
    reason = f"{called}, a list of TLS server names"
    yield Rule(PASSES, NOT_IN_CLEAR, reason, certain=False)
    if get(domains, "generatedRulesType") != "ALERTLIST":
        yield Rule(DROPS, EVERYTHING, reason, certain=False)


def _any_of(reason: str, packets: Packets) -> Iterator[Rule]:
    """Rules that may pass or drop `packets`, and may not match them."""
    for action in (PASSES, DROPS):
        yield Rule(action, packets, reason, certain=False)


def _stated(text: Value, read: Callable[[str], Ranges], every: Ranges) -> tuple[Ranges, bool]:
    """What a header names: anything, or a list; variables and negations are not read."""
    if not isinstance(text, str):
        return every, False
    if text.upper() == "ANY":
        return every, True
    try:
        return union(read(part.strip()) for part in text.strip("[]").split(",")), True
    except ValueError:
        return every, False


def _port_text(text: str) -> Ranges:
    """Raises ValueError: `text` is neither a port nor a range of ports."""
    first, colon, last = text.partition(":")
    if not colon:
        return Ranges.of((int(first), int(first)))
    ((lowest, highest),) = ALL_PORTS.spans
    return Ranges.of((int(first or lowest), int(last or highest)))


def _says_something(text: Value) -> bool:
    """Whether rules in Suricata's language hold more than comments."""
    if not isinstance(text, str):
        return text is UNKNOWN
    lines = (line.strip() for line in text.splitlines())
    return any(line and not line.startswith("#") for line in lines)


def _called(group: Resource | None, kind: str) -> str:
    return f"a {kind} rule group that is not known" if group is None else f"rule group {group.label}"
