"""The ids by which one EC2 resource names another, and what EC2 answers where there is none such.

Source: "Error codes for the Amazon EC2 API", Amazon EC2 API Reference.
"""

from __future__ import annotations

from typing import Final

from ..kind import Reference

VPC: Final = Reference("aws:ec2/vpc:Vpc", "InvalidVpcID.NotFound", "vpc ID")
SUBNET: Final = Reference("aws:ec2/subnet:Subnet", "InvalidSubnetID.NotFound", "subnet ID")
ROUTE_TABLE: Final = Reference(
    "aws:ec2/routeTable:RouteTable", "InvalidRouteTableID.NotFound", "routeTable ID"
)
INTERNET_GATEWAY: Final = Reference(
    "aws:ec2/internetGateway:InternetGateway", "InvalidInternetGatewayID.NotFound", "internetGateway ID"
)
EGRESS_ONLY_GATEWAY: Final = Reference(
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
    "InvalidEgressOnlyInternetGatewayId.NotFound",
    "egressOnlyInternetGateway ID",
)
NAT_GATEWAY: Final = Reference(
    "aws:ec2/natGateway:NatGateway", "InvalidNatGatewayID.NotFound", "natGateway ID"
)
ADDRESS: Final = Reference("aws:ec2/eip:Eip", "InvalidAllocationID.NotFound", "allocation ID")
ENDPOINT: Final = Reference(
    "aws:ec2/vpcEndpoint:VpcEndpoint", "InvalidVpcEndpointId.NotFound", "Vpc Endpoint Id"
)
GROUP: Final = Reference("aws:ec2/securityGroup:SecurityGroup", "InvalidGroup.NotFound", "security group")
ACL: Final = Reference("aws:ec2/networkAcl:NetworkAcl", "InvalidNetworkAclID.NotFound", "networkAcl ID")
DHCP_OPTIONS: Final = Reference(
    "aws:ec2/vpcDhcpOptions:VpcDhcpOptions", "InvalidDhcpOptionID.NotFound", "dhcpOption ID"
)
TRANSIT_GATEWAY: Final = Reference(
    "aws:ec2transitgateway/transitGateway:TransitGateway",
    "InvalidTransitGatewayID.NotFound",
    "transit gateway ID",
)
TRANSIT_ATTACHMENT: Final = Reference(
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
    "InvalidTransitGatewayAttachmentID.NotFound",
    "transit gateway attachment ID",
)
