"""Route tables, routes, their associations, and internet gateways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ..account import Account, AwsResource
from ..checks import exactly_one_of, ipv4_network, ipv6_network
from ..errors import AwsError
from ..kind import Call, Kind, ec2_id, id_from, is_there, network
from .references import (
    EGRESS_ONLY_GATEWAY,
    ENDPOINT,
    INTERNET_GATEWAY,
    NAT_GATEWAY,
    ROUTE_TABLE,
    SUBNET,
    VPC,
)

TABLE: Final = "aws:ec2/routeTable:RouteTable"
DEFAULT_TABLE: Final = "aws:ec2/defaultRouteTable:DefaultRouteTable"
ROUTE: Final = "aws:ec2/route:Route"
ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"
MAIN_ASSOCIATION: Final = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
INTERNET: Final = "aws:ec2/internetGateway:InternetGateway"
ATTACHMENT: Final = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"
_VPC: Final = "aws:ec2/vpc:Vpc"
_SUBNET: Final = "aws:ec2/subnet:Subnet"
_NAT: Final = "aws:ec2/natGateway:NatGateway"

_DESTINATIONS: Final = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
_INLINE_DESTINATIONS: Final = ("cidrBlock", "ipv6CidrBlock", "destinationPrefixListId")
_TARGETS: Final = (
    "carrierGatewayId",
    "coreNetworkArn",
    "egressOnlyGatewayId",
    "gatewayId",
    "localGatewayId",
    "natGatewayId",
    "networkInterfaceId",
    "odbNetworkArn",
    "transitGatewayId",
    "vpcEndpointId",
    "vpcPeeringConnectionId",
)


def routes_of(account: Account, table: str) -> Iterator[Mapping[str, Any]]:
    """Every route of the table with this id, in the form of an inline one, however it was made."""
    for resource in account.of(TABLE, DEFAULT_TABLE):
        if resource.id == table:
            yield from resource.items("routes")
    for route in account.of(ROUTE):
        if route.get("routeTableId") == table:
            yield inline(route.properties)


def inline(route: Mapping[str, Any]) -> Mapping[str, Any]:
    """A standalone route in the form that it has inside a table."""
    destination: dict[str, str] = dict(zip(_DESTINATIONS, _INLINE_DESTINATIONS, strict=True))
    names = {**destination, **{name: name for name in (*_TARGETS, "state")}}
    return {names[key]: value for key, value in route.items() if key in names and value}


def standalone(route: Mapping[str, Any]) -> Mapping[str, Any]:
    """An inline route in the form that it has outside of its table."""
    names: dict[str, str] = dict(zip(_INLINE_DESTINATIONS, _DESTINATIONS, strict=True))
    return {names.get(key, key): value for key, value in route.items()}


def associations_of(account: Account, table: str) -> Iterator[Mapping[str, Any]]:
    """Every explicit association of the table with this id: `{subnetId | gatewayId | main}` and its id."""
    replaced = {main.get("vpcId"): main for main in account.of(MAIN_ASSOCIATION)}
    for resource in account.of(TABLE):
        for association in resource.items("associations") if resource.id == table else ():
            if not (association.get("main") and resource.get("vpcId") in replaced):
                yield association
    for main in replaced.values():
        if main.get("routeTableId") == table:
            yield {"main": True, "routeTableAssociationId": main.id}
    for association in account.of(ASSOCIATION):
        if association.get("routeTableId") == table:
            names = ("subnetId", "gatewayId")
            part = {name: association.get(name) for name in names if association.get(name)}
            yield {**part, "routeTableAssociationId": association.id}


def attached_vpc(account: Account, gateway: AwsResource) -> str | None:
    """The id of the VPC that an internet gateway is attached to."""
    for attachment in account.of(ATTACHMENT):
        if attachment.get("internetGatewayId") == gateway.id:
            return str(attachment.get("vpcId"))
    return gateway.get("vpcId") or None


def destination_is_new(call: Call) -> None:
    """A table has one route for a destination ("CreateRoute", Amazon EC2 API Reference)."""
    table = call.inputs["routeTableId"]
    destination = _destination(inline(call.inputs))
    others = [inline(other.properties) for other in call.others(ROUTE) if other.get("routeTableId") == table]
    resources = [resource for resource in call.account.of(TABLE, DEFAULT_TABLE) if resource.id == table]
    others += [route for resource in resources for route in resource.items("routes")]
    others += [
        {"cidrBlock": block} for resource in resources for block in _local(call, resource.get("vpcId"))
    ]
    if destination and any(_destination(other) == destination for other in others):
        raise AwsError(
            "RouteAlreadyExists", f"The route identified by {destination} already exists in {table}."
        )


def inline_destinations_differ(call: Call) -> None:
    """A table has one route for a destination ("CreateRoute", Amazon EC2 API Reference)."""
    seen = {_destination(inline(route.properties)) for route in _standalone(call)}
    seen |= set(_local(call, call.inputs.get("vpcId")))
    for route in _declared(call):
        destination = _destination(route)
        if destination in seen and route.get("gatewayId") != "local":
            raise AwsError("RouteAlreadyExists", f"The route identified by {destination} already exists.")
        seen.add(destination)


def targets_are_in_vpc(call: Call) -> None:
    """A gateway serves the tables of its own VPC ("Configure route tables", Amazon VPC User Guide)."""
    table = call.find(TABLE, "routeTableId") or call.find(TABLE, "defaultRouteTableId")
    vpc = table.get("vpcId") if table else call.inputs.get("vpcId")
    for route in _declared(call):
        internet = call.account.find(INTERNET, str(route.get("gatewayId")))
        nat = call.account.find(_NAT, str(route.get("natGatewayId")))
        gateway = internet or nat
        if gateway is None:
            continue
        home = attached_vpc(call.account, gateway) if internet else gateway.get("vpcId")
        if home != vpc:
            raise AwsError(
                "InvalidParameterValue",
                f"route table {table.id if table else '(new)'} in {vpc} and gateway {gateway.id} "
                f"in {home or 'no VPC'} belong to different networks.",
            )


def targets_exist(call: Call) -> None:
    """What a route names must be there ("CreateRoute", Amazon EC2 API Reference)."""
    for route in _declared(call):
        for name, reference in _TARGET_REFERENCES.items():
            identity = route.get(name)
            if identity and not _target_exists(call, name, identity):
                raise reference.missing(identity)


def subnet_has_one_table(call: Call) -> None:
    """A subnet is explicitly associated with one table ("Subnet route tables", Amazon VPC User Guide)."""
    subnet = call.inputs.get("subnetId")
    tables = {resource.id for resource in call.account.of(TABLE)}
    tables |= {str(other.get("routeTableId")) for other in call.others(ASSOCIATION)}
    for table in sorted(tables) if subnet else ():
        for association in associations_of(call.account, table):
            if association.get("subnetId") == subnet and association["routeTableAssociationId"] != call.id:
                raise AwsError(
                    "Resource.AlreadyAssociated",
                    f"the specified association for route table {call.inputs['routeTableId']} conflicts "
                    f"with an existing association: {subnet} is associated with {table}.",
                )


def subnet_and_table_share_vpc(call: Call) -> None:
    """A table serves subnets of its own VPC ("Subnet route tables", Amazon VPC User Guide)."""
    table, subnet = call.find(TABLE, "routeTableId"), call.find(_SUBNET, "subnetId")
    if table and subnet and table.get("vpcId") != subnet.get("vpcId"):
        raise AwsError(
            "InvalidParameterValue",
            f"Route table {table.id} and subnet {subnet.id} belong to different networks.",
        )


def vpc_has_one_internet_gateway(call: Call) -> None:
    """A VPC has one internet gateway ("Internet gateways", Amazon VPC User Guide)."""
    vpc = call.inputs.get("vpcId")
    own = call.inputs.get("internetGatewayId") or call.id
    for gateway in call.account.of(INTERNET) if vpc else ():
        if gateway.id != own and attached_vpc(call.account, gateway) == vpc:
            raise AwsError(
                "InvalidParameterValue",
                f"Network {vpc} already has an internet gateway attached: {gateway.id}.",
            )


def internet_gateway_has_one_vpc(call: Call) -> None:
    """An internet gateway serves one VPC ("Internet gateways", Amazon VPC User Guide)."""
    gateway = call.find(INTERNET, "internetGatewayId")
    home = attached_vpc(call.account, gateway) if gateway else None
    if gateway and home and home != call.inputs.get("vpcId"):
        raise AwsError(
            "Resource.AlreadyAssociated", f"resource {gateway.id} is already attached to network {home}."
        )


_TARGET_REFERENCES: Final = {
    "gatewayId": INTERNET_GATEWAY,
    "natGatewayId": NAT_GATEWAY,
    "egressOnlyGatewayId": EGRESS_ONLY_GATEWAY,
    "vpcEndpointId": ENDPOINT,
}


def _declared(call: Call) -> Iterable[Mapping[str, Any]]:
    """The routes that this call makes: its own, or those inside its table."""
    return [call.inputs] if call.type == ROUTE else call.inputs.get("routes") or ()


def _target_exists(call: Call, name: str, identity: str) -> bool:
    """Whether the account has the target, or cannot know: virtual private gateways are not in its file."""
    reference = _TARGET_REFERENCES[name]
    if name == "gatewayId" and not identity.startswith("igw-"):
        return True
    return is_there(call, reference, name, identity)


def _standalone(call: Call) -> Iterable[AwsResource]:
    """The routes beside those inside a table: adoption removes them before it adds its own."""
    return (route for route in call.account.of(ROUTE) if call.id and route.get("routeTableId") == call.id)


def _local(call: Call, vpc: Any) -> Iterator[str]:
    """The blocks of a VPC: each has a local route in every table."""
    found = call.account.find(_VPC, str(vpc))
    if found and found.get("cidrBlock"):
        yield str(found.get("cidrBlock"))


def _destination(route: Mapping[str, Any]) -> str:
    """What a route leads to, in one spelling."""
    value = next((route[name] for name in _INLINE_DESTINATIONS if route.get(name)), "")
    return str(network(value) or value)


def _table(call: Call, identity: str) -> Mapping[str, Any]:
    return {
        "arn": call.arn("ec2", f"route-table/{identity}"),
        "ownerId": call.caller.account_id,
        "routes": call.inputs.get("routes") or [],
        "propagatingVgws": call.inputs.get("propagatingVgws") or [],
    }


def _default_table(call: Call, identity: str) -> Mapping[str, Any]:
    table = call.find(TABLE, "defaultRouteTableId")
    return {**_table(call, identity), "vpcId": table.get("vpcId") if table else None}


def _default_table_wipes(adopted: AwsResource, call: Call) -> Iterable[AwsResource]:
    """Adopting a main table takes all its routes away (`aws.ec2.DefaultRouteTable`, pulumi-aws)."""
    table = call.account.find(TABLE, adopted.id)
    if table is not None:
        yield AwsResource(TABLE, table.id, {**table.outputs, "routes": []}, owner=table.owner)


def _route_id(call: Call) -> str:
    """As the provider makes it: `r-`, the table and a hash of the destination."""
    number = int(call.digest(_destination(inline(call.inputs)), 8), 16)
    return f"r-{call.inputs['routeTableId']}{number:010d}"


def _route_import(route: Mapping[str, Any]) -> str:
    destination = next((route[name] for name in _DESTINATIONS if route.get(name)), "")
    return f"{route['routeTableId']}_{destination}"


def _association_import(association: Mapping[str, Any]) -> str:
    return f"{association.get('subnetId') or association.get('gatewayId')}/{association['routeTableId']}"


def _main_association(call: Call, _identity: str) -> Mapping[str, Any]:
    vpc = call.find(_VPC, "vpcId")
    return {"originalRouteTableId": vpc.get("mainRouteTableId") if vpc else None}


def _gateway(call: Call, identity: str) -> Mapping[str, Any]:
    return {
        "arn": call.arn("ec2", f"internet-gateway/{identity}"),
        "ownerId": call.caller.account_id,
        "vpcId": call.inputs.get("vpcId") or "",
    }


_INLINE_CHECKS: Final = (ipv4_network("routes.*.cidrBlock"), ipv6_network("routes.*.ipv6CidrBlock"))
_INLINE_RULES: Final = (inline_destinations_differ, targets_exist, targets_are_in_vpc)

KINDS: Final = (
    Kind(
        TABLE,
        ec2_id("rtb"),
        _table,
        replaced_by=frozenset({"vpcId"}),
        references={"vpcId": VPC},
        checks=_INLINE_CHECKS,
        rules=_INLINE_RULES,
    ),
    Kind(
        DEFAULT_TABLE,
        id_from("defaultRouteTableId"),
        _default_table,
        replaced_by=frozenset({"defaultRouteTableId"}),
        references={"defaultRouteTableId": ROUTE_TABLE},
        non_blocking_references=frozenset({"defaultRouteTableId"}),
        checks=_INLINE_CHECKS,
        rules=_INLINE_RULES,
        implicit_resources=_default_table_wipes,
    ),
    Kind(
        ROUTE,
        _route_id,
        lambda _call, _id: {
            "origin": "CreateRoute",
            "state": "active",
            "instanceId": "",
            "instanceOwnerId": "",
        },
        defaults={"networkInterfaceId": None},
        replaced_by=frozenset({"routeTableId", *_DESTINATIONS}),
        references={"routeTableId": ROUTE_TABLE},
        non_blocking_references=frozenset({"routeTableId"}),
        checks=(
            exactly_one_of("", *_DESTINATIONS),
            exactly_one_of("", *_TARGETS),
            ipv4_network("destinationCidrBlock"),
            ipv6_network("destinationIpv6CidrBlock"),
        ),
        rules=(destination_is_new, targets_exist, targets_are_in_vpc),
        imported_as=_route_import,
    ),
    Kind(
        ASSOCIATION,
        ec2_id("rtbassoc"),
        replaced_by=frozenset({"subnetId", "gatewayId"}),
        references={"routeTableId": ROUTE_TABLE, "subnetId": SUBNET},
        non_blocking_references=frozenset({"subnetId"}),
        checks=(exactly_one_of("", "subnetId", "gatewayId"),),
        rules=(subnet_and_table_share_vpc, subnet_has_one_table),
        imported_as=_association_import,
    ),
    Kind(
        MAIN_ASSOCIATION,
        ec2_id("rtbassoc"),
        _main_association,
        replaced_by=frozenset({"vpcId"}),
        references={"vpcId": VPC, "routeTableId": ROUTE_TABLE},
        non_blocking_references=frozenset({"vpcId"}),
    ),
    Kind(
        INTERNET,
        ec2_id("igw"),
        _gateway,
        references={"vpcId": VPC},
        rules=(vpc_has_one_internet_gateway,),
    ),
    Kind(
        ATTACHMENT,
        lambda call: f"{call.inputs['internetGatewayId']}:{call.inputs['vpcId']}",
        replaced_by=frozenset({"vpcId", "internetGatewayId"}),
        references={"vpcId": VPC, "internetGatewayId": INTERNET_GATEWAY},
        rules=(internet_gateway_has_one_vpc, vpc_has_one_internet_gateway),
    ),
    Kind(
        "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
        ec2_id("eigw"),
        replaced_by=frozenset({"vpcId"}),
        references={"vpcId": VPC},
    ),
)
