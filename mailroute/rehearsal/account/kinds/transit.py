"""Transit gateways, their attachments and route tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..account import AwsResource
from ..errors import AwsError
from ..kind import Call, Kind, ec2_id, opaque_id
from .references import SUBNET, TRANSIT_ATTACHMENT, TRANSIT_GATEWAY, VPC

_GATEWAY: Final = "aws:ec2transitgateway/transitGateway:TransitGateway"
_ATTACHMENT: Final = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"
_TABLE: Final = "aws:ec2transitgateway/routeTable:RouteTable"
_ROUTE: Final = "aws:ec2transitgateway/route:Route"
_ASSOCIATION: Final = "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation"
_SUBNET: Final = "aws:ec2/subnet:Subnet"
_TABLE_ID: Final = "transitGatewayRouteTableId"


def one_subnet_in_each_zone(call: Call) -> None:
    """An attachment has one subnet in a zone ("Transit gateway attachments", AWS Transit Gateway Guide)."""
    zones: set[str] = set()
    for subnet in _subnets(call):
        zone = str(subnet.get("availabilityZone"))
        if zone in zones:
            raise AwsError(
                "DuplicateSubnetsInSameZone", f"More than one subnet was specified in {zone}: {subnet.id}."
            )
        zones.add(zone)


def subnets_are_of_the_vpc(call: Call) -> None:
    """Its subnets are its VPC's ("CreateTransitGatewayVpcAttachment", Amazon EC2 API Reference)."""
    for subnet in _subnets(call):
        if subnet.get("vpcId") != call.inputs.get("vpcId"):
            raise AwsError(
                "InvalidParameterValue",
                f"The subnet {subnet.id} is in {subnet.get('vpcId')}, not in {call.inputs.get('vpcId')}.",
            )


def subnets_have_ipv4(call: Call) -> None:
    """None of its subnets has IPv6 alone ("Amazon VPC attachments", AWS Transit Gateway Guide)."""
    for subnet in _subnets(call):
        if subnet.get("ipv6Native"):
            raise AwsError("InvalidParameterValue", f"The subnet {subnet.id} has no IPv4 addresses.")


def vpc_is_attached_once(call: Call) -> None:
    """A VPC has one attachment ("CreateTransitGatewayVpcAttachment", Amazon EC2 API Reference)."""
    for other in call.others(_ATTACHMENT):
        if all(other.get(name) == call.inputs.get(name) for name in ("vpcId", "transitGatewayId")):
            raise AwsError(
                "DuplicateTransitGatewayAttachment",
                f"{call.inputs['transitGatewayId']} has non-deleted Transit Gateway Attachments with same "
                f"VPC ID: {other.id}.",
            )


def attachment_has_one_table(call: Call) -> None:
    """It is in one table ("AssociateTransitGatewayRouteTable", Amazon EC2 API Reference)."""
    name = "transitGatewayAttachmentId"
    attachment = call.find(_ATTACHMENT, name)
    if attachment is None or call.inputs.get("replaceExistingAssociation"):
        return
    gateway = call.account.find(_GATEWAY, str(attachment.get("transitGatewayId")))
    by_default = attachment.get("transitGatewayDefaultRouteTableAssociation") is not False
    table = gateway.get("associationDefaultRouteTableId") if gateway and by_default else None
    others = (each.get(_TABLE_ID) for each in call.others(_ASSOCIATION) if each.get(name) == attachment.id)
    held = next(others, table)
    if held:
        raise AwsError(
            "Resource.AlreadyAssociated",
            f"Transit Gateway Attachment {attachment.id} is already associated to a route table: {held}.",
        )


def destination_is_new(call: Call) -> None:
    """A table has one static route to a block ("CreateTransitGatewayRoute", Amazon EC2 API Reference)."""
    names = (_TABLE_ID, "destinationCidrBlock")
    for other in call.others(_ROUTE):
        if all(other.get(name) == call.inputs.get(name) for name in names):
            raise AwsError(
                "RouteAlreadyExists",
                f"Route {call.inputs['destinationCidrBlock']} already exists in Transit Gateway Route Table "
                f"{call.inputs[_TABLE_ID]}.",
            )


def _subnets(call: Call) -> Iterator[AwsResource]:
    """Those of the account that an attachment lists."""
    found = (call.account.find(_SUBNET, str(identity)) for identity in call.inputs["subnetIds"])
    return filter(None, found)


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
        rules=(
            one_subnet_in_each_zone,
            subnets_are_of_the_vpc,
            subnets_have_ipv4,
            vpc_is_attached_once,
        ),
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
        rules=(destination_is_new,),
    ),
    Kind(
        _ASSOCIATION,
        opaque_id,
        replaced_by=frozenset({"transitGatewayAttachmentId", _TABLE_ID}),
        references={"transitGatewayAttachmentId": TRANSIT_ATTACHMENT},
        rules=(attachment_has_one_table,),
    ),
)
