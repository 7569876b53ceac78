"""What a stack manages is no evidence: it is about to be what the program says of it, or deleted.

Tags tell that of most resources. The rest, such as a route in somebody else's table, only the stack's
state tells: what `pulumi stack export` prints.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final

from reachability.graph import tokens

from . import strict_json, text_file
from .file import EvidenceError

Properties = dict[str, Any]
Managed = Mapping[str, Any]

_REMEDY: Final = "write it with `pulumi stack export`"


def load(path: Path) -> tuple[Managed, ...]:
    """The resources that a stack manages, by its exported state at `path`.

    Raises:
        EvidenceError: it cannot be read, or is no exported state.
    """
    try:
        resources = strict_json.loads(text_file.read(path))["deployment"].get("resources", [])
        return tuple(
            entry
            for entry in resources
            if entry.get("custom") and entry.get("id") and not entry.get("external")
        )
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror or error}: give the path of a stack's state") from error
    except strict_json.JsonError as error:
        raise EvidenceError(f"{error.of(path)}: {_REMEDY}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvidenceError(f"{path}: not the state of a stack: {_REMEDY}") from error


def without(document: Mapping[str, Any], state: Collection[Managed], declared: Collection[str]) -> Properties:
    """The evidence `document` less what the stack manages.

    Args:
        declared: the URNs of the program. What it no longer declares and is retained on deletion stays.
    """
    managed = [entry for entry in state if entry["urn"] in declared or not entry.get("retainOnDelete")]
    kept = {
        (resource["type"], resource["id"]): {**resource, "properties": dict(resource["properties"])}
        for resource in document["resources"]
    }
    for entry in managed:
        kept.pop((entry["type"], entry["id"]), None)
    for entry in managed:
        if entry["type"] in _READERS:
            type_, identity, remove = _READERS[entry["type"]](entry.get("outputs") or {})
            if (type_, identity) in kept:
                remove(kept[type_, identity]["properties"])
    return {**document, "resources": list(kept.values())}


Part = tuple[str, Any, Callable[[Properties], None]]
"""What something is a part of, by type and id, and what takes the part out of the whole's properties."""


def _route(outputs: Properties) -> Part:
    destination = {
        "cidrBlock": outputs.get("destinationCidrBlock") or None,
        "ipv6CidrBlock": outputs.get("destinationIpv6CidrBlock") or None,
        "destinationPrefixListId": outputs.get("destinationPrefixListId") or None,
    }
    return tokens.ROUTE_TABLE[0], outputs.get("routeTableId"), _filter("routes", destination)


def _association(outputs: Properties) -> Part:
    link = {"subnetId": outputs.get("subnetId") or None, "gatewayId": outputs.get("gatewayId") or None}
    return tokens.ROUTE_TABLE[0], outputs.get("routeTableId"), _filter("associations", link)


def _acl_rule(outputs: Properties) -> Part:
    direction = "egress" if outputs.get("egress") else "ingress"
    number = {"ruleNo": outputs.get("ruleNumber")}
    return tokens.NETWORK_ACL[0], outputs.get("networkAclId"), _filter(direction, number)


def _filter(listed: str, wanted: Properties) -> Callable[[Properties], None]:
    """Takes the elements that have all of `wanted` out of the list `listed`."""

    def remove(properties: Properties) -> None:
        properties[listed] = [
            element
            for element in properties.get(listed) or ()
            if any(element.get(name) != value for name, value in wanted.items())
        ]

    return remove


def _group_rule(direction: str) -> Callable[[Properties], Part]:
    """A rule of `aws.vpc`: one peer. AWS shows the peers of rules with the same ports as one."""

    def read(outputs: Properties) -> Part:
        group = outputs.get("securityGroupId", "")
        peers = {
            "cidrBlocks": _listed(outputs, "cidrIpv4"),
            "ipv6CidrBlocks": _listed(outputs, "cidrIpv6"),
            "prefixListIds": _listed(outputs, "prefixListId"),
            "securityGroups": _listed(outputs, "referencedSecurityGroupId"),
        }
        return (
            tokens.SECURITY_GROUP[0],
            group,
            _subtract(direction, group, outputs.get("ipProtocol"), outputs, peers),
        )

    return read


def _classic_rule(outputs: Properties) -> Part:
    """An `aws.ec2.SecurityGroupRule`: several peers."""
    group = outputs.get("securityGroupId", "")
    peers: dict[str, list[str]] = {
        "cidrBlocks": list(outputs.get("cidrBlocks") or ()),
        "ipv6CidrBlocks": list(outputs.get("ipv6CidrBlocks") or ()),
        "prefixListIds": list(outputs.get("prefixListIds") or ()),
        "securityGroups": _listed(outputs, "sourceSecurityGroupId") + [group] * bool(outputs.get("self")),
    }
    return (
        tokens.SECURITY_GROUP[0],
        group,
        _subtract(outputs.get("type", ""), group, outputs.get("protocol"), outputs, peers),
    )


def _subtract(
    direction: str, group: str, protocol: Any, ports: Properties, peers: Mapping[str, list[str]]
) -> Callable[[Properties], None]:
    wanted = _ports(protocol, ports)

    def remove(properties: Properties) -> None:
        rules = properties.get(direction) or ()
        properties[direction] = [
            _less(rule, group, peers) if _ports(rule.get("protocol"), rule) == wanted else rule
            for rule in rules
        ]

    return remove


def _less(rule: Properties, group: str, peers: Mapping[str, list[str]]) -> Properties:
    left = {
        name: [peer for peer in rule.get(name) or () if peer not in listed] for name, listed in peers.items()
    }
    return {**rule, **left, "self": bool(rule.get("self")) and group not in peers["securityGroups"]}


def _ports(protocol: Any, ports: Properties) -> tuple[str, Any, Any]:
    """What a rule is for; whatever ports one for all protocols names mean nothing."""
    if str(protocol) in ("-1", "all"):
        return "-1", None, None
    return str(protocol), ports.get("fromPort"), ports.get("toPort")


def _listed(outputs: Properties, name: str) -> list[str]:
    return [outputs[name]] if outputs.get(name) else []


_READERS: Final[Mapping[str, Callable[[Properties], Part]]] = {
    tokens.ROUTE[0]: _route,
    tokens.ROUTE_TABLE_ASSOCIATION[0]: _association,
    tokens.NETWORK_ACL_RULE[0]: _acl_rule,
    tokens.EGRESS_RULE[0]: _group_rule("egress"),
    tokens.INGRESS_RULE[0]: _group_rule("ingress"),
    tokens.SECURITY_GROUP_RULE[0]: _classic_rule,
}
"""The types that AWS shows as a part of something else."""
