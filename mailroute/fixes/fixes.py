"""What fixes each kind of finding. Whether it helps is not said here: the proof is run again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from reachability import ABSENT, UNKNOWN, Finding, Origin, Resource
from reachability.aws.security_group import Peer, SecurityGroup, admits
from reachability.graph import tokens
from reachability.graph.references import exactly, members
from reachability.packet import EGRESS, INGRESS
from reachability.ranges import IPV4
from reachability.values import Unknown, elements, get, items, known_items

from .changes import Change, Fix, Situation, block_of_workload, reference, vpc_of_workload, with_properties


def fixed(situation: Situation, finding: Finding, egress_fix: Fix) -> Change | None:
    """What fixes `finding`; `egress_fix`, which leads past it, where nothing does."""
    fix = _FIXES.get(finding.code)
    change = fix(situation, finding) if fix else None
    return change or egress_fix(situation, finding)


def _setting(text: str, **properties: Any) -> Fix:
    """A fix that sets properties of the resource at fault."""

    def fix(situation: Situation, finding: Finding) -> Change | None:
        resource = situation.graph.find(finding.resource)
        return (
            None if resource is None else with_properties(resource, text.format(resource.label), properties)
        )

    return fix


def _attach_gateway(situation: Situation, finding: Finding) -> Change | None:
    """Attach an internet gateway that is attached nowhere; to take another VPC's would cut that one off."""
    gateway = situation.graph.find(finding.resource)
    vpc = vpc_of_workload(situation.workload)
    if gateway is None or vpc is None or gateway.type not in tokens.INTERNET_GATEWAY:
        return None
    gateways = situation.proof.network.internet_gateways
    if not gateways.read(gateway).is_free or gateways.may_be_attached_to(exactly(vpc)):
        return None
    value, dependencies = reference(vpc.resource, "vpcId")
    text = f"attach internet gateway {gateway.label} to VPC {vpc.label}"
    return with_properties(gateway, text, {"vpcId": value}, dependencies)


def _drop_subnet(situation: Situation, finding: Finding) -> Change | None:
    """Leave a subnet out of an endpoint whose service its zone does not offer."""
    for smtp in situation.proof.network.vpc_endpoints.smtp:
        endpoint = smtp.resource
        refs = situation.graph.refs(endpoint, items(endpoint.get("subnetIds")), "subnetIds", tokens.SUBNET)
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
    own = _own_groups(situation).get(group.key)
    outward = own is not None and not _lets_out(own, situation.port)
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
        type=(tokens.EGRESS_RULE if outward else tokens.INGRESS_RULE)[0],
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


def _own_groups(situation: Situation) -> dict[str, SecurityGroup]:
    """The security groups that may be those of the workload, by key."""
    groups = situation.proof.network.security_groups
    return {
        group.key: group
        for placement in situation.workload.placements
        for subnet in members(placement.subnets)[0]
        for ref in groups.or_default(placement.groups, subnet.vpc)
        for group in ref.candidates
    }


def _lets_out(group: SecurityGroup, port: int) -> bool:
    """Whether `group` lets the port out already: then what it lacks is a rule for the way in."""
    return not admits([exactly(group)], EGRESS, Peer("any address", IPV4), port).findings


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
        group = situation.graph.ref(
            policy, get(entry, "resourceArn"), prop, tokens.FIREWALL_RULE_GROUP
        ).target
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


_FIXES: Final[Mapping[str, Fix]] = {
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
