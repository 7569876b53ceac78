"""What every answer of AWS's has: an answer that lacks it comes from elsewhere, or is incomplete.

Sources: the API references of the services, "Data Types", and their examples; Amazon EC2 API Reference,
"DescribeVpcEndpoints".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from .actions import Action
from .shapes import Answer


def _each(parent: str, *fields: str) -> tuple[str, ...]:
    return tuple(f"{parent}.{name}" for name in fields)


_SUBNET_BLOCKS: Final = _each(
    "Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock", "Ipv6CidrBlockState", "Ipv6CidrBlockState.State"
)
_PERMISSION: Final = (
    "IpProtocol",
    "IpRanges",
    "IpRanges.CidrIp",
    "Ipv6Ranges.CidrIpv6",
    "PrefixListIds.PrefixListId",
    "UserIdGroupPairs",
    "UserIdGroupPairs.GroupId",
)
_ATTACHMENTS: Final = ("Attachments", *_each("Attachments", "VpcId", "State"))
_ENVIRONMENT: Final = ("environment.name", "secrets.name", "secrets.valueFrom")

FIELDS: Final[Mapping[Action, tuple[str, ...]]] = {
    Action.VPCS: (
        "VpcId",
        "CidrBlock",
        *_each(
            "CidrBlockAssociationSet", "CidrBlock", "CidrBlockState", "CidrBlockState.State", "AssociationId"
        ),
        *_SUBNET_BLOCKS,
        "Ipv6CidrBlockAssociationSet.AssociationId",
    ),
    Action.VPC_ATTRIBUTE: ("VpcId", "EnableDnsSupport.Value", "EnableDnsHostnames.Value"),
    Action.SUBNETS: ("SubnetId", "VpcId", "AvailabilityZone", *_SUBNET_BLOCKS),
    Action.ROUTE_TABLES: ("RouteTableId", "VpcId", "Routes", "Associations"),
    Action.INTERNET_GATEWAYS: ("InternetGatewayId", *_ATTACHMENTS),
    Action.EGRESS_ONLY_GATEWAYS: ("EgressOnlyInternetGatewayId", *_ATTACHMENTS),
    Action.NAT_GATEWAYS: ("NatGatewayId", "VpcId", "State", "NatGatewayAddresses"),
    Action.ADDRESSES: ("AllocationId",),
    Action.VPC_ENDPOINTS: ("VpcEndpointId", "VpcId", "VpcEndpointType", "State", "Groups.GroupId"),
    Action.ENDPOINT_SERVICES: ("ServiceName", "ServiceType", "ServiceType.ServiceType", "AvailabilityZones"),
    Action.SECURITY_GROUPS: (
        "GroupId",
        "VpcId",
        "IpPermissions",
        *_each("IpPermissions", *_PERMISSION),
        "IpPermissionsEgress",
        *_each("IpPermissionsEgress", *_PERMISSION),
    ),
    Action.NETWORK_ACLS: (
        "NetworkAclId",
        "VpcId",
        "Entries",
        *_each("Entries", "RuleNumber", "Egress", "RuleAction", "Protocol"),
        "Associations",
        "Associations.SubnetId",
    ),
    Action.DHCP_OPTIONS: (
        "DhcpOptionsId",
        "DhcpConfigurations",
        *_each("DhcpConfigurations", "Key", "Values", "Values.Value"),
    ),
    Action.PEERING_CONNECTIONS: (
        "VpcPeeringConnectionId",
        "RequesterVpcInfo",
        "RequesterVpcInfo.VpcId",
        "AccepterVpcInfo",
        "AccepterVpcInfo.VpcId",
        "Status",
        "Status.Code",
    ),
    Action.PREFIX_LISTS: ("PrefixListId",),
    Action.PREFIX_LIST_ENTRIES: ("Cidr",),
    Action.AVAILABILITY_ZONES: ("ZoneName", "ZoneId"),
    Action.PUBLIC_ACCESS: ("AwsRegion", "InternetGatewayBlockMode"),
    Action.PUBLIC_ACCESS_EXCLUSIONS: ("ExclusionId", "ResourceArn", "InternetGatewayExclusionMode", "State"),
    Action.HOSTED_ZONES: ("Id", "Name"),
    Action.PRIVATE_ZONES: ("HostedZoneId", "Name"),
    Action.ZONE_RECORDS: ("Name", "Type", "ResourceRecords.Value", "AliasTarget.DNSName"),
    Action.RESOLVER_RULE_ASSOCIATIONS: ("Id", "ResolverRuleId", "VPCId"),
    Action.RESOLVER_RULES: ("Id", "RuleType"),
    Action.RESOLVER_FIREWALLS: ("Id", "VpcId"),
    Action.PROFILES: ("Id", "ResourceId"),
    Action.TRANSIT_GATEWAYS: ("TransitGatewayId", "OwnerId", "State"),
    Action.TRANSIT_ATTACHMENTS: ("TransitGatewayAttachmentId", "TransitGatewayId", "VpcId", "State"),
    Action.TRANSIT_TABLES: ("TransitGatewayRouteTableId", "TransitGatewayId", "State"),
    Action.TRANSIT_ASSOCIATIONS: ("TransitGatewayAttachmentId", "State"),
    Action.TRANSIT_PROPAGATIONS: ("TransitGatewayAttachmentId", "State"),
    Action.TRANSIT_ROUTES: ("Type", "State", "TransitGatewayAttachments.TransitGatewayAttachmentId"),
    Action.FIREWALLS: ("FirewallArn",),
    Action.FIREWALL: (
        "Firewall",
        *_each("Firewall", "FirewallArn", "FirewallName", "FirewallPolicyArn", "SubnetMappings.SubnetId"),
    ),
    Action.FIREWALL_ENDPOINTS: ("VpcEndpointAssociationArn",),
    Action.FIREWALL_ENDPOINT: (
        "VpcEndpointAssociation",
        *_each(
            "VpcEndpointAssociation",
            "VpcEndpointAssociationArn",
            "FirewallArn",
            "VpcId",
            "SubnetMapping",
            "SubnetMapping.SubnetId",
        ),
    ),
    Action.FIREWALL_POLICY: (
        "FirewallPolicyResponse",
        "FirewallPolicyResponse.FirewallPolicyArn",
        "FirewallPolicyResponse.FirewallPolicyName",
        "FirewallPolicy",
        "FirewallPolicy.StatelessRuleGroupReferences.ResourceArn",
        "FirewallPolicy.StatefulRuleGroupReferences.ResourceArn",
    ),
    Action.FIREWALL_RULE_GROUP: (
        "RuleGroupResponse",
        "RuleGroupResponse.RuleGroupArn",
        "RuleGroupResponse.RuleGroupName",
    ),
    Action.SERVICES: ("ServiceName", "ServiceArn"),
    Action.SERVICE: (
        "ServiceName",
        "ServiceArn",
        "NetworkConfiguration",
        "NetworkConfiguration.EgressConfiguration",
        "NetworkConfiguration.EgressConfiguration.EgressType",
    ),
    Action.CONNECTORS: ("VpcConnectorArn", "Subnets"),
    Action.CONNECTOR: ("VpcConnectorArn", "Subnets"),
    Action.ECS_CLUSTERS: (),
    Action.ECS_LISTED: (),
    Action.ECS_SERVICES: ("serviceArn", "serviceName", "capacityProviderStrategy.capacityProvider"),
    Action.ECS_EXPRESS_SERVICE: (
        "serviceArn",
        "activeConfigurations",
        *_each("activeConfigurations.primaryContainer", *_ENVIRONMENT),
    ),
    Action.ECS_TASK_DEFINITION: ("taskDefinitionArn", *_each("containerDefinitions", *_ENVIRONMENT)),
    Action.FUNCTIONS: ("FunctionName", "FunctionArn"),
    Action.FUNCTION: ("FunctionName", "FunctionArn"),
}
"""Of each answer to an action; `Routes.State` is that of each of the `Routes` that are there."""
_WHERE: Final[Mapping[Action, tuple[str, str, tuple[str, ...]]]] = {
    Action.VPC_ENDPOINTS: (
        "VpcEndpointType",
        "Interface",
        ("ServiceName", "PrivateDnsEnabled", "SubnetIds", "Groups"),
    ),
    Action.RESOLVER_RULES: ("RuleType", "FORWARD", ("DomainName",)),
}
"""What an answer has where one of its fields has a value, as that field, the value and what it has."""

_PLACED: Final[Mapping[Action, str]] = {
    Action.SUBNETS: "SubnetArn",
    Action.SECURITY_GROUPS: "SecurityGroupArn",
    Action.PREFIX_LISTS: "PrefixListArn",
    Action.AVAILABILITY_ZONES: "RegionName",
    Action.PUBLIC_ACCESS: "AwsRegion",
    Action.PUBLIC_ACCESS_EXCLUSIONS: "ResourceArn",
    Action.RESOLVER_RULES: "Arn",
    Action.RESOLVER_FIREWALLS: "Arn",
    Action.TRANSIT_GATEWAYS: "TransitGatewayArn",
    Action.FIREWALLS: "FirewallArn",
    Action.FIREWALL: "Firewall.FirewallArn",
    Action.FIREWALL_ENDPOINTS: "VpcEndpointAssociationArn",
    Action.FIREWALL_ENDPOINT: "VpcEndpointAssociation.VpcEndpointAssociationArn",
    Action.FIREWALL_POLICY: "FirewallPolicyResponse.FirewallPolicyArn",
    Action.FIREWALL_RULE_GROUP: "RuleGroupResponse.RuleGroupArn",
    Action.SERVICES: "ServiceArn",
    Action.SERVICE: "ServiceArn",
    Action.CONNECTORS: "VpcConnectorArn",
    Action.CONNECTOR: "VpcConnectorArn",
    Action.ECS_CLUSTERS: "Arn",
    Action.ECS_LISTED: "Arn",
    Action.ECS_SERVICES: "serviceArn",
    Action.ECS_EXPRESS_SERVICE: "serviceArn",
    Action.ECS_TASK_DEFINITION: "taskDefinitionArn",
    Action.FUNCTIONS: "FunctionArn",
    Action.FUNCTION: "FunctionArn",
}
"""Where an answer tells of its region, by the name or in an ARN; not every answer has it."""


def elsewhere(action: Action, answer: Answer, region: str) -> str | None:
    """The region that `answer` tells of, where that is not `region`."""
    value: object = answer
    for name in _PLACED.get(action, "-").split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    if not isinstance(value, str) or (value.startswith("arn:") and value.count(":") < 5):
        return None
    named = value.split(":")[3] if value.startswith("arn:") else value
    return named if named != region else None


def lacking(action: Action, answer: Answer, fields: Iterable[str] = ()) -> str | None:
    """The first field that `answer` does not have; `None` where it has them all.

    Args:
        fields: what this answer has beside the fields of every answer to `action`.
    """
    return next((path for path in (*_expected(action, answer), *fields) if _lacks(answer, path)), None)


def _expected(action: Action, answer: Answer) -> Iterator[str]:
    yield from FIELDS[action]
    name, value, fields = _WHERE.get(action, ("", "", ()))
    if name and answer.get(name) == value:
        yield from fields


def _lacks(answer: Answer, path: str) -> bool:
    name, _, rest = path.partition(".")
    value = answer.get(name)
    if not rest:
        return value is None
    parts = value if isinstance(value, list) else [value]
    return any(_lacks(part, rest) for part in parts if part is not None)
