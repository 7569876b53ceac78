"""What security groups, network ACLs, firewalls and encryption controls stop."""

from __future__ import annotations

from typing import Final

from .code import Code
from .routing import GIVE_EVIDENCE

# Security groups -----------------------------------------------------------------------------------

_RULE_OUT: Final = "add an egress rule for TCP {port} to {name} to security group {groups}"
_RULE_IN: Final = "add an ingress rule for TCP {port} from {name} to security group {groups}"

ENI_SG_RULES_MISMATCH = Code("ENI_SG_RULES_MISMATCH", 'Amazon VPC User Guide, "Security group rules"')
SG_HAS_NO_RULES = Code("SG_HAS_NO_RULES", 'Amazon VPC User Guide, "Security group rules"')
SG_RULE_REFUSED = Code("SG_RULE_REFUSED", 'Pulumi Registry, "aws.ec2.SecurityGroup", fromPort and toPort')
PORTS_OF_ALL_PROTOCOLS = SG_RULE_REFUSED.unreachable(
    "the provider refuses the {direction} rule of security group {subject.label} that has ports and is for "
    "all protocols, and leaves the group without rules",
    "set from_port and to_port to 0, or name the protocol",
)
SG_RULES_UNKNOWN = Code("SG_RULES_UNKNOWN", 'Amazon VPC User Guide, "Security group rules"')
NO_RULE_OUT = ENI_SG_RULES_MISMATCH.unreachable(
    "no egress rule of security group {groups} lets TCP {port} to {name} through", _RULE_OUT
)
NO_RULE_IN = ENI_SG_RULES_MISMATCH.unreachable(
    "no ingress rule of security group {groups} lets TCP {port} from {name} through", _RULE_IN
)
A_PART_OUT = ENI_SG_RULES_MISMATCH.undetermined(
    "security group {groups} lets TCP {port} to only a part of {name} through, not {gap}",
    f"{_RULE_OUT}, or where its rules name all the blocks of {{name}}, give these in the option addresses of "
    "the pack's config",
)
A_PART_IN = ENI_SG_RULES_MISMATCH.undetermined(
    "security group {groups} lets TCP {port} from only a part of {name} through, not {gap}", _RULE_IN
)
NO_GROUP_OUT = SG_HAS_NO_RULES.unreachable(
    "no egress rule of security group {groups} lets TCP {port} to {name} through", _RULE_OUT
)
NO_GROUP_IN = SG_HAS_NO_RULES.unreachable(
    "no ingress rule of security group {groups} lets TCP {port} from {name} through", _RULE_IN
)
MAYBE_NO_RULE_OUT = SG_RULES_UNKNOWN.undetermined(
    "it cannot be known whether security group {groups} lets TCP {port} to {name} through", _RULE_OUT
)
MAYBE_NO_RULE_IN = SG_RULES_UNKNOWN.undetermined(
    "it cannot be known whether security group {groups} lets TCP {port} from {name} through", _RULE_IN
)
_CLIENTS_IN: Final = "let the clients' security group in on one of the ports {ports}"
NOBODY_IN = ENI_SG_RULES_MISMATCH.unreachable(
    "no security group of {subject.label} lets anybody in on a port that SES offers", _CLIENTS_IN
)
MAYBE_NOBODY_IN = SG_RULES_UNKNOWN.undetermined(
    "it cannot be known whether the security groups of {subject.label} let anybody in", _CLIENTS_IN
)

SECURITY_GROUP_OF_OTHER_VPC = Code(
    "SECURITY_GROUP_OF_OTHER_VPC",
    'Amazon VPC User Guide, "Associate security groups with multiple VPCs"',
)
_GROUP_OF_OWN_VPC: Final = "give {owner.label} a security group of its own VPC"
GROUP_OF_OTHER_VPC = SECURITY_GROUP_OF_OTHER_VPC.unreachable(
    "{owner.label} is in VPC {vpc}, and its security group {subject.label} in {other}", _GROUP_OF_OWN_VPC
)
GROUP_MAYBE_OF_OTHER_VPC = SECURITY_GROUP_OF_OTHER_VPC.undetermined(
    "{owner.label} is in VPC {vpc}, and its security group {subject.label} in {other}, and may not be "
    "associated "
    "with the former",
    _GROUP_OF_OWN_VPC,
)

# Network ACLs --------------------------------------------------------------------------------------

SUBNET_ACL_RESTRICTION = Code(
    "SUBNET_ACL_RESTRICTION", 'Amazon VPC User Guide, "Network ACL rules" and "Ephemeral ports"'
)
_ENTRIES: Final = "allow TCP {ports} {way} {peer} in the {direction} entries of {subject.label}"
ACL_DENIES = SUBNET_ACL_RESTRICTION.unreachable(
    "network ACL {subject.label} of subnet {subnet.label} denies {direction}: {what} {way} {peer}", _ENTRIES
)
ACL_DENIES_A_PART = SUBNET_ACL_RESTRICTION.undetermined(
    "network ACL {subject.label} of subnet {subnet.label} may deny a part of {direction}: {what} {way} "
    "{peer}",
    _ENTRIES,
)
NETWORK_ACL_OF_OTHER_VPC = Code(
    "NETWORK_ACL_OF_OTHER_VPC", 'Amazon EC2 API Reference, "ReplaceNetworkAclAssociation"'
)
ACL_OF_OTHER_VPC = NETWORK_ACL_OF_OTHER_VPC.unreachable(
    "subnet {subnet.label} is in VPC {vpc}, and its network ACL {subject.label} in {other}: AWS refuses the "
    "association",
    "give the subnet a network ACL of its own VPC",
)
ACL_NOT_READ = Code(
    "ACL_NOT_READ", 'Amazon VPC User Guide, "Control subnet traffic with network access control lists"'
)
UNREAD_ACL = ACL_NOT_READ.undetermined(
    "the network ACL of subnet {subject.label} is not known",
    f"{GIVE_EVIDENCE}, or declare the ACL in the program",
)

# Firewalls and appliances --------------------------------------------------------------------------

FIREWALL_RULES_RESTRICTION = Code(
    "FIREWALL_RULES_RESTRICTION",
    'AWS Network Firewall Developer Guide, "How AWS Network Firewall filters network traffic"',
)
_LET_MAIL_THROUGH: Final = "pass TCP to the mail host's port in a stateful rule group of the policy"
FIREWALL_DROPS = FIREWALL_RULES_RESTRICTION.unreachable(
    "firewall policy {subject.label} drops {what}: {reason}", _LET_MAIL_THROUGH
)
FIREWALL_MAY_DROP = FIREWALL_RULES_RESTRICTION.undetermined(
    "firewall policy {subject.label} may drop {what}, or a part of it: {reason}", _LET_MAIL_THROUGH
)
FIREWALL_FORWARDS_ASYMMETRICALLY = Code(
    "FIREWALL_FORWARDS_ASYMMETRICALLY",
    'AWS Network Firewall Developer Guide, "Firewall policy settings in AWS Network Firewall"',
)
ONE_DIRECTION_FORWARDED = FIREWALL_FORWARDS_ASYMMETRICALLY.undetermined(
    "firewall policy {subject.label} may not forward {what} and the replies alike, so that the stateful "
    "rules "
    "see one direction of the connection alone",
    "pass or forward both directions in the stateless rules",
)
FIREWALL_TLS_INSPECTION = Code(
    "FIREWALL_TLS_INSPECTION", 'AWS Network Firewall Developer Guide, "Inspecting SSL/TLS traffic"'
)
TLS_INSPECTED = FIREWALL_TLS_INSPECTION.undetermined(
    "firewall policy {subject.label} decrypts TLS, and what that does to mail is not known",
    "leave the mail host out of TLS inspection, and accept this as an exception",
)
FIREWALL_POLICY_NOT_READ = Code(
    "FIREWALL_POLICY_NOT_READ",
    'AWS Network Firewall Developer Guide, "Firewall policies in AWS Network Firewall"',
)
UNREAD_FIREWALL_POLICY = FIREWALL_POLICY_NOT_READ.undetermined(
    "the policy of firewall {subject.label} ({place}) is neither in the program nor in the evidence",
    f"{GIVE_EVIDENCE}, or create the policy in the program",
)
APPLIANCE_NOT_KNOWN = Code(
    "APPLIANCE_NOT_KNOWN",
    'AWS PrivateLink Guide, "Access an inspection system using a Gateway Load Balancer endpoint"',
)
UNKNOWN_APPLIANCE = APPLIANCE_NOT_KNOWN.undetermined(
    "what the appliances behind VPC endpoint {subject.label} do with TCP {port} to {name} is their own "
    "configuration, which AWS does not show",
    "make sure of it, and accept it as an exception",
)

# Encryption ----------------------------------------------------------------------------------------

VPC_ENCRYPTION_ENFORCED = Code(
    "VPC_ENCRYPTION_ENFORCED", 'Amazon VPC User Guide, "Enforce VPC encryption in transit"'
)
ENCRYPTION_MAYBE_ENFORCED = VPC_ENCRYPTION_ENFORCED.undetermined(
    "VPC Encryption Control {subject.label} enforces encryption in VPC {vpc.label}, or may, and what that "
    "does "
    "to the path of mail is not known",
    'set mode="monitor"',
)
