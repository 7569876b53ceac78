"""New ways out of a VPC: a NAT gateway with its route, or an SMTP endpoint."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from . import kinds
from .changes import (
    ENDPOINT_ZONE,
    NAT_GATEWAY,
    Change,
    Situation,
    applied,
    block_of_workload,
    reference,
    vpc_of_workload,
    with_properties,
)
from .endpoints import region_of_service
from .graph import Resource
from .values import UNKNOWN, Unknown, get, items
from .verdict import Finding, Origin

if TYPE_CHECKING:
    from .proof import Proof


def add_nat_route(situation: Situation, finding: Finding) -> Change | None:
    """A default route to a NAT gateway: one that serves the VPC already, or a new one in a public subnet."""
    proof, graph = situation.proof, situation.graph
    vpc = vpc_of_workload(situation)
    table = (
        graph.find(finding.resource) or (vpc if finding.resource.startswith(f"{vpc.key}#") else None)
        if vpc
        else None
    )
    if vpc is None or table is None:
        return None
    nat = _working_nat(proof, vpc)
    put: tuple[Resource, ...] = ()
    monthly = 0.0
    if nat is None:
        subnet = _public_subnet(proof, vpc)
        if subnet is None:
            return None
        nat = _new_nat(subnet)
        put, monthly = (nat,), NAT_GATEWAY
        text = f"add a NAT gateway in public subnet {subnet.label} and route 0.0.0.0/0 of {table.label} to it"
    else:
        text = f"route 0.0.0.0/0 of {table.label} to NAT gateway {nat.label}"
    nat_value, nat_source = reference(nat, "natGatewayId")
    inline = items(table.declared("routes")) if table.type in kinds.ROUTE_TABLE else ()
    if isinstance(inline, Unknown):
        return None
    if inline and table.origin is Origin.PROGRAM:
        kept = [entry for entry in inline if get(entry, "cidrBlock") != "0.0.0.0/0"]
        change = with_properties(
            table, text, {"routes": [*kept, {"cidrBlock": "0.0.0.0/0", "natGatewayId": nat_value}]}, monthly
        )
        sources = (*table.dependencies.get("routes", ()), nat.key)
        changed = replace(change.put[0], dependencies={**table.dependencies, "routes": sources})
        return replace(change, put=(changed, *put))
    table_value, table_source = reference(table, "routeTableId")
    route = Resource(
        key=f"{table.key}#default-route",
        type=kinds.ROUTE[0],
        name="default route",
        properties={
            "routeTableId": table_value,
            "destinationCidrBlock": "0.0.0.0/0",
            "natGatewayId": nat_value,
        },
        dependencies={**table_source, **nat_source},
    )
    rivals = [
        other.key
        for other, _ in proof.crossing.routes.standalone_in(table)
        if other.get("destinationCidrBlock") == "0.0.0.0/0"
    ]
    return Change(text, table.key, (*put, route), tuple(rivals), monthly)


def _working_nat(proof: Proof, vpc: Resource) -> Resource | None:
    gateways = proof.crossing.gateways
    for nat in proof.crossing.graph.of_type(*kinds.NAT_GATEWAY):
        usable = gateways.translates(nat) + gateways.sends_out(nat)
        if gateways.vpc_of_nat(nat).target == vpc and not usable.findings:
            return nat
    return None


def _public_subnet(proof: Proof, vpc: Resource) -> Resource | None:
    """A subnet of `vpc` from which a NAT gateway would get out."""
    for subnet in proof.crossing.graph.of_type(*kinds.SUBNET):
        if proof.crossing.network.vpc_of(subnet).target == vpc:
            nat = _new_nat(subnet)
            graph = applied(proof.crossing.graph, [Change("", subnet.key, (nat,))])
            if not type(proof)(graph).crossing.gateways.sends_out(nat).findings:
                return subnet
    return None


def _new_nat(subnet: Resource) -> Resource:
    value, source = reference(subnet, "subnetId")
    return Resource(
        key=f"{subnet.key}#nat-gateway",
        type=kinds.NAT_GATEWAY[0],
        name="new NAT gateway",
        properties={"subnetId": value, "connectivityType": "public", "allocationId": UNKNOWN},
        dependencies=source,
    )


def add_endpoint(situation: Situation, _finding: Finding) -> Change | None:
    """An SMTP endpoint in the workload's subnets, one in each zone that offers it."""
    proof, vpc = situation.proof, vpc_of_workload(situation)
    region = _region(situation)
    if vpc is None or region is None:
        return None
    zones: dict[str, Resource] = {}
    for placement in situation.workload.placements:
        for ref in placement.subnets:
            for subnet in ref.candidates:
                zone = subnet.get("availabilityZone")
                offered = proof.ses.endpoints.offer.smtp_in_zone(
                    region, zone, subnet.get("availabilityZoneId"), subnet.account
                )
                if offered is True:
                    zones.setdefault(str(zone), subnet)
    if not zones:
        return None
    subnets = list(zones.values())
    references = [reference(subnet, "subnetIds") for subnet in subnets]
    vpc_value, vpc_source = reference(vpc, "vpcId")
    group = Resource(
        key=f"{vpc.key}#smtp-endpoint-group",
        type=kinds.SECURITY_GROUP[0],
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
        type=kinds.VPC_ENDPOINT[0],
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
            "subnetIds": tuple(key for _, source in references for key in source.get("subnetIds", ())),
            "securityGroupIds": (group.key,),
        },
    )
    where = ", ".join(subnet.label for subnet in subnets)
    text = f"add an SMTP endpoint (SmtpEndpoint) with private DNS to VPC {vpc.label}, in subnets {where}"
    return Change(text, vpc.key, (group, endpoint), monthly=round(ENDPOINT_ZONE * len(subnets), 2))


def _region(situation: Situation) -> str | None:
    regions = [
        situation.workload.resource.region,
        *(endpoint.region for endpoint in situation.proof.ses.endpoints.smtp),
    ]
    regions += [
        region_of_service(str(endpoint.get("serviceName"))) or UNKNOWN
        for endpoint in situation.proof.ses.endpoints.smtp
    ]
    return next((region for region in regions if isinstance(region, str)), None)
