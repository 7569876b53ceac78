"""Every API call that reads an account, each one read-only: the one table of them.

The collectors call nothing else, and the IAM policy that they need is made of the same table.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, Final

_NO_SUCH_ACTION: Final = "InvalidAction"
_IPV4_BLOCKS: Final = ("CidrBlock", "CidrBlockState", "CidrBlockState.State", "AssociationId")
_SUBNET_BLOCKS: Final = ("Ipv6CidrBlock", "Ipv6CidrBlockState", "Ipv6CidrBlockState.State")
_PERMISSION: Final = (
    "IpProtocol",
    "IpRanges",
    "UserIdGroupPairs",
    "IpRanges.CidrIp",
    "Ipv6Ranges.CidrIpv6",
    "PrefixListIds.PrefixListId",
    "UserIdGroupPairs.GroupId",
)
_SECRETS: Final = ("secrets.name", "secrets.valueFrom")


def _each(parent: str, fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{parent}.{name}" for name in fields)


class Action(Enum):
    """An operation of a service, as `(service, operation, key of the result, fields, codes that say "none")`.

    Attributes:
        service: the service's name in boto3, which is also its prefix in IAM.
        result: where the answer holds what was asked for; the answer itself where that is empty.
        fields: what every answer has that comes from AWS; `Routes.State` is that of each of the `Routes`
            that are there.
        nothing: the error codes that say that what was asked for is not there.
        recent: whether a region of AWS, or an emulator of it, may lack it: it then lacks the feature as well.
    """

    VPCS = (
        "ec2",
        "DescribeVpcs",
        "Vpcs",
        (
            "VpcId",
            "CidrBlock",
            *_each("CidrBlockAssociationSet", _IPV4_BLOCKS),
            *_each("Ipv6CidrBlockAssociationSet", (*_SUBNET_BLOCKS, "AssociationId")),
        ),
    )
    VPC_ATTRIBUTE = (
        "ec2",
        "DescribeVpcAttribute",
        "",
        ("VpcId", "EnableDnsSupport.Value", "EnableDnsHostnames.Value"),
        ("InvalidVpcID.NotFound",),
    )
    SUBNETS = (
        "ec2",
        "DescribeSubnets",
        "Subnets",
        ("SubnetId", "VpcId", "AvailabilityZone", *_each("Ipv6CidrBlockAssociationSet", _SUBNET_BLOCKS)),
    )
    ROUTE_TABLES = (
        "ec2",
        "DescribeRouteTables",
        "RouteTables",
        ("RouteTableId", "VpcId", "Routes", "Associations"),
    )
    INTERNET_GATEWAYS = (
        "ec2",
        "DescribeInternetGateways",
        "InternetGateways",
        ("InternetGatewayId", "Attachments", *_each("Attachments", ("VpcId", "State"))),
    )
    EGRESS_ONLY_GATEWAYS = (
        "ec2",
        "DescribeEgressOnlyInternetGateways",
        "EgressOnlyInternetGateways",
        ("EgressOnlyInternetGatewayId", "Attachments", *_each("Attachments", ("VpcId", "State"))),
    )
    NAT_GATEWAYS = (
        "ec2",
        "DescribeNatGateways",
        "NatGateways",
        ("NatGatewayId", "VpcId", "State", "NatGatewayAddresses"),
    )
    ADDRESSES = ("ec2", "DescribeAddresses", "Addresses", ("AllocationId",))
    VPC_ENDPOINTS = (
        "ec2",
        "DescribeVpcEndpoints",
        "VpcEndpoints",
        (
            "VpcEndpointId",
            "VpcId",
            "VpcEndpointType",
            "ServiceName",
            "State",
            "PrivateDnsEnabled",
            "SubnetIds",
            "Groups",
            "Groups.GroupId",
        ),
    )
    ENDPOINT_SERVICES = (
        "ec2",
        "DescribeVpcEndpointServices",
        "ServiceDetails",
        ("ServiceName", "ServiceType", "ServiceType.ServiceType", "AvailabilityZones"),
        ("InvalidServiceName",),
    )
    SECURITY_GROUPS = (
        "ec2",
        "DescribeSecurityGroups",
        "SecurityGroups",
        (
            "GroupId",
            "VpcId",
            "IpPermissions",
            "IpPermissionsEgress",
            *_each("IpPermissions", _PERMISSION),
            *_each("IpPermissionsEgress", _PERMISSION),
        ),
    )
    NETWORK_ACLS = (
        "ec2",
        "DescribeNetworkAcls",
        "NetworkAcls",
        (
            "NetworkAclId",
            "VpcId",
            "Entries",
            *_each("Entries", ("RuleNumber", "Egress", "RuleAction", "Protocol")),
            "Associations",
            "Associations.SubnetId",
        ),
    )
    DHCP_OPTIONS = (
        "ec2",
        "DescribeDhcpOptions",
        "DhcpOptions",
        (
            "DhcpOptionsId",
            "DhcpConfigurations",
            *_each("DhcpConfigurations", ("Key", "Values", "Values.Value")),
        ),
    )
    PEERING_CONNECTIONS = (
        "ec2",
        "DescribeVpcPeeringConnections",
        "VpcPeeringConnections",
        (
            "VpcPeeringConnectionId",
            "RequesterVpcInfo",
            "RequesterVpcInfo.VpcId",
            "AccepterVpcInfo",
            "AccepterVpcInfo.VpcId",
            "Status",
            "Status.Code",
        ),
    )
    PREFIX_LISTS = ("ec2", "DescribeManagedPrefixLists", "PrefixLists", ("PrefixListId",))
    PREFIX_LIST_ENTRIES = ("ec2", "GetManagedPrefixListEntries", "Entries", ("Cidr",))
    AVAILABILITY_ZONES = ("ec2", "DescribeAvailabilityZones", "AvailabilityZones", ("ZoneName", "ZoneId"))
    PUBLIC_ACCESS = (
        "ec2",
        "DescribeVpcBlockPublicAccessOptions",
        "VpcBlockPublicAccessOptions",
        ("AwsRegion", "InternetGatewayBlockMode"),
        (_NO_SUCH_ACTION,),
        True,
    )
    PUBLIC_ACCESS_EXCLUSIONS = (
        "ec2",
        "DescribeVpcBlockPublicAccessExclusions",
        "VpcBlockPublicAccessExclusions",
        ("ExclusionId", "ResourceArn", "InternetGatewayExclusionMode", "State"),
        (_NO_SUCH_ACTION,),
        True,
    )
    PRIVATE_ZONES = ("route53", "ListHostedZonesByVPC", "HostedZoneSummaries", ("HostedZoneId", "Name"))
    RESOLVER_RULE_ASSOCIATIONS = (
        "route53resolver",
        "ListResolverRuleAssociations",
        "ResolverRuleAssociations",
        ("Id", "ResolverRuleId", "VPCId"),
    )
    RESOLVER_RULES = (
        "route53resolver",
        "ListResolverRules",
        "ResolverRules",
        ("Id", "DomainName", "RuleType"),
    )
    RESOLVER_FIREWALLS = (
        "route53resolver",
        "ListFirewallRuleGroupAssociations",
        "FirewallRuleGroupAssociations",
        ("Id", "VpcId"),
        (),
        True,
    )
    PROFILES = (
        "route53profiles",
        "ListProfileAssociations",
        "ProfileAssociations",
        ("Id", "ResourceId"),
        (),
        True,
    )
    TRANSIT_GATEWAYS = (
        "ec2",
        "DescribeTransitGateways",
        "TransitGateways",
        ("TransitGatewayId", "OwnerId", "State"),
    )
    TRANSIT_ATTACHMENTS = (
        "ec2",
        "DescribeTransitGatewayVpcAttachments",
        "TransitGatewayVpcAttachments",
        ("TransitGatewayAttachmentId", "TransitGatewayId", "VpcId", "State"),
    )
    TRANSIT_TABLES = (
        "ec2",
        "DescribeTransitGatewayRouteTables",
        "TransitGatewayRouteTables",
        ("TransitGatewayRouteTableId", "TransitGatewayId", "State"),
    )
    TRANSIT_ASSOCIATIONS = (
        "ec2",
        "GetTransitGatewayRouteTableAssociations",
        "Associations",
        ("TransitGatewayAttachmentId", "State"),
    )
    TRANSIT_PROPAGATIONS = (
        "ec2",
        "GetTransitGatewayRouteTablePropagations",
        "TransitGatewayRouteTablePropagations",
        ("TransitGatewayAttachmentId", "State"),
    )
    TRANSIT_ROUTES = (
        "ec2",
        "SearchTransitGatewayRoutes",
        "Routes",
        ("Type", "State", "TransitGatewayAttachments.TransitGatewayAttachmentId"),
    )
    FIREWALLS = ("network-firewall", "ListFirewalls", "Firewalls", ("FirewallArn",))
    FIREWALL = (
        "network-firewall",
        "DescribeFirewall",
        "",
        (
            "Firewall",
            *_each(
                "Firewall", ("FirewallArn", "FirewallName", "FirewallPolicyArn", "SubnetMappings.SubnetId")
            ),
        ),
    )
    FIREWALL_ENDPOINTS = (
        "network-firewall",
        "ListVpcEndpointAssociations",
        "VpcEndpointAssociations",
        ("VpcEndpointAssociationArn",),
    )
    FIREWALL_ENDPOINT = (
        "network-firewall",
        "DescribeVpcEndpointAssociation",
        "",
        (
            "VpcEndpointAssociation",
            *_each(
                "VpcEndpointAssociation",
                (
                    "VpcEndpointAssociationArn",
                    "FirewallArn",
                    "VpcId",
                    "SubnetMapping",
                    "SubnetMapping.SubnetId",
                ),
            ),
        ),
    )
    FIREWALL_POLICY = (
        "network-firewall",
        "DescribeFirewallPolicy",
        "",
        (
            "FirewallPolicyResponse",
            *_each("FirewallPolicyResponse", ("FirewallPolicyArn", "FirewallPolicyName")),
            "FirewallPolicy",
            "FirewallPolicy.StatelessRuleGroupReferences.ResourceArn",
            "FirewallPolicy.StatefulRuleGroupReferences.ResourceArn",
        ),
    )
    FIREWALL_RULE_GROUP = (
        "network-firewall",
        "DescribeRuleGroup",
        "",
        ("RuleGroupResponse", *_each("RuleGroupResponse", ("RuleGroupArn", "RuleGroupName"))),
    )
    SERVICES = ("apprunner", "ListServices", "ServiceSummaryList", ("ServiceName", "ServiceArn"))
    SERVICE = (
        "apprunner",
        "DescribeService",
        "Service",
        (
            "ServiceName",
            "ServiceArn",
            "NetworkConfiguration",
            "NetworkConfiguration.EgressConfiguration",
            "NetworkConfiguration.EgressConfiguration.EgressType",
        ),
        ("ResourceNotFoundException",),
    )
    CONNECTORS = ("apprunner", "ListVpcConnectors", "VpcConnectors", ("VpcConnectorArn", "Subnets"))
    CONNECTOR = (
        "apprunner",
        "DescribeVpcConnector",
        "VpcConnector",
        ("VpcConnectorArn", "Subnets"),
        ("ResourceNotFoundException",),
    )
    ECS_CLUSTERS = ("ecs", "ListClusters", "clusterArns", ())
    ECS_LISTED = ("ecs", "ListServices", "serviceArns", (), ("ClusterNotFoundException",))
    ECS_SERVICES = (
        "ecs",
        "DescribeServices",
        "services",
        ("serviceArn", "serviceName", "capacityProviderStrategy.capacityProvider"),
        ("ClusterNotFoundException", "InvalidParameterException"),
    )
    ECS_EXPRESS_SERVICE = (
        "ecs",
        "DescribeExpressGatewayService",
        "service",
        (
            "serviceArn",
            "activeConfigurations",
            *_each("activeConfigurations.primaryContainer", ("environment.name", *_SECRETS)),
        ),
        ("ResourceNotFoundException", "ServiceNotFoundException"),
    )
    ECS_TASK_DEFINITION = (
        "ecs",
        "DescribeTaskDefinition",
        "taskDefinition",
        ("taskDefinitionArn", *_each("containerDefinitions", ("environment.name", *_SECRETS))),
        ("ClientException",),
    )
    FUNCTIONS = ("lambda", "ListFunctions", "Functions", ("FunctionName", "FunctionArn"))
    FUNCTION = (
        "lambda",
        "GetFunctionConfiguration",
        "",
        ("FunctionName", "FunctionArn"),
        ("ResourceNotFoundException", "ValidationException", "InvalidParameterValueException"),
    )

    def __init__(
        self,
        service: str,
        operation: str,
        result: str,
        fields: tuple[str, ...],
        nothing: tuple[str, ...] = (),
        recent: bool = False,
    ) -> None:
        self.service = service
        self.operation = operation
        self.result = result
        self.fields = fields
        self.nothing = nothing
        self.recent = recent

    @property
    def permission(self) -> str:
        """The IAM action that allows it."""
        return f"{self.service}:{self.operation}"


def iam_policy() -> dict[str, Any]:
    """The least-privilege IAM policy of what reads live evidence.

    Most of these actions know no resources (Service Authorization Reference, "Actions, resources, and
    condition keys for Amazon EC2"), hence `*`. `sts:GetCallerIdentity` needs no permission.
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "MailrouteReadsThePathOfMail",
                "Effect": "Allow",
                "Action": sorted(action.permission for action in Action),
                "Resource": "*",
            }
        ],
    }
