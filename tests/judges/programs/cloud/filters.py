"""Security groups and network ACLs: what AWS makes of their creation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.judges import topologies as t
from tests.judges.programs import types as kinds
from tests.judges.programs.cloud.account import Cloud, Created, Creation, refuse
from tests.judges.topologies import Properties


def group(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    """Source: provider, `aws.ec2.SecurityGroup`: AWS's own rule that allows all egress is removed."""
    cloud.get(t.VPC, inputs["vpcId"], inputs)
    key = f"sg-{name}"
    cloud.put(t.GROUP, key, inputs, vpcId=inputs["vpcId"], name=name, ingress=[], egress=[])
    return key, _add_rules(cloud, key, inputs)


def default_group(cloud: Cloud, _name: str, inputs: Mapping[str, Any]) -> Created:
    """Source: provider, `aws.ec2.DefaultSecurityGroup`: all rules that are in the group are removed."""
    key = cloud.get(t.VPC, inputs["vpcId"], inputs)["defaultSecurityGroupId"]
    cloud.held[key][1].update(ingress=[], egress=[])
    return key, {**_add_rules(cloud, key, inputs), "name": "default"}


def _add_rules(cloud: Cloud, key: str, inputs: Mapping[str, Any]) -> Properties:
    for direction in ("ingress", "egress"):
        for rule in inputs.get(direction) or ():
            _add_rule(cloud, key, direction, rule, inputs)
    return {direction: inputs.get(direction) or [] for direction in ("ingress", "egress")}


def _add_rule(
    cloud: Cloud, key: str, direction: str, rule: Mapping[str, Any], inputs: Mapping[str, Any]
) -> None:
    """Source: EC2, "AuthorizeSecurityGroupEgress": each rule once."""
    group = cloud.get(t.GROUP, key, inputs)
    for peer in rule.get("securityGroups") or ():
        if cloud.get(t.GROUP, peer, inputs)["vpcId"] != group["vpcId"]:
            refuse(f"{peer} is not in the VPC of {key}")
    if any(_peers(rule) & _peers(other) for other in group[direction]):
        refuse(f"{key} has the rule")
    group[direction].append(dict(rule))


def group_rule(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    rule = {each: inputs[each] for each in ("protocol", "fromPort", "toPort")}
    rule |= {each: inputs[each] for each in ("cidrBlocks", "self") if inputs.get(each)}
    if inputs.get("sourceSecurityGroupId"):
        rule["securityGroups"] = [inputs["sourceSecurityGroupId"]]
    _add_rule(cloud, inputs["securityGroupId"], inputs["type"], rule, inputs)
    return f"sgrule-{name}", {}


def acl(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    cloud.get(t.VPC, inputs["vpcId"], inputs)
    key = f"acl-{name}"
    cloud.put(t.ACL, key, inputs, vpcId=inputs["vpcId"], subnetIds=[], ingress=[], egress=[])
    return key, _fill_acl(cloud, key, inputs)


def default_acl(cloud: Cloud, _name: str, inputs: Mapping[str, Any]) -> Created:
    """Source: provider, `aws.ec2.DefaultNetworkAcl`: all entries that are in the ACL are removed."""
    key = inputs["defaultNetworkAclId"]
    acl = cloud.get(t.ACL, key, inputs)
    acl.update(ingress=[], egress=[])
    return key, {**_fill_acl(cloud, key, inputs), "vpcId": acl["vpcId"]}


def _fill_acl(cloud: Cloud, key: str, inputs: Mapping[str, Any]) -> Properties:
    for direction in ("ingress", "egress"):
        for entry in inputs.get(direction) or ():
            _add_entry(cloud, key, direction, entry, inputs)
    for subnet in inputs.get("subnetIds") or ():
        _give_acl(cloud, key, subnet, inputs)
    names = ("ingress", "egress", "subnetIds")
    return {each: inputs.get(each) or [] for each in names}


def _add_entry(
    cloud: Cloud, key: str, direction: str, entry: Mapping[str, Any], inputs: Mapping[str, Any]
) -> None:
    """Source: EC2, "CreateNetworkAclEntry": each number once in a direction."""
    entries = cloud.get(t.ACL, key, inputs)[direction]
    if any(other["ruleNo"] == entry["ruleNo"] for other in entries):
        refuse(f"{key} has an entry {entry['ruleNo']}")
    entries.append(dict(entry))


def _give_acl(cloud: Cloud, key: str, subnet: str, inputs: Mapping[str, Any]) -> None:
    """Source: EC2, "ReplaceNetworkAclAssociation": a subnet has one ACL, the last that it is given."""
    acl = cloud.get(t.ACL, key, inputs)
    if cloud.get(t.SUBNET, subnet, inputs)["vpcId"] != acl["vpcId"]:
        refuse(f"{subnet} is not in the VPC of {key}")
    for _, other in cloud.all(t.ACL):
        other["subnetIds"] = [each for each in other["subnetIds"] if each != subnet]
    acl["subnetIds"].append(subnet)


def acl_association(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    _give_acl(cloud, inputs["networkAclId"], inputs["subnetId"], inputs)
    return f"aclassoc-{name}", {}


def acl_rule(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    names = {"ruleNumber": "ruleNo", "ruleAction": "action"}
    kept = ("ruleNumber", "ruleAction", "protocol", "fromPort", "toPort", "cidrBlock")
    entry = {names.get(each, each): inputs[each] for each in kept}
    direction = "egress" if inputs.get("egress") else "ingress"
    _add_entry(cloud, inputs["networkAclId"], direction, entry, inputs)
    return f"nacl-{name}", {}


def _peers(rule: Mapping[str, Any]) -> set[tuple[Any, ...]]:
    """The rules as EC2 keeps them: one for each peer."""
    ports = (rule["protocol"], rule["fromPort"], rule["toPort"])
    peers = [*(rule.get("cidrBlocks") or ()), *(rule.get("securityGroups") or ())]
    return {(*ports, peer) for peer in [*peers, *(["self"] if rule.get("self") else ())]}


CREATIONS: Final[Mapping[str, Creation]] = {
    t.GROUP: group,
    kinds.DEFAULT_GROUP: default_group,
    kinds.GROUP_RULE: group_rule,
    t.ACL: acl,
    kinds.DEFAULT_ACL: default_acl,
    kinds.ACL_ASSOCIATION: acl_association,
    kinds.ACL_RULE: acl_rule,
}
