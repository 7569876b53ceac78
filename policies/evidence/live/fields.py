"""What every answer of AWS's has: an answer that lacks it comes from elsewhere, or is incomplete.

Sources: the API references of the services, "Data Types", and their examples; Amazon EC2 API Reference,
"DescribeVpcEndpoints".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

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
    "Ipv6Ranges",
    "Ipv6Ranges.CidrIpv6",
    "PrefixListIds",
    "PrefixListIds.PrefixListId",
    "UserIdGroupPairs",
    "UserIdGroupPairs.GroupId",
)
_ATTACHMENTS: Final = ("Attachments", *_each("Attachments", "VpcId", "State"))
_HEADER: Final = ("Protocol", "Source", "SourcePort", "Direction", "Destination", "DestinationPort")
_RULES: Final = (
    *_each("RulesSourceList", "Targets", "TargetTypes", "GeneratedRulesType"),
    *_each("StatefulRules", "Action", "Header", *_each("Header", *_HEADER), "RuleOptions"),
    "StatelessRulesAndCustomActions.StatelessRules",
    *_each(
        "StatelessRulesAndCustomActions.StatelessRules",
        "Priority",
        "RuleDefinition",
        "RuleDefinition.MatchAttributes",
        "RuleDefinition.Actions",
    ),
)
_SOURCES: Final = ("RulesString", "RulesSourceList", "StatefulRules", "StatelessRulesAndCustomActions")
_FUNCTION: Final = ("FunctionName", "FunctionArn", *_each("VpcConfig", "SubnetIds", "SecurityGroupIds"))
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
    Action.ROUTE_TABLES: (
        "RouteTableId",
        "VpcId",
        "Routes",
        "Routes.State",
        "Associations",
        *_each("Associations", "Main", "AssociationState", "AssociationState.State"),
    ),
    Action.INTERNET_GATEWAYS: ("InternetGatewayId", *_ATTACHMENTS),
    Action.EGRESS_ONLY_GATEWAYS: ("EgressOnlyInternetGatewayId", *_ATTACHMENTS),
    Action.NAT_GATEWAYS: (
        "NatGatewayId",
        "VpcId",
        "State",
        "ConnectivityType",
        "NatGatewayAddresses",
    ),
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
    Action.TRANSIT_ATTACHMENTS: (
        "TransitGatewayAttachmentId",
        "TransitGatewayId",
        "VpcId",
        "State",
        "SubnetIds",
    ),
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
        *_each(
            "FirewallPolicy",
            "StatelessDefaultActions",
            "StatelessFragmentDefaultActions",
            "StatelessRuleGroupReferences.ResourceArn",
            "StatelessRuleGroupReferences.Priority",
            "StatefulRuleGroupReferences.ResourceArn",
        ),
    ),
    Action.FIREWALL_RULE_GROUP: (
        "RuleGroupResponse",
        "RuleGroupResponse.RuleGroupArn",
        "RuleGroupResponse.RuleGroupName",
        "RuleGroup.RulesSource",
        *_each("RuleGroup.RulesSource", *_RULES),
    ),
    Action.SERVICES: ("ServiceName", "ServiceArn"),
    Action.SERVICE: (
        "ServiceName",
        "ServiceArn",
        "NetworkConfiguration",
        "NetworkConfiguration.EgressConfiguration",
        "NetworkConfiguration.EgressConfiguration.EgressType",
    ),
    Action.SERVICE_TAGS: ("Key", "Value"),
    Action.CUSTOM_DOMAINS: ("DomainName", "EnableWWWSubdomain", "Status"),
    Action.CONNECTORS: ("VpcConnectorArn", "Subnets", "SecurityGroups"),
    Action.CONNECTOR: ("VpcConnectorArn", "Subnets", "SecurityGroups"),
    Action.WEB_ACL: ("WebACL.ARN",),
    Action.EMAIL_IDENTITY: ("IdentityType", "VerifiedForSendingStatus"),
    Action.ECS_CLUSTERS: (),
    Action.ECS_LISTED: (),
    Action.ECS_SERVICES: (
        "serviceArn",
        "serviceName",
        "capacityProviderStrategy.capacityProvider",
        *_each("networkConfiguration.awsvpcConfiguration", "subnets", "securityGroups", "assignPublicIp"),
    ),
    Action.ECS_EXPRESS_SERVICE: (
        "serviceArn",
        "activeConfigurations",
        *_each("activeConfigurations.networkConfiguration", "subnets", "securityGroups"),
        *_each("activeConfigurations.primaryContainer", *_ENVIRONMENT),
    ),
    Action.ECS_TASK_DEFINITION: ("taskDefinitionArn", *_each("containerDefinitions", *_ENVIRONMENT)),
    Action.FUNCTIONS: _FUNCTION,
    Action.FUNCTION: _FUNCTION,
}
"""Of each answer to an action; `Routes.State` is that of each of the `Routes` that are there."""


@dataclass(frozen=True)
class _Where:
    """What some parts of an answer have.

    Attributes:
        at: the path of the parts; the answer itself where it is empty.
        holds: whether a part is one of these.
    """

    at: str
    holds: Callable[[Answer], bool]
    fields: tuple[str, ...]


def _is(name: str, *values: str) -> Callable[[Answer], bool]:
    return lambda part: part.get(name) in values


def _has_none(*names: str) -> Callable[[Answer], bool]:
    return lambda part: not any(part.get(name) for name in names)


def _takes_mail(endpoint: Answer) -> bool:
    """Whether it is one of Amazon SES's SMTP interface: endpoints of other kinds may lack a policy."""
    return _is("VpcEndpointType", "Interface")(endpoint) and str(endpoint.get("ServiceName")).endswith(
        ".email-smtp"
    )


_HAS_PORTS: Final = ("tcp", "udp", "6", "17")
"""Protocols as security groups and network ACLs name them: rules of any other may lack ports."""
_PORTS: Final = ("FromPort", "ToPort")
_WHERE: Final[Mapping[Action, tuple[_Where, ...]]] = {
    Action.SUBNETS: (_Where("", lambda subnet: not subnet.get("Ipv6Native"), ("CidrBlock",)),),
    Action.ROUTE_TABLES: (
        _Where(
            "Routes",
            _has_none("DestinationIpv6CidrBlock", "DestinationPrefixListId"),
            ("DestinationCidrBlock",),
        ),
        _Where("Associations", _has_none("Main", "GatewayId", "PublicIpv4Pool"), ("SubnetId",)),
    ),
    Action.VPC_ENDPOINTS: (
        _Where(
            "",
            _is("VpcEndpointType", "Interface"),
            ("ServiceName", "PrivateDnsEnabled", "SubnetIds", "Groups"),
        ),
        _Where("", _takes_mail, ("PolicyDocument",)),
    ),
    Action.SECURITY_GROUPS: (
        _Where("IpPermissions", _is("IpProtocol", *_HAS_PORTS), _PORTS),
        _Where("IpPermissionsEgress", _is("IpProtocol", *_HAS_PORTS), _PORTS),
    ),
    Action.NETWORK_ACLS: (
        _Where("Entries", _is("Protocol", *_HAS_PORTS), ("PortRange", *_each("PortRange", "From", "To"))),
        _Where("Entries", _has_none("Ipv6CidrBlock"), ("CidrBlock",)),
    ),
    Action.RESOLVER_RULES: (_Where("", _is("RuleType", "FORWARD"), ("DomainName",)),),
    Action.TRANSIT_ROUTES: (_Where("", _has_none("PrefixListId"), ("DestinationCidrBlock",)),),
    Action.FIREWALL_RULE_GROUP: (_Where("RuleGroup.RulesSource", _has_none(*_SOURCES), ("StatefulRules",)),),
    Action.SERVICE: (
        _Where("NetworkConfiguration.EgressConfiguration", _is("EgressType", "VPC"), ("VpcConnectorArn",)),
    ),
}
"""What an answer to an action has where its other fields say so."""

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
    Action.WEB_ACL: "WebACL.ARN",
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
    always = (path for path in (*FIELDS[action], *fields) if _lacks(answer, path))
    sometimes = (
        f"{where.at}.{path}".lstrip(".")
        for where in _WHERE.get(action, ())
        for part in parts(answer, where.at)
        if where.holds(part)
        for path in where.fields
        if _lacks(part, path)
    )
    return next(chain(always, sometimes), None)


def parts(value: Any, path: str) -> Iterator[Any]:
    """What `value` has at `path`: nothing where it has not, and each of the things where it is a list."""
    if isinstance(value, list):
        for part in value:
            yield from parts(part, path)
    elif path:
        name, _, rest = path.partition(".")
        yield from parts(value.get(name), rest) if value is not None else ()
    elif value is not None:
        yield value


def _lacks(answer: Answer, path: str) -> bool:
    parent, _, name = path.rpartition(".")
    return any(part.get(name) is None for part in parts(answer, parent))
