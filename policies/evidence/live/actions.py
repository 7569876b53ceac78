"""Every API call that reads an account, each one read-only: the one table of them.

The collectors call nothing else, and the IAM policy that they need is made of the same table.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from typing import Any, Final

_PREFIXES: Final = {"sesv2": "ses"}


class Action(Enum):
    """An operation of a service, as `(service, operation, key of the result, codes that say "none")`.

    Attributes:
        service: the service's name in boto3, which is also its prefix in IAM but for SES's.
        result: where the answer holds what was asked for; the answer itself where that is empty.
        nothing: the error codes that say that what was asked for is not there.
        recent: whether a region of AWS, or an emulator, may not know it: it then lacks the feature as well.
    """

    VPCS = ("ec2", "DescribeVpcs", "Vpcs")
    VPC_ATTRIBUTE = ("ec2", "DescribeVpcAttribute", "", ("InvalidVpcID.NotFound",))
    SUBNETS = ("ec2", "DescribeSubnets", "Subnets")
    ROUTE_TABLES = ("ec2", "DescribeRouteTables", "RouteTables")
    INTERNET_GATEWAYS = ("ec2", "DescribeInternetGateways", "InternetGateways")
    EGRESS_ONLY_GATEWAYS = ("ec2", "DescribeEgressOnlyInternetGateways", "EgressOnlyInternetGateways")
    NAT_GATEWAYS = ("ec2", "DescribeNatGateways", "NatGateways")
    ADDRESSES = ("ec2", "DescribeAddresses", "Addresses")
    VPC_ENDPOINTS = ("ec2", "DescribeVpcEndpoints", "VpcEndpoints")
    ENDPOINT_SERVICES = ("ec2", "DescribeVpcEndpointServices", "ServiceDetails", ("InvalidServiceName",))
    SECURITY_GROUPS = ("ec2", "DescribeSecurityGroups", "SecurityGroups")
    NETWORK_ACLS = ("ec2", "DescribeNetworkAcls", "NetworkAcls")
    DHCP_OPTIONS = ("ec2", "DescribeDhcpOptions", "DhcpOptions")
    PEERING_CONNECTIONS = ("ec2", "DescribeVpcPeeringConnections", "VpcPeeringConnections")
    PREFIX_LISTS = ("ec2", "DescribeManagedPrefixLists", "PrefixLists")
    PREFIX_LIST_ENTRIES = ("ec2", "GetManagedPrefixListEntries", "Entries")
    AVAILABILITY_ZONES = ("ec2", "DescribeAvailabilityZones", "AvailabilityZones")
    PUBLIC_ACCESS = (
        "ec2",
        "DescribeVpcBlockPublicAccessOptions",
        "VpcBlockPublicAccessOptions",
        (),
        True,
    )
    PUBLIC_ACCESS_EXCLUSIONS = (
        "ec2",
        "DescribeVpcBlockPublicAccessExclusions",
        "VpcBlockPublicAccessExclusions",
        (),
        True,
    )
    HOSTED_ZONES = ("route53", "ListHostedZones", "HostedZones")
    PRIVATE_ZONES = ("route53", "ListHostedZonesByVPC", "HostedZoneSummaries")
    ZONE_RECORDS = ("route53", "ListResourceRecordSets", "ResourceRecordSets", ("NoSuchHostedZone",))
    RESOLVER_RULE_ASSOCIATIONS = (
        "route53resolver",
        "ListResolverRuleAssociations",
        "ResolverRuleAssociations",
    )
    RESOLVER_RULES = ("route53resolver", "ListResolverRules", "ResolverRules")
    RESOLVER_FIREWALLS = (
        "route53resolver",
        "ListFirewallRuleGroupAssociations",
        "FirewallRuleGroupAssociations",
        (),
        True,
    )
    PROFILES = ("route53profiles", "ListProfileAssociations", "ProfileAssociations", (), True)
    TRANSIT_GATEWAYS = ("ec2", "DescribeTransitGateways", "TransitGateways")
    TRANSIT_ATTACHMENTS = ("ec2", "DescribeTransitGatewayVpcAttachments", "TransitGatewayVpcAttachments")
    TRANSIT_TABLES = ("ec2", "DescribeTransitGatewayRouteTables", "TransitGatewayRouteTables")
    TRANSIT_ASSOCIATIONS = ("ec2", "GetTransitGatewayRouteTableAssociations", "Associations")
    TRANSIT_PROPAGATIONS = (
        "ec2",
        "GetTransitGatewayRouteTablePropagations",
        "TransitGatewayRouteTablePropagations",
    )
    TRANSIT_ROUTES = ("ec2", "SearchTransitGatewayRoutes", "Routes")
    FIREWALLS = ("network-firewall", "ListFirewalls", "Firewalls")
    FIREWALL = ("network-firewall", "DescribeFirewall", "")
    FIREWALL_ENDPOINTS = ("network-firewall", "ListVpcEndpointAssociations", "VpcEndpointAssociations")
    FIREWALL_ENDPOINT = ("network-firewall", "DescribeVpcEndpointAssociation", "")
    FIREWALL_POLICY = ("network-firewall", "DescribeFirewallPolicy", "")
    FIREWALL_RULE_GROUP = ("network-firewall", "DescribeRuleGroup", "")
    SERVICES = ("apprunner", "ListServices", "ServiceSummaryList")
    SERVICE = ("apprunner", "DescribeService", "Service", ("ResourceNotFoundException",))
    SERVICE_TAGS = ("apprunner", "ListTagsForResource", "Tags")
    CUSTOM_DOMAINS = ("apprunner", "DescribeCustomDomains", "CustomDomains")
    CONNECTORS = ("apprunner", "ListVpcConnectors", "VpcConnectors")
    CONNECTOR = ("apprunner", "DescribeVpcConnector", "VpcConnector", ("ResourceNotFoundException",))
    ECS_CLUSTERS = ("ecs", "ListClusters", "clusterArns")
    ECS_LISTED = ("ecs", "ListServices", "serviceArns", ("ClusterNotFoundException",))
    ECS_SERVICES = (
        "ecs",
        "DescribeServices",
        "services",
        ("ClusterNotFoundException", "InvalidParameterException"),
    )
    ECS_EXPRESS_SERVICE = (
        "ecs",
        "DescribeExpressGatewayService",
        "service",
        ("ResourceNotFoundException", "ServiceNotFoundException"),
    )
    ECS_TASK_DEFINITION = ("ecs", "DescribeTaskDefinition", "taskDefinition", ("ClientException",))
    FUNCTIONS = ("lambda", "ListFunctions", "Functions")
    FUNCTION = (
        "lambda",
        "GetFunctionConfiguration",
        "",
        ("ResourceNotFoundException", "ValidationException", "InvalidParameterValueException"),
    )
    WEB_ACL = ("wafv2", "GetWebACLForResource", "")
    EMAIL_IDENTITY = ("sesv2", "GetEmailIdentity", "", ("NotFoundException",))

    def __init__(
        self,
        service: str,
        operation: str,
        result: str,
        nothing: tuple[str, ...] = (),
        recent: bool = False,
    ) -> None:
        self.service = service
        self.operation = operation
        self.result = result
        self.nothing = nothing
        self.recent = recent

    @property
    def permission(self) -> str:
        """The IAM action that allows it."""
        return f"{_PREFIXES.get(self.service, self.service)}:{self.operation}"


_ONLY_TO_ADOPT: Final = frozenset(
    {Action.SERVICE_TAGS, Action.CUSTOM_DOMAINS, Action.WEB_ACL, Action.EMAIL_IDENTITY}
)
READING: Final = frozenset(Action) - _ONLY_TO_ADOPT
"""What a path depends on, and so what `diagnose`, `snapshot` and the pack ask for."""
ADOPTING: Final = frozenset(
    action for action in Action if action.service not in ("ecs", "lambda") and action is not Action.CONNECTORS
)
"""What is asked for of an App Runner service that is to be adopted, and of its VPC."""
_BESIDE: Final = {Action.WEB_ACL: "apprunner:DescribeWebAclForService"}
"""What App Runner has to allow as well (AWS WAFV2 API Reference, "GetWebACLForResource")."""


def iam_policy(actions: Collection[Action] = READING) -> dict[str, Any]:
    """The least-privilege IAM policy of what reads an account.

    Most of these actions know no resources (Service Authorization Reference, "Actions, resources, and
    condition keys for Amazon EC2"), hence `*`. `sts:GetCallerIdentity` needs no permission.
    """
    beside = (_BESIDE[action] for action in actions if action in _BESIDE)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "MailrouteReadsThePathOfMail",
                "Effect": "Allow",
                "Action": sorted({*(action.permission for action in actions), *beside}),
                "Resource": "*",
            }
        ],
    }
