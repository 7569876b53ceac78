"""What mends each kind of finding. Whether it helps is not said here: the proof is run again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from . import kinds
from .changes import Change, Mend, Situation, block_of_workload, reference, vpc_of_workload, with_properties
from .graph import Resource
from .groups import EGRESS, INGRESS, Peer
from .ranges import IPV4
from .references import exactly, members
from .values import ABSENT, UNKNOWN, Unknown, elements, get, items, known_items
from .verdict import Finding, Origin


def mended(situation: Situation, finding: Finding, way_out: Mend) -> Change | None:
    """What mends `finding`; `way_out`, which leads past it, where nothing does."""
    mend = _MENDS.get(finding.code)
    change = mend(situation, finding) if mend else None
    return change or way_out(situation, finding)


def _setting(text: str, **properties: Any) -> Mend:
    """A mend that sets properties of the resource at fault."""

    def mend(situation: Situation, finding: Finding) -> Change | None:
        resource = situation.graph.find(finding.resource)
        return (
            None if resource is None else with_properties(resource, text.format(resource.label), properties)
        )

    return mend


def _attach_gateway(situation: Situation, finding: Finding) -> Change | None:
    """Attach an internet gateway that is attached nowhere; to take another VPC's would cut that one off."""
    gateway = situation.graph.find(finding.resource)
    vpc = vpc_of_workload(situation.proof, situation.workload)
    if gateway is None or vpc is None or gateway.type not in kinds.INTERNET_GATEWAY:
        return None
    network = situation.proof.crossing.network
    if not network.is_free(gateway) or network.may_have_gateway(exactly(vpc)):
        return None
    value, dependencies = reference(vpc, "vpcId")
    text = f"attach internet gateway {gateway.label} to VPC {vpc.label}"
    return with_properties(gateway, text, {"vpcId": value}, dependencies)


def _drop_subnet(situation: Situation, finding: Finding) -> Change | None:
    """Leave a subnet out of an endpoint whose service its zone does not offer."""
    for endpoint in situation.proof.ses.endpoints.smtp:
        refs = situation.graph.refs(endpoint, elements(endpoint.get("subnetIds")), "subnetIds", kinds.SUBNET)
        named, _ = members(refs)
        dropped = next((subnet for subnet in named if subnet.key == finding.resource), None)
        kept = [subnet for subnet in named if subnet != dropped]
        if dropped and kept and len(named) == len(refs):
            text = f"leave subnet {dropped.label} out of the endpoint"
            listed = {"subnetIds": [subnet.id for subnet in kept]}
            return with_properties(
                endpoint, text, listed, {"subnetIds": tuple(subnet.key for subnet in kept)}
            )
    return None


def _open_group(situation: Situation, finding: Finding) -> Change | None:
    """Let the port out of the workload's own group, and into any other."""
    group = situation.graph.find(finding.resource)
    if group is None:
        return None
    outward = group in _own_groups(situation) and not _lets_out(situation, group)
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


def _own_groups(situation: Situation) -> set[Resource | None]:
    """The security groups that may be those of the workload."""
    crossing = situation.proof.crossing
    return {
        group
        for placement in situation.workload.placements
        for subnet in members(placement.subnets)[0]
        for ref in crossing.groups_or_default(placement.groups, crossing.network.vpc_of(subnet))
        for group, _ in crossing.groups.resolve(ref)
    }


def _lets_out(situation: Situation, group: Resource) -> bool:
    """Whether `group` lets the port out already: then what it lacks is a rule for the way in."""
    anywhere = Peer("any address", IPV4)
    admitted = situation.proof.crossing.groups.admit([exactly(group)], EGRESS, anywhere, situation.port, "")
    return not admitted.findings


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
        if any(get(entry, "ruleNo") in _BEYOND_ACLS for entry in listed):
            return None
        changed[direction] = [*entries, *listed]
    text = (
        f"allow TCP {situation.port} and replies (TCP 1024-65535) both ways, "
        f"first in network ACL {acl.label}{behind}"
    )
    return with_properties(acl, text, changed)


_BEYOND_ACLS: Final = (32767, 32768)
"""What the highest numbers of entries would become. Source: Amazon VPC User Guide, "Network ACL rules"."""


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
        rules = known_items(group.get("ruleGroup", "rulesSource", "statefulRules")) if group else ()
        if group is None or not rules:
            continue
        anyone = dict.fromkeys(("source", "sourcePort", "destination"), "ANY")
        header = {"protocol": "TCP", "direction": "FORWARD", "destinationPort": str(port), **anyone}
        rule = {"action": "PASS", "header": header, "ruleOptions": [{"keyword": "sid", "settings": ["1"]}]}
        body = group.get("ruleGroup")
        changed = {**body, "rulesSource": {**body["rulesSource"], "statefulRules": [rule, *rules]}}
        text = f"pass TCP {port} in the first rule of rule group {group.label}"
        return with_properties(group, text, {"ruleGroup": changed})
    return None


_MENDS: Final[Mapping[str, Mend]] = {
    "ENDPOINT_PRIVATE_DNS_OFF": _setting("turn on private DNS of VPC endpoint {}", privateDnsEnabled=True),
    "ENDPOINT_TYPE": _setting("make VPC endpoint {} one of type Interface", vpcEndpointType="Interface"),
    "VPC_DNS_SUPPORT_OFF": _setting("turn on DNS support of VPC {}", enableDnsSupport=True),
    "VPC_DNS_HOSTNAMES_OFF": _setting("turn on DNS hostnames of VPC {}", enableDnsHostnames=True),
    "NAT_GATEWAY_PRIVATE": _setting(
        "make NAT gateway {} public, with an Elastic IP address",
        connectivityType="public",
        allocationId=UNKNOWN,
    ),
    "NAT_GATEWAY_NO_ADDRESS": _setting("give NAT gateway {} an Elastic IP address", allocationId=UNKNOWN),
    "VPCE_SERVICE_NOT_INSTALLED_IN_AZ": _drop_subnet,
    "BAD_STATE_ATTACHMENT": _attach_gateway,
    "ENI_SG_RULES_MISMATCH": _open_group,
    "SG_HAS_NO_RULES": _open_group,
    "SUBNET_ACL_RESTRICTION": _open_acl,
    "FIREWALL_RULES_RESTRICTION": _pass_mail,
}
