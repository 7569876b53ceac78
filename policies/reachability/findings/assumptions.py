"""What a verdict rests on that a plan cannot show, and evidence does not show: see `verdict.Assumption`."""

from __future__ import annotations

from typing import Final

from .code import Code

_SNAPSHOT: Final = "give the account's evidence (mailroute snapshot)"

VPC_BLOCK_PUBLIC_ACCESS_OFF = Code(
    "VPC_BLOCK_PUBLIC_ACCESS_OFF", 'Amazon VPC User Guide, "Block public access to VPCs and subnets"'
)
PUBLIC_ACCESS_NOT_BLOCKED = VPC_BLOCK_PUBLIC_ACCESS_OFF.assumption(
    "VPC Block Public Access is off in {place}", _SNAPSHOT
)

QUOTAS_SUFFICIENT = Code("QUOTAS_SUFFICIENT", 'Amazon VPC User Guide, "Amazon VPC quotas"')
ROOM_IN_QUOTAS = QUOTAS_SUFFICIENT.assumption(
    "the quotas of {place} leave room for the VPCs, NAT gateways and addresses that the program creates",
    "see Service Quotas: by default 5 VPCs and 5 Elastic IP addresses in a region, 5 NAT gateways in a zone",
)

ZONE_OFFERS_SERVICE = Code(
    "ZONE_OFFERS_SERVICE",
    'Amazon VPC User Guide, "Troubleshoot NAT gateways"; AWS App Runner Developer Guide, "Enabling VPC '
    'access for outgoing traffic"; AWS Lambda Developer Guide, "Giving Lambda functions access to '
    'resources in an Amazon VPC"',
)
ZONE_TAKES = ZONE_OFFERS_SERVICE.assumption(
    "AWS places {what} in the zones of their subnets",
    "name zones that have some already, or give the account's evidence, which tells the ids of its zones",
)

ELASTIC_IP_FREE = Code("ELASTIC_IP_FREE", 'Amazon EC2 API Reference, "CreateNatGateway"')
ADDRESS_IS_FREE = ELASTIC_IP_FREE.assumption(
    "Elastic IP address {address}, which NAT gateway {subject.label} names, exists and is associated with "
    "nothing else",
    "see `aws ec2 describe-addresses`: it has no AssociationId; or create the aws.ec2.Eip in the program",
)

VPC_BLOCK_PRIVATE = Code("VPC_BLOCK_PRIVATE", 'Amazon VPC User Guide, "VPC CIDR blocks"')
PRIVATE_BLOCK = VPC_BLOCK_PRIVATE.assumption(
    "VPC {subject.label}, whose block is not known yet, has private addresses alone",
    "set cidr_block on the VPC, or see that the IPAM pool holds private addresses",
)

NAT_INSTANCE_FORWARDS = Code("NAT_INSTANCE_FORWARDS", 'Amazon VPC User Guide, "NAT instances"')
INSTANCE_FORWARDS = NAT_INSTANCE_FORWARDS.assumption(
    "what runs on {subject.label} forwards and translates packets, and is running",
    "see how its image or user data sets NAT up, or use a NAT gateway",
)

DEFAULT_VPC_AS_CREATED = Code("DEFAULT_VPC_AS_CREATED", 'Amazon VPC User Guide, "Default VPC components"')
AS_CREATED = DEFAULT_VPC_AS_CREATED.assumption(
    "the default VPC of {place} is as AWS creates it: each subnet has a route to its internet gateway, and "
    "there is neither a NAT gateway nor an endpoint",
    _SNAPSHOT,
)
