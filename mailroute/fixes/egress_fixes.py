"""New egress paths of a VPC: a NAT gateway with its route, an SMTP endpoint, or a public address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from reachability import UNKNOWN, Finding, Origin, Resource
from reachability.aws.route_table_association import implicit_main_table
from reachability.aws.ses import region_of_service
from reachability.graph import tokens
from reachability.graph.references import exactly
from reachability.values import Unknown, Value, get, items
from reachability.workloads.capacity import runs_on_fargate

from .changes import (
    ENDPOINT_ZONE,
    NAT_GATEWAY,
    PUBLIC_ADDRESS,
    Change,
    Fix,
    Situation,
    block_of_workload,
    reference,
    vpc_of_workload,
    with_properties,
)

if TYPE_CHECKING:
    from reachability import Proof
    from reachability.aws.subnet import Subnet
    from reachability.aws.vpc import Vpc


def add_nat_route(situation: Situation, finding: Finding) -> Change | None:
    """A default route to a NAT gateway: one that serves the VPC already, or a new one in a public subnet."""
    proof, graph = situation.proof, situation.graph
    vpc = vpc_of_workload(situation.workload)
    if vpc is None:
        return None
    table, tables = graph.find(finding.resource), proof.network.route_tables
    called = tables.read(table or implicit_main_table(vpc.resource)).called
    if table is None and finding.resource.startswith(f"{vpc.key}#"):
        table = vpc.resource  # It stands for the main table that AWS makes with it.
    if table is None or table.type not in tokens.ROUTE_TABLE + tokens.VPC:
        return None
    inline = items(table.declared("routes"))
    if isinstance(inline, Unknown):
        return None
    rivals = [
        other.key
        for other, _ in tables.standalone_in(table)
        if other.get("destinationCidrBlock") == "0.0.0.0/0"
    ]
    kept = [entry for entry in inline if get(entry, "cidrBlock") != "0.0.0.0/0"]
    replaced = ", in place of its default route" if rivals or len(kept) < len(inline) else ""
    nat = _working_nat(proof, vpc)
    put: tuple[Resource, ...] = ()
    monthly = 0.0
    if nat is not None:
        text = f"route 0.0.0.0/0 of {called} to NAT gateway {nat.label}{replaced}"
    else:
        added = _nat_to_add(situation, vpc)
        if added is None:
            return None
        nat, put, what, monthly = added
        text = f"add {what} and route 0.0.0.0/0 of {called} to it{replaced}"
    nat_value, nat_source = reference(nat, "natGatewayId")
    if inline and table.origin is Origin.PROGRAM:
        routes = [*kept, {"cidrBlock": "0.0.0.0/0", "natGatewayId": nat_value}]
        sources = (*table.dependencies.get("routes", ()), nat.key)
        change = with_properties(table, text, {"routes": routes}, {"routes": sources}, monthly)
        return replace(change, put=(*change.put, *put))
    table_value, table_source = reference(table, "routeTableId")
    route = Resource(
        key=f"{table.key}#default-route",
        type=tokens.ROUTE[0],
        name="default route",
        properties={
            "routeTableId": table_value,
            "destinationCidrBlock": "0.0.0.0/0",
            "natGatewayId": nat_value,
        },
        id=f"{table.key}#default-route" if replaced else UNKNOWN,  # It takes the place of one.
        dependencies={**table_source, **nat_source},
    )
    return Change(text, table.key, (*put, route), tuple(rivals), monthly)


def _working_nat(proof: Proof, vpc: Vpc) -> Resource | None:
    for nat in proof.network.nat_gateways:
        usable = nat.translates() + proof.walk.sends_out(nat)
        if nat.vpc.target == vpc and not usable.findings:
            return nat.resource
    return None


def _nat_to_add(situation: Situation, vpc: Vpc) -> tuple[Resource, tuple[Resource, ...], str, float] | None:
    """A NAT gateway in a public subnet; a regional one, which needs none, where the VPC has no such subnet.

    Source: Amazon VPC User Guide, "Regional NAT gateways".
    """
    network = situation.proof.network
    for subnet in network.subnets:
        if subnet.vpc.target == vpc:
            nat = _new_nat(subnet.resource, "subnetId", allocationId=UNKNOWN)
            if _gets_out(situation.proof, nat):
                return nat, (nat,), f"a NAT gateway in public subnet {subnet.label}", NAT_GATEWAY
    nat = _new_nat(vpc.resource, "vpcId", availabilityMode="regional")
    monthly = round(NAT_GATEWAY * len(_zones(situation)), 2)
    if _gets_out(situation.proof, nat):
        return nat, (nat,), f"a regional NAT gateway to VPC {vpc.label}", monthly
    if network.internet_gateways.may_be_attached_to(exactly(vpc)):
        return None  # It leads nowhere, and another one cannot be attached.
    value, source = reference(vpc.resource, "vpcId")
    gateway = Resource(
        key=f"{vpc.key}#internet-gateway",
        type=tokens.INTERNET_GATEWAY[0],
        name="new internet gateway",
        properties={"vpcId": value},
        dependencies=source,
    )
    return nat, (gateway, nat), f"an internet gateway and a regional NAT gateway to VPC {vpc.label}", monthly


def _gets_out(proof: Proof, nat: Resource) -> bool:
    return not proof.walk.sends_out(proof.network.nat_gateways.read(nat)).findings


def _new_nat(place: Resource, prop: str, **properties: Any) -> Resource:
    value, source = reference(place, prop)
    return Resource(
        key=f"{place.key}#nat-gateway",
        type=tokens.NAT_GATEWAY[0],
        name="(new)",
        properties={prop: value, "connectivityType": "public", **properties},
        dependencies=source,
    )


def _zones(situation: Situation) -> dict[Value, Subnet]:
    """The zones that the workload may run in, each with one of its subnets there."""
    zones: dict[Value, Subnet] = {}
    for placement in situation.workload.placements:
        for ref in placement.subnets:
            for subnet in ref.candidates:
                zones.setdefault(subnet.zone, subnet)
    return zones


def add_address(situation: Situation, _finding: Finding) -> Change | None:
    """A public address for the tasks of an ECS service on Fargate: its subnet may be a public one."""
    service = situation.workload.resource
    config = service.get("networkConfiguration")
    if not isinstance(config, Mapping) or runs_on_fargate(situation.proof.network.graph, service) is not True:
        return None
    text = f"give the tasks of {service.label} public addresses (assign_public_ip=True)"
    changed = {"networkConfiguration": {**config, "assignPublicIp": True}}
    return with_properties(service, text, changed, monthly=PUBLIC_ADDRESS)


def add_endpoint(situation: Situation, _finding: Finding) -> Change | None:
    """An SMTP endpoint in the workload's subnets, one in each zone that offers it."""
    endpoints, vpc = situation.proof.network.vpc_endpoints, vpc_of_workload(situation.workload)
    region = _region(situation)
    if vpc is None or region is None:
        return None
    offered = partial(endpoints.zones.smtp_in_zone, region)
    subnets = [
        subnet
        for zone, subnet in _zones(situation).items()
        if offered(zone, subnet.zone_id, subnet.account) is True
    ]
    if not subnets:
        return None
    references = [reference(subnet.resource, "subnetIds") for subnet in subnets]
    vpc_value, vpc_source = reference(vpc.resource, "vpcId")
    group = Resource(
        key=f"{vpc.key}#smtp-endpoint-group",
        type=tokens.SECURITY_GROUP[0],
        name="security group of the new endpoint",
        properties={
            "vpcId": vpc_value,
            "ingress": [
                {
                    "protocol": "tcp",
                    "fromPort": situation.port,
                    "toPort": situation.port,
                    "cidrBlocks": [block_of_workload(situation)],
                }
            ],
        },
        dependencies=vpc_source,
    )
    endpoint = Resource(
        key=f"{vpc.key}#smtp-endpoint",
        type=tokens.VPC_ENDPOINT[0],
        name="new SMTP endpoint",
        properties={
            "vpcId": vpc_value,
            "serviceName": f"com.amazonaws.{region}.email-smtp",
            "vpcEndpointType": "Interface",
            "privateDnsEnabled": True,
            "subnetIds": [value for value, _ in references],
            "securityGroupIds": [UNKNOWN],
        },
        dependencies={
            **vpc_source,
            "subnetIds": tuple(key for _, source in references for key in source["subnetIds"]),
            "securityGroupIds": (group.key,),
        },
    )
    where = ", ".join(subnet.label for subnet in subnets)
    text = (
        "add an interface endpoint for email-smtp (aws.ec2.VpcEndpoint) with private DNS to VPC "
        f"{vpc.label}, in subnets {where}, and let every client of SES in: it takes the name for the whole "
        "VPC"
    )
    return Change(text, vpc.key, (group, endpoint), monthly=round(ENDPOINT_ZONE * len(subnets), 2))


def _region(situation: Situation) -> str | None:
    """The workload's region; where its provider does not tell, that of an SMTP endpoint that is there."""
    region = situation.workload.resource.region
    if isinstance(region, str):
        return region
    endpoints = situation.proof.network.vpc_endpoints.smtp
    services = (str(endpoint.resource.get("serviceName")) for endpoint in endpoints)
    return next(filter(None, map(region_of_service, services)), None)


EGRESS_FIXES: Final[tuple[Fix, ...]] = (add_nat_route, add_endpoint, add_address)
"""Each by itself is a way to a mail server."""
