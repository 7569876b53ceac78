"""Which resources of a program set one thing in AWS: such programs are wrong whatever becomes of the path."""

from __future__ import annotations

from typing import Final

from .code import Code

CONFLICTING_RESOURCES = Code(
    "CONFLICTING_RESOURCES",
    'Amazon EC2 API Reference, "AssociateRouteTable", "ReplaceRouteTableAssociation", "CreateRoute", '
    '"CreateVpcEndpoint", "ReplaceNetworkAclAssociation", "CreateNetworkAclEntry", "AttachInternetGateway", '
    '"CreateSecurityGroup", "AssociateVpcCidrBlock", "AssociateTransitGatewayRouteTable", '
    '"CreateTransitGatewayRoute" and "CreateTransitGatewayVpcAttachment"; Amazon Route 53 API Reference, '
    '"ChangeResourceRecordSets"; Pulumi Registry, '
    '"aws.ec2.SecurityGroup", "aws.ec2.DefaultRouteTable", "aws.ec2.DefaultSecurityGroup" and '
    '"aws.ec2.DefaultNetworkAcl"',
)
_REMOVE: Final = "remove one of the two"
_OWN_NUMBER: Final = "give each entry a number of its own"
TABLES_OF_SUBNET = CONFLICTING_RESOURCES.warning(
    "{first} and {second} both associate subnet {subject.label} with a route table, and AWS refuses the "
    "second",
    _REMOVE,
)
TABLE_HELD = CONFLICTING_RESOURCES.warning(
    "{association} associates subnet {subject.label} with a route table, and AWS refuses that while the "
    "subnet is associated with {table}",
    "put the route into {table}, or take over its association (pulumi import)",
)
MAIN_TABLES = CONFLICTING_RESOURCES.warning(
    "{first} and {second} both set the main route table of VPC {subject.label}, and the later one counts",
    _REMOVE,
)
ACLS_OF_SUBNET = CONFLICTING_RESOURCES.warning(
    "{first} and {second} both set the network ACL of subnet {subject.label}, and the later one counts",
    _REMOVE,
)
ROUTES = CONFLICTING_RESOURCES.warning(
    "{first} and {second} both declare the route of {subject.label} to {destination}, and AWS refuses the "
    "second",
    _REMOVE,
)
ROUTE_HELD = CONFLICTING_RESOURCES.warning(
    "{route} declares a route of {subject.label} to {destination}, and AWS refuses that while the table has "
    "one",
    "give {route} another table, or take over the route that is there (pulumi import)",
)
PRIVATE_NAMES = CONFLICTING_RESOURCES.warning(
    "{first} and {second} both have private DNS for {service} in VPC {subject.label}, and AWS refuses the "
    "second",
    "remove one of the two, or set its private_dns_enabled=False",
)
ZONE_OF_ENDPOINT = CONFLICTING_RESOURCES.warning(
    "VPC endpoint {endpoint.name} with private DNS and private hosted zone {zone.name} are both for {name} "
    "in VPC {subject.label}, and AWS refuses the second",
    "set private_dns_enabled=False on the endpoint, or take the zone off the VPC",
)
INLINE_AND_SEPARATE = CONFLICTING_RESOURCES.warning(
    "route table {subject.label} lists routes of its own, and the next update of it removes route {route}, "
    "which is declared beside it",
    "list all routes in the table, or declare each by itself",
)
RULES_INLINE_AND_SEPARATE = CONFLICTING_RESOURCES.warning(
    "security group {subject.label} lists {direction} rules of its own, and the next update of it removes "
    "rule {rule}, which is declared beside it",
    "list all rules in the group, or declare each by itself",
)
ACL_ENTRIES = CONFLICTING_RESOURCES.warning(
    "{first} and {second} both declare {direction} entry {number} of network ACL {subject.label}, and AWS "
    "refuses the second",
    _OWN_NUMBER,
)
LISTED_TWICE = CONFLICTING_RESOURCES.warning(
    "network ACL {subject.label} lists {direction} entry {number} more than once, and AWS refuses the second",
    _OWN_NUMBER,
)
ADOPTIONS = CONFLICTING_RESOURCES.warning(
    "{first} and {second} adopt the same resource of AWS, and the later one removes what the other put in",
    _REMOVE,
)
ADOPTED_AFTER = CONFLICTING_RESOURCES.warning(
    "{part} is made before {adoption}, which removes what is there when it adopts a resource of AWS",
    "declare it in {adoption}, or make it after that (depends_on)",
)
ADOPTED_LATER = CONFLICTING_RESOURCES.warning(
    "{part} may be made before {adoption}, which removes what is there when it adopts a resource of AWS",
    "declare it in {adoption}, or make it after that (depends_on)",
)
RECORD_REPLACED = CONFLICTING_RESOURCES.warning(
    "record {subject.name} and {other} are both the {name} record set, and the later one replaces the other",
    _REMOVE,
)
_BOTH: Final = "{first} and {second} both {what}, and AWS refuses the second"
ONE_REFUSED = CONFLICTING_RESOURCES.undetermined(_BOTH, _REMOVE)
SECOND_REFUSED = CONFLICTING_RESOURCES.unreachable(f"{_BOTH}, which is made after the first", _REMOVE)
OTHER_REFUSED = CONFLICTING_RESOURCES.warning(f"{_BOTH}, which is made after the first", _REMOVE)
