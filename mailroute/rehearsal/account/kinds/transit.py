"""Transit gateways, their attachments and route tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..errors import AwsError
from ..kind import Call, Kind, ec2_id
from .references import SUBNET, TRANSIT_ATTACHMENT, TRANSIT_GATEWAY, VPC

_GATEWAY: Final = "aws:ec2transitgateway/transitGateway:TransitGateway"
_ATTACHMENT: Final = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"
_TABLE: Final = "aws:ec2transitgateway/routeTable:RouteTable"
_ROUTE: Final = "aws:ec2transitgateway/route:Route"
_SUBNET: Final = "aws:ec2/subnet:Subnet"


def one_subnet_in_each_zone(call: Call) -> None:
    """An attachment has one subnet in a zone ("Transit gateway attachments", AWS Transit Gateway Guide)."""
    zones: set[str] = set()
    for identity in call.inputs["subnetIds"]:
        subnet = call.account.find(_SUBNET, str(identity))
        zone = str(subnet.get("availabilityZone")) if subnet else ""
        if zone in zones:
            raise AwsError(
                "DuplicateSubnetsInSameZone", f"More than one subnet was specified in {zone}: {identity}."
            )
        zones |= {zone} if zone else set()


def _gateway(call: Call, identity: str) -> Mapping[str, Any]:
    """Its default table serves association and propagation, unless either is off."""
    given, table = call.inputs, call.ec2_id("tgw-rtb")
    associates = given.get("defaultRouteTableAssociation") != "disable"
    propagates = given.get("defaultRouteTablePropagation") != "disable"
    return {
        "arn": call.arn("ec2", f"transit-gateway/{identity}"),
        "associationDefaultRouteTableId": table if associates else "",
        "propagationDefaultRouteTableId": table if propagates else "",
        "encryptionSupport": "disable",
    }


KINDS: Final = (
    Kind(
        _GATEWAY,
        ec2_id("tgw"),
        _gateway,
        defaults={
            "amazonSideAsn": 64512,
            "autoAcceptSharedAttachments": "disable",
            "defaultRouteTableAssociation": "enable",
            "defaultRouteTablePropagation": "enable",
            "dnsSupport": "enable",
            "multicastSupport": "disable",
            "securityGroupReferencingSupport": "disable",
            "vpnEcmpSupport": "enable",
        },
    ),
    Kind(
        _ATTACHMENT,
        ec2_id("tgw-attach"),
        lambda call, identity: {
            "arn": call.arn("ec2", f"transit-gateway-attachment/{identity}"),
            "vpcOwnerId": call.caller.account_id,
        },
        defaults={
            "applianceModeSupport": "disable",
            "dnsSupport": "enable",
            "ipv6Support": "disable",
            "securityGroupReferencingSupport": "enable",
            "transitGatewayDefaultRouteTableAssociation": True,
            "transitGatewayDefaultRouteTablePropagation": True,
        },
        replaced_by=frozenset({"transitGatewayId", "vpcId"}),
        references={"subnetIds": SUBNET, "transitGatewayId": TRANSIT_GATEWAY, "vpcId": VPC},
        rules=(one_subnet_in_each_zone,),
    ),
    Kind(
        _TABLE,
        ec2_id("tgw-rtb"),
        lambda _call, _id: {"defaultAssociationRouteTable": False, "defaultPropagationRouteTable": False},
        replaced_by=frozenset({"transitGatewayId"}),
        references={"transitGatewayId": TRANSIT_GATEWAY},
    ),
    Kind(
        _ROUTE,
        lambda call: f"{call.inputs['transitGatewayRouteTableId']}_{call.inputs['destinationCidrBlock']}",
        replaced_by=frozenset(
            {"blackhole", "destinationCidrBlock", "transitGatewayAttachmentId", "transitGatewayRouteTableId"}
        ),
        references={"transitGatewayAttachmentId": TRANSIT_ATTACHMENT},
    ),
)
