"""What mends each kind of finding. Whether it helps is not said here: the proof is run again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from . import kinds
from .changes import Change, Mend, Situation, block_of_workload, reference, vpc_of_workload, with_properties
from .graph import Resource
from .groups import EGRESS, INGRESS
from .values import ABSENT, UNKNOWN, Unknown, elements, get, items
from .verdict import Finding, Origin


def mends_of(finding: Finding, way_out: Mend) -> Mend | None:
    """What mends `finding`: `way_out` where that is what is missing."""
    if finding.code in _NO_WAY_OUT:
        return way_out
    return _MENDS.get(finding.code)


def _setting(text: str, **properties: Any) -> Mend:
    """A mend that sets properties of the resource at fault."""

    def mend(situation: Situation, finding: Finding) -> Change | None:
        resource = situation.graph.find(finding.resource)
        return (
            None if resource is None else with_properties(resource, text.format(resource.label), properties)
        )

    return mend


def _attach_gateway(situation: Situation, finding: Finding) -> Change | None:
    gateway = situation.graph.find(finding.resource)
    vpc = vpc_of_workload(situation.proof, situation.workload)
    if gateway is None or vpc is None:
        return None
    value, dependencies = reference(vpc, "vpcId")
    change = with_properties(
        gateway, f"attach internet gateway {gateway.label} to VPC {vpc.label}", {"vpcId": value}
    )
    return replace(
        change, put=(replace(change.put[0], dependencies={**gateway.dependencies, **dependencies}),)
    )


def _drop_subnet(situation: Situation, finding: Finding) -> Change | None:
    """Leave a subnet out of an endpoint whose service its zone does not offer."""
    for endpoint in situation.proof.ses.endpoints.smtp:
        refs = situation.proof.ses.endpoints.subnets(endpoint)
        listed = items(endpoint.get("subnetIds"))
        if isinstance(listed, Unknown):
            continue
        kept = [
            value for value, ref in zip(listed, refs, strict=True) if not _names(ref.target, finding.resource)
        ]
        if kept and len(kept) < len(listed):
            return with_properties(
                endpoint,
                f"leave subnet {_label(situation, finding.resource)} out of the endpoint",
                {"subnetIds": kept},
            )
    return None


def _names(resource: Resource | None, key: str) -> bool:
    return resource is not None and resource.key == key


def _open_group(situation: Situation, finding: Finding) -> Change | None:
    """Let the port out of the workload's own group, and into any other."""
    group = situation.graph.find(finding.resource)
    if group is None:
        return None
    own = {
        found.key
        for placement in situation.workload.placements
        for ref in placement.groups
        for found, _ in situation.proof.crossing.groups.resolve(ref)
        if found is not None
    }
    outward = group.key in own
    port, block = situation.port, "0.0.0.0/0" if outward else block_of_workload(situation)
    text = f"let TCP {port} {'out of' if outward else 'into'} security group {group.label}"
    prop = EGRESS if outward else INGRESS
    if group.declared(prop) is not ABSENT and group.origin is Origin.PROGRAM:
        # The rules of a group that lists its rules inline belong into that list.
        listed = items(group.declared(prop))
        if isinstance(listed, Unknown):
            return None
        entry = {"protocol": "tcp", "fromPort": port, "toPort": port, "cidrBlocks": [block]}
        return with_properties(group, text, {prop: [*listed, entry]})
    value, dependencies = reference(group, "securityGroupId")
    rule = Resource(
        key=f"{group.key}#{'out' if outward else 'in'}-{port}",
        type=(kinds.EGRESS_RULE if outward else kinds.INGRESS_RULE)[0],
        name=f"TCP {port}",
        properties={
            "securityGroupId": value,
            "ipProtocol": "tcp",
            "fromPort": port,
            "toPort": port,
            "cidrIpv4": block,
        },
        dependencies=dependencies,
    )
    return Change(text, group.key, (rule,))


def _open_acl(situation: Situation, finding: Finding) -> Change | None:
    acl = situation.graph.find(finding.resource)
    if acl is None:
        return None
    ports = ((situation.port, situation.port), (1024, 65535))
    entries = [
        {
            "ruleNo": number,
            "action": "allow",
            "protocol": "tcp",
            "fromPort": first,
            "toPort": last,
            "cidrBlock": "0.0.0.0/0",
        }
        for number, (first, last) in enumerate(ports, 1)
    ]
    numbers = [entry["ruleNo"] for entry in entries]
    changed: dict[str, Any] = {}
    behind = ""
    for direction in (INGRESS, EGRESS):
        listed = items(acl.declared(direction))
        if isinstance(listed, Unknown):
            return None
        if any(get(entry, "ruleNo") in numbers for entry in listed):
            listed, behind = _moved_up(listed, len(entries)), ", the others' numbers two higher"
        changed[direction] = [*entries, *listed]
    text = (
        f"allow TCP {situation.port} and replies (TCP 1024-65535) both ways, "
        f"first in network ACL {acl.label}{behind}"
    )
    return with_properties(acl, text, changed)


def _moved_up(entries: Iterable[Any], by: int) -> tuple[Any, ...]:
    """ACL entries with higher numbers, so that others come first."""
    numbers = ((entry, get(entry, "ruleNo")) for entry in entries)
    return tuple(
        {**entry, "ruleNo": number + by} if isinstance(number, (int, float)) else entry
        for entry, number in numbers
    )


def _pass_mail(situation: Situation, finding: Finding) -> Change | None:
    """Pass the port before all other rules of a firewall policy's first group of standard rules."""
    policy = situation.graph.find(finding.resource)
    if policy is None:
        return None
    prop, port = "firewallPolicy", situation.port
    for entry in elements(policy.get(prop, "statefulRuleGroupReferences")):
        group = situation.graph.ref(policy, get(entry, "resourceArn"), prop, kinds.FIREWALL_RULE_GROUP).target
        rules = UNKNOWN if group is None else items(group.get("ruleGroup", "rulesSource", "statefulRules"))
        if group is None or isinstance(rules, Unknown) or not rules:
            continue
        anyone = dict.fromkeys(("source", "sourcePort", "destination"), "ANY")
        header = {"protocol": "TCP", "direction": "FORWARD", "destinationPort": str(port), **anyone}
        rule = {"action": "PASS", "header": header, "ruleOptions": [{"keyword": "sid", "settings": ["1"]}]}
        body = group.get("ruleGroup")
        changed = {**body, "rulesSource": {**body["rulesSource"], "statefulRules": [rule, *rules]}}
        text = f"pass TCP {port} in the first rule of rule group {group.label}"
        return with_properties(group, text, {"ruleGroup": changed})
    return None


def _label(situation: Situation, key: str) -> str:
    resource = situation.graph.find(key)
    return resource.label if resource else key


_NO_WAY_OUT: Final = frozenset(
    {
        "NO_ROUTE_TO_DESTINATION",
        "BAD_STATE_ROUTE",
        "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
        "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR",
        "PROTOCOL_RESTRICTION",
        "NAT_SUBNET_NOT_PUBLIC",
    }
)

_MENDS: Final[Mapping[str, Mend]] = {
    "ENDPOINT_PRIVATE_DNS_OFF": _setting("turn on private DNS of VPC endpoint {}", privateDnsEnabled=True),
    "ENDPOINT_TYPE": _setting("make VPC endpoint {} one of type Interface", vpcEndpointType="Interface"),
    "VPC_DNS_SUPPORT_OFF": _setting("turn on DNS support of VPC {}", enableDnsSupport=True),
    "VPC_DNS_HOSTNAMES_OFF": _setting("turn on DNS hostnames of VPC {}", enableDnsHostnames=True),
    "NAT_GATEWAY_PRIVATE": _setting(
        "make NAT gateway {} public", connectivityType="public", allocationId=UNKNOWN
    ),
    "NAT_GATEWAY_NO_ADDRESS": _setting("give NAT gateway {} an Elastic IP address", allocationId=UNKNOWN),
    "VPCE_SERVICE_NOT_INSTALLED_IN_AZ": _drop_subnet,
    "BAD_STATE_ATTACHMENT": _attach_gateway,
    "ENI_SG_RULES_MISMATCH": _open_group,
    "SG_HAS_NO_RULES": _open_group,
    "SUBNET_ACL_RESTRICTION": _open_acl,
    "FIREWALL_RULES_RESTRICTION": _pass_mail,
}
