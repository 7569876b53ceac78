"""New ways out of a VPC: a NAT gateway with its route, an SMTP endpoint, or a public address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from . import kinds
from .changes import (
    ENDPOINT_ZONE,
    NAT_GATEWAY,
    PUBLIC_ADDRESS,
    Change,
    Mend,
    Situation,
    block_of_workload,
    reference,
    vpc_of_workload,
    with_properties,
)
from .graph import Resource
from .network import implicit_main_table, table_name
from .references import exactly
from .ses_names import region_of_service
from .values import UNKNOWN, Unknown, Value, get, items
from .verdict import Finding, Origin
from .workloads.ecs import runs_on_fargate

if TYPE_CHECKING:
    from .proof import Proof


def add_nat_route(situation: Situation, finding: Finding) -> Change | None:
    """A default route to a NAT gateway: one that serves the VPC already, or a new one in a public subnet."""
    proof, graph = situation.proof, situation.graph
    vpc = vpc_of_workload(situation.proof, situation.workload)
    if vpc is None:
        return None
    table = graph.find(finding.resource)
    called = table_name(table or implicit_main_table(vpc))
    if table is None and finding.resource.startswith(f"{vpc.key}#"):
        table = vpc  # It stands for the main table that AWS makes with it.
    if table is None or table.type not in kinds.ROUTE_TABLE + kinds.VPC:
        return None
    inline = items(table.declared("routes"))
    if isinstance(inline, Unknown):
        return None
    rivals = [
        other.key
        for other, _ in proof.crossing.routes.standalone_in(table)
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
        type=kinds.ROUTE[0],
        name="default route",
        properties={
            "routeTableId": table_value,
            "destinationCidrBlock": "0.0.0.0/0",
            "natGatewayId": nat_value,
        },
        dependencies={**table_source, **nat_source},
    )
    return Change(text, table.key, (*put, route), tuple(rivals), monthly)


def _working_nat(proof: Proof, vpc: Resource) -> Resource | None:
    gateways = proof.crossing.gateways
    for nat in proof.crossing.graph.of_type(*kinds.NAT_GATEWAY):
        usable = gateways.translates(nat) + gateways.sends_out(nat)
        if gateways.vpc_of_nat(nat).target == vpc and not usable.findings:
            return nat
    return None


def _nat_to_add(
    situation: Situation, vpc: Resource
) -> tuple[Resource, tuple[Resource, ...], str, float] | None:
    """A NAT gateway in a public subnet; a regional one, which needs none, where the VPC has no such subnet.

    Source: Amazon VPC User Guide, "Regional NAT gateways".
    """
    for subnet in situation.graph.of_type(*kinds.SUBNET):
        if situation.proof.crossing.network.vpc_of(subnet).target == vpc:
            nat = _new_nat(subnet, "subnetId", allocationId=UNKNOWN)
            if _gets_out(situation.proof, nat):
                return nat, (nat,), f"a NAT gateway in public subnet {subnet.label}", NAT_GATEWAY
    nat = _new_nat(vpc, "vpcId", availabilityMode="regional")
    monthly = round(NAT_GATEWAY * len(_zones(situation)), 2)
    if _gets_out(situation.proof, nat):
        return nat, (nat,), f"a regional NAT gateway to VPC {vpc.label}", monthly
    if situation.proof.crossing.network.may_have_gateway(exactly(vpc)):
        return None  # It leads nowhere, and another one cannot be attached.
    value, source = reference(vpc, "vpcId")
    gateway = Resource(
        key=f"{vpc.key}#internet-gateway",
        type=kinds.INTERNET_GATEWAY[0],
        name="new internet gateway",
        properties={"vpcId": value},
        dependencies=source,
    )
    return nat, (gateway, nat), f"an internet gateway and a regional NAT gateway to VPC {vpc.label}", monthly


def _gets_out(proof: Proof, nat: Resource) -> bool:
    return not proof.crossing.gateways.sends_out(nat).findings


def _new_nat(place: Resource, prop: str, **properties: Any) -> Resource:
    value, source = reference(place, prop)
    return Resource(
        key=f"{place.key}#nat-gateway",
        type=kinds.NAT_GATEWAY[0],
        name="(new)",
        properties={prop: value, "connectivityType": "public", **properties},
        dependencies=source,
    )


def _zones(situation: Situation) -> dict[Value, Resource]:
    """The zones that the workload may run in, each with one of its subnets there."""
    zones: dict[Value, Resource] = {}
    for placement in situation.workload.placements:
        for ref in placement.subnets:
            for subnet in ref.candidates:
                zones.setdefault(subnet.get("availabilityZone"), subnet)
    return zones


def add_address(situation: Situation, _finding: Finding) -> Change | None:
    """A public address for the tasks of an ECS service on Fargate: its subnet may be a public one."""
    service = situation.workload.resource
    config = service.get("networkConfiguration")
    if not isinstance(config, Mapping) or runs_on_fargate(service) is not True:
        return None
    text = f"give the tasks of {service.label} public addresses (assign_public_ip=True)"
    changed = {"networkConfiguration": {**config, "assignPublicIp": True}}
    return with_properties(service, text, changed, monthly=PUBLIC_ADDRESS)


def add_endpoint(situation: Situation, _finding: Finding) -> Change | None:
    """An SMTP endpoint in the workload's subnets, one in each zone that offers it."""
    proof, vpc = situation.proof, vpc_of_workload(situation.proof, situation.workload)
    region = _region(situation)
    if vpc is None or region is None:
        return None
    offered = partial(proof.ses.endpoints.offer.smtp_in_zone, region)
    subnets = [
        subnet
        for zone, subnet in _zones(situation).items()
        if offered(zone, subnet.get("availabilityZoneId"), subnet.account) is True
    ]
    if not subnets:
        return None
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
            "subnetIds": tuple(key for _, source in references for key in source["subnetIds"]),
            "securityGroupIds": (group.key,),
        },
    )
    where = ", ".join(subnet.label for subnet in subnets)
    text = (
        f"add an SMTP endpoint (SmtpEndpoint) with private DNS to VPC {vpc.label}, in subnets {where}, and "
        "let every client of SES in: it takes the name for the whole VPC"
    )
    return Change(text, vpc.key, (group, endpoint), monthly=round(ENDPOINT_ZONE * len(subnets), 2))


def _region(situation: Situation) -> str | None:
    """The workload's region; where its provider does not tell, that of an SMTP endpoint that is there."""
    region = situation.workload.resource.region
    if isinstance(region, str):
        return region
    services = (str(endpoint.get("serviceName")) for endpoint in situation.proof.ses.endpoints.smtp)
    return next(filter(None, map(region_of_service, services)), None)


WAYS_OUT: Final[tuple[Mend, ...]] = (add_nat_route, add_endpoint, add_address)
"""Each by itself is a way to a mail server."""
