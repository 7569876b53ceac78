"""AWS Network Firewall: the firewalls whose endpoints routes lead to, with their policies and rule groups.

Source: AWS Network Firewall API Reference, "DescribeFirewall" and the actions that it refers to.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from .actions import Action
from .api import Answers, Api
from .request import Request
from .shapes import Answer, Entry, entry, leads_to_endpoint, present, tags

_ACRONYM: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]+$")
_MANAGED_BY_AWS: Final = ":aws-managed:"
"""In the ARN of a rule group whose rules AWS does not show."""
_NAMED_BY_TEAMS: Final = frozenset({"RuleVariables", "ReferenceSets", "PolicyVariables"})
"""Where the keys are a team's own names: rules refer to these, and the proof does not resolve them."""


def read(api: Api, vpcs: Collection[str], answers: Answers) -> Answers:
    """The firewalls of `vpcs`, and those that have endpoints in them; no call where no route leads to one."""
    tables = answers.get(Action.ROUTE_TABLES, ())
    if not any(leads_to_endpoint(route) for table in tables for route in table.get("Routes") or ()):
        return {}
    found = dict(
        api.fetch([Request(Action.FIREWALLS, {"VpcIds": sorted(vpcs)}), Request(Action.FIREWALL_ENDPOINTS)])
    )
    arns = [item["VpcEndpointAssociationArn"] for item in found.get(Action.FIREWALL_ENDPOINTS, ())]
    found.update(api.fetch(_each(Action.FIREWALL_ENDPOINT, "VpcEndpointAssociationArn", arns)))
    owners = {item["FirewallArn"] for item in found.get(Action.FIREWALLS, ())}
    owners |= {item["VpcEndpointAssociation"]["FirewallArn"] for item in _endpoints_in(found, vpcs)}
    found.update(api.fetch(_each(Action.FIREWALL, "FirewallArn", owners)))
    policies = {item["Firewall"]["FirewallPolicyArn"] for item in found.get(Action.FIREWALL, ())}
    found.update(api.fetch(_each(Action.FIREWALL_POLICY, "FirewallPolicyArn", policies)))
    groups = {arn for item in found.get(Action.FIREWALL_POLICY, ()) for arn in _groups_of(item)}
    found.update(api.fetch(_each(Action.FIREWALL_RULE_GROUP, "RuleGroupArn", groups)))
    return found


def _each(action: Action, parameter: str, arns: Iterable[str]) -> Iterator[Request]:
    return (Request(action, {parameter: arn}) for arn in sorted(arns))


def _endpoints_in(answers: Answers, vpcs: Collection[str]) -> Iterator[Answer]:
    """The endpoints in `vpcs` of firewalls that may be elsewhere."""
    found = answers.get(Action.FIREWALL_ENDPOINT, ())
    return (item for item in found if item["VpcEndpointAssociation"]["VpcId"] in vpcs)


def _groups_of(policy: Answer) -> Iterator[str]:
    document = policy["FirewallPolicy"]
    for kind in ("StatelessRuleGroupReferences", "StatefulRuleGroupReferences"):
        for reference in document.get(kind) or ():
            if _MANAGED_BY_AWS not in reference["ResourceArn"]:
                yield reference["ResourceArn"]


def resources(answers: Answers, vpcs: Collection[str]) -> Iterator[Entry]:
    """What `read` found."""
    yield from map(firewall, answers.get(Action.FIREWALL, ()))
    yield from map(policy, answers.get(Action.FIREWALL_POLICY, ()))
    # A group of another kind shows its rules elsewhere: it is left out, since it may do anything.
    groups = (item for item in answers.get(Action.FIREWALL_RULE_GROUP, ()) if "RuleGroup" in item)
    yield from map(rule_group, groups)
    yield from map(endpoint, _endpoints_in(answers, vpcs))


def firewall(item: Answer) -> Entry:
    shown = item["Firewall"]
    states = item.get("FirewallStatus", {}).get("SyncStates") or {}
    return entry(
        "aws:networkfirewall/firewall:Firewall",
        shown["FirewallArn"],
        arn=shown["FirewallArn"],
        name=shown["FirewallName"],
        vpcId=shown.get("VpcId"),
        firewallPolicyArn=shown["FirewallPolicyArn"],
        subnetMappings=[{"subnetId": mapping["SubnetId"]} for mapping in shown.get("SubnetMappings") or ()],
        firewallStatuses=[{"syncStates": _states(states)}],
        tags=tags(shown),
    )


def endpoint(item: Answer) -> Entry:
    shown = item["VpcEndpointAssociation"]
    states = item.get("VpcEndpointAssociationStatus", {}).get("AssociationSyncState") or {}
    return entry(
        "aws:networkfirewall/vpcEndpointAssociation:VpcEndpointAssociation",
        shown["VpcEndpointAssociationArn"],
        vpcEndpointAssociationArn=shown["VpcEndpointAssociationArn"],
        firewallArn=shown["FirewallArn"],
        vpcId=shown["VpcId"],
        subnetMapping={"subnetId": shown["SubnetMapping"]["SubnetId"]},
        vpcEndpointAssociationStatuses=[{"associationSyncStates": _states(states)}],
        tags=tags(shown),
    )


def _states(states: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """The endpoints that a firewall has in each zone."""
    return [
        {
            "availabilityZone": zone,
            "attachments": [
                present(
                    endpointId=state["Attachment"]["EndpointId"], subnetId=state["Attachment"].get("SubnetId")
                )
            ],
        }
        for zone, state in sorted(states.items())
        if state.get("Attachment", {}).get("EndpointId")
    ]


def policy(item: Answer) -> Entry:
    shown = item["FirewallPolicyResponse"]
    return entry(
        "aws:networkfirewall/firewallPolicy:FirewallPolicy",
        shown["FirewallPolicyArn"],
        arn=shown["FirewallPolicyArn"],
        name=shown["FirewallPolicyName"],
        firewallPolicy=_in_pulumi(item["FirewallPolicy"]),
        tags=tags(shown),
    )


def rule_group(item: Answer) -> Entry:
    shown = item["RuleGroupResponse"]
    return entry(
        "aws:networkfirewall/ruleGroup:RuleGroup",
        shown["RuleGroupArn"],
        arn=shown["RuleGroupArn"],
        name=shown["RuleGroupName"],
        type=shown.get("Type"),
        ruleGroup=_in_pulumi(item["RuleGroup"]),
        tags=tags(shown),
    )


def _in_pulumi(document: Any) -> Any:
    """A document of AWS's with its keys as Pulumi writes them: `TCPFlags` becomes `tcpFlags`."""
    if isinstance(document, Mapping):
        return {
            _camel_case(key): _in_pulumi(value)
            for key, value in document.items()
            if key not in _NAMED_BY_TEAMS
        }
    return [_in_pulumi(value) for value in document] if isinstance(document, list) else document


def _camel_case(key: str) -> str:
    words = _ACRONYM.sub(lambda found: found[0].capitalize(), key)
    return words[0].lower() + words[1:]
