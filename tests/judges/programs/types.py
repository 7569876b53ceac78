"""The types of resources that programs declare, beside those of `topologies.py`, and what AWS computes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.judges import topologies as t

EIP: Final = "aws:ec2/eip:Eip"
EIP_ASSOCIATION: Final = "aws:ec2/eipAssociation:EipAssociation"
ROUTE: Final = "aws:ec2/route:Route"
ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"
MAIN_ASSOCIATION: Final = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
ATTACHMENT: Final = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"
GROUP_RULE: Final = "aws:ec2/securityGroupRule:SecurityGroupRule"
ACL_RULE: Final = "aws:ec2/networkAclRule:NetworkAclRule"
ACL_ASSOCIATION: Final = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
DEFAULT_TABLE: Final = "aws:ec2/defaultRouteTable:DefaultRouteTable"
DEFAULT_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
DEFAULT_ACL: Final = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
LOAD_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
RECORD: Final = "aws:route53/record:Record"

CLAIMS: Final = (
    MAIN_ASSOCIATION,
    t.ACL,
    ACL_ASSOCIATION,
    DEFAULT_TABLE,
    DEFAULT_GROUP,
    DEFAULT_ACL,
)
"""The types whose last creation stands, or takes away what was there before."""

COMPUTED: Final[Mapping[str, tuple[str, ...]]] = {
    t.VPC: (
        "mainRouteTableId",
        "defaultRouteTableId",
        "defaultSecurityGroupId",
        "defaultNetworkAclId",
        "dhcpOptionsId",
    ),
    t.SUBNET: ("availabilityZone",),
    t.NAT_GATEWAY: ("publicIp", "vpcId", "privateIp"),
    t.ROUTE_TABLE: ("routes",),
    t.GROUP: ("ingress", "egress"),
    t.ACL: ("ingress", "egress", "subnetIds"),
    t.ENDPOINT: ("state", "securityGroupIds"),
    t.ZONE: ("zoneId",),
    t.CONNECTOR: ("arn", "status"),
    t.SERVICE: ("arn",),
    EIP: ("publicIp", "allocationId"),
    EIP_ASSOCIATION: ("publicIp", "allocationId", "networkInterfaceId"),
    DEFAULT_TABLE: ("routes", "vpcId"),
    DEFAULT_GROUP: ("name",),
    DEFAULT_ACL: ("vpcId",),
    MAIN_ASSOCIATION: ("originalRouteTableId",),
    ROUTE: ("state",),
    RECORD: ("fqdn",),
    LOAD_BALANCER: ("arn", "dnsName", "zoneId"),
}
"""By type, the outputs that AWS computes where the program does not set them."""

DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    t.VPC: {"enableDnsSupport": True, "enableDnsHostnames": False},
    t.NAT_GATEWAY: {"connectivityType": "public"},
    t.ENDPOINT: {"vpcEndpointType": "Gateway", "privateDnsEnabled": False},
}
"""By type, what the provider fills in."""
