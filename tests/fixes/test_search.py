"""Repairs: the smallest sets of changes that the proof accepts, and nothing where there is none."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

import pytest

from mailroute.fixes import Repair, Repairs
from mailroute.fixes.changes import applied
from reachability import Graph, Origin, Settings, Verdict, ZoneAvailability, merge, parse, prove
from reachability.proof import Proof
from tests.reachability.stacks import (
    ALL_OUT,
    ANYWHERE,
    PRIVATE,
    PRIVATE_TABLE,
    PUBLIC,
    PUBLIC_TABLE,
    REGION,
    VPC,
    Stack,
    image,
    incident,
    name_host,
    own_network,
    ref,
)


@pytest.fixture
def account() -> dict[str, Any]:
    return incident()


def _properties(account: dict[str, Any], identity: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        entry["properties"] for entry in account["resources"] if entry["id"] == identity
    )
    return found


def _repairs(account: dict[str, Any]) -> tuple[Repair, ...]:
    evidence = parse(account)
    graph = merge([], evidence, project="p", stack="s")
    (egress,) = prove(graph, zones=evidence.zones, origin=Origin.ACCOUNT)
    repairs = Repairs(graph, Settings(), evidence.zones).of(egress)
    for repair in repairs:
        _holds_and_needs_every_change(graph, egress.urn, repair, evidence.zones)
    return repairs


def _holds_and_needs_every_change(graph: Any, urn: str, repair: Repair, zones: Any) -> None:
    """Run the proof on the changed graph, apart from the search that proposed it."""
    moved = [change for change in repair.changes if not change.put]
    for left_out in (None, *(change for change in repair.changes if change.put)):
        changes = [change for change in repair.changes if change is not left_out]
        proof = Proof(applied(graph, changes), Settings(), zones)
        workload = next(found for found in proof.workloads(Origin.ACCOUNT) if found.resource.key == urn)
        (destination,) = workload.destinations
        if moved:
            destination = type(destination)("email-smtp.us-east-1.amazonaws.com", 587)
        outcome = proof.judge(workload.placements, destination)
        assert (outcome.verdict is Verdict.REACHABLE) is (left_out is None)


def test_the_incident_has_two_repairs_ses_is_the_cheaper(account: dict[str, Any]) -> None:
    nat, ses = _repairs(account)
    assert [change.text for change in nat.changes] == [
        "add a NAT gateway in public subnet subnet-07be90d42f1a6c385 and route 0.0.0.0/0 "
        f"of route table {PRIVATE_TABLE} to it"
    ]
    assert [change.text.split(":")[0].split(" (")[0] for change in ses.changes] == [
        "send through Amazon SES",
        "add an interface endpoint for email-smtp",
    ]
    assert (nat.monthly, ses.monthly) == (36.5, 14.6)


def test_every_layer_that_is_closed_is_opened(account: dict[str, Any]) -> None:
    """A closed group, a closed ACL and a missing route at once."""
    _properties(account, "sg-01e6a4f3bd829c57e")["egress"] = []
    _properties(account, "acl-03f8c1a92e5d70b46")["egress"] = []
    nat = _repairs(account)[0]
    texts = sorted(change.text.split(" ")[0] for change in nat.changes)
    assert texts == ["add", "allow", "let"]


def test_an_acl_is_opened_before_its_first_denying_entry(account: dict[str, Any]) -> None:
    acl = _properties(account, "acl-03f8c1a92e5d70b46")
    acl["egress"] = [{**acl["egress"][0], "ruleNo": 1, "action": "deny"}]
    nat = _repairs(account)[0]
    opened = next(change for change in nat.changes if change.text.startswith("allow"))
    assert opened.text.endswith("first in network ACL acl-03f8c1a92e5d70b46, the others' numbers two higher")
    numbers = {entry["ruleNo"]: entry["action"] for entry in opened.put[0].properties["egress"]}
    assert numbers == {1: "allow", 2: "allow", 3: "deny"}


def test_a_working_nat_gateway_is_used_again(account: dict[str, Any]) -> None:
    account["resources"].append(
        {
            "type": "aws:ec2/natGateway:NatGateway",
            "id": "nat-there",
            "properties": {
                "subnetId": "subnet-07be90d42f1a6c385",
                "connectivityType": "public",
                "allocationId": "eipalloc-1",
                "state": "available",
            },
        }
    )
    first = _repairs(account)[0]
    assert [change.text for change in first.changes] == [
        f"route 0.0.0.0/0 of route table {PRIVATE_TABLE} to NAT gateway nat-there"
    ]
    assert first.monthly == 0


def _without_smtp_endpoints(account: dict[str, Any]) -> None:
    """AWS offers the SMTP endpoint in none of the zones."""
    account["endpointServices"] = [
        {**service, "availabilityZones": []}
        for service in account["endpointServices"]
        if service["serviceName"].endswith("email-smtp")
    ]


def test_a_vpc_without_internet_gateway_gets_a_regional_nat(
    account: dict[str, Any],
) -> None:
    account["resources"] = [entry for entry in account["resources"] if "internetGateway" not in entry["type"]]
    _without_smtp_endpoints(account)
    (repair,) = _repairs(account)
    assert [change.text for change in repair.changes] == [
        "add an internet gateway and a regional NAT gateway to VPC vpc-0e9cd2c204069ca54 "
        f"and route 0.0.0.0/0 of route table {PRIVATE_TABLE} to it"
    ]
    assert repair.monthly == 2 * 36.5


def test_where_the_endpoint_is_there_only_the_host_changes(account: dict[str, Any]) -> None:
    account["resources"].append(
        {
            "type": "aws:ec2/vpcEndpoint:VpcEndpoint",
            "id": "vpce-there",
            "properties": {
                "vpcId": "vpc-0e9cd2c204069ca54",
                "serviceName": "com.amazonaws.us-east-1.email-smtp",
                "vpcEndpointType": "Interface",
                "privateDnsEnabled": True,
                "subnetIds": ["subnet-058489269eab00608"],
                "securityGroupIds": ["sg-there"],
                "state": "available",
            },
        }
    )
    account["resources"].append(
        {
            "type": "aws:ec2/securityGroup:SecurityGroup",
            "id": "sg-there",
            "properties": {
                "vpcId": "vpc-0e9cd2c204069ca54",
                "ingress": [
                    {"protocol": "tcp", "fromPort": 587, "toPort": 587, "cidrBlocks": ["172.31.0.0/16"]}
                ],
                "egress": [],
            },
        }
    )
    first = _repairs(account)[0]
    assert [change.text.split(":")[0] for change in first.changes] == ["send through Amazon SES"]
    assert first.monthly == 0


@pytest.mark.parametrize(
    ("launch", "helps"), [({"launchType": "FARGATE"}, True), ({"launchType": "EC2"}, False)]
)
def test_the_tasks_of_a_service_in_a_public_subnet_get_addresses(
    nat: Stack, launch: dict[str, str], helps: bool
) -> None:
    for name in ("connector", "service"):
        nat.remove(name)
    containers = [{"name": "app", "environment": [{"name": "SMTP_HOST", "value": "smtp.example.com"}]}]
    nat.add("aws:ecs/taskDefinition:TaskDefinition", "task", containerDefinitions=json.dumps(containers))
    nat.add(
        "aws:ecs/service:Service",
        "tasks",
        name="tasks",
        taskDefinition=ref("task"),
        networkConfiguration={"subnets": [PUBLIC[0]], "securityGroups": [ref("connector-group")]},
        **launch,
    )
    (egress,) = nat.prove()
    repairs = Repairs(nat.graph(), Settings(), nat.evidence().zones).of(egress)
    found = {repair.changes[0].text: repair.monthly for repair in repairs if len(repair.changes) == 1}
    address = found.get("give the tasks of tasks public addresses (assign_public_ip=True)")
    assert address == (3.65 if helps else None)


def test_block_public_access_has_no_repair(account: dict[str, Any]) -> None:
    """No change in a stack undoes Block Public Access, and no zone offers the endpoint."""
    options = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"
    mode = {"internetGatewayBlockMode": "block-bidirectional"}
    account["resources"].append({"type": options, "id": "us-east-1", "properties": mode})
    _without_smtp_endpoints(account)
    assert _repairs(account) == ()


def test_a_workload_that_is_not_in_the_graph_gets_no_repair(nat: Stack) -> None:
    nat.remove("default")
    (egress,) = nat.prove()

    assert Repairs(Graph([]), Settings(), nat.evidence().zones).of(egress) == ()


def test_no_repair_breaks_another_workloads_path(nat: Stack) -> None:
    """An endpoint takes SES's name for the whole VPC, and the other service's group lets nothing into it."""
    ses = f"email-smtp.{REGION}.amazonaws.com"
    elsewhere = IPv4Network("0.0.0.0/0").address_exclude(IPv4Network("172.31.0.0/16"))
    outside = {"protocol": "tcp", "fromPort": 587, "toPort": 587, "cidrBlocks": list(map(str, elsewhere))}
    nat["connector-group"]["egress"] = [outside]
    name_host(nat, ses)
    nat.add(
        "aws:ec2/subnet:Subnet", "lone", vpcId=VPC, cidrBlock="172.31.200.0/24", availabilityZone="us-east-1a"
    )
    nat.add("aws:ec2/routeTable:RouteTable", "lone-table", vpcId=VPC)
    link = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    nat.add(link, "lone-link", subnetId=ref("lone"), routeTableId=ref("lone-table"))
    nat.add("aws:ec2/securityGroup:SecurityGroup", "open", vpcId=VPC, egress=[ALL_OUT])
    connector, service = copy.deepcopy(nat["connector"]), copy.deepcopy(nat["service"])
    connector.update(subnets=[ref("lone")], securityGroups=[ref("open")])
    service["serviceName"] = "other"
    service["networkConfiguration"]["egressConfiguration"]["vpcConnectorArn"] = ref("other-connector")
    nat.add("aws:apprunner/vpcConnector:VpcConnector", "other-connector", **connector)
    nat.add("aws:apprunner/service:Service", "other", **service)
    verdicts = {egress.service: egress for egress in nat.prove()}
    assert verdicts["daadaar-backend"].verdict is Verdict.REACHABLE
    repairs = Repairs(nat.graph(), Settings(), nat.evidence().zones)

    offered = [change.text for repair in repairs.of(verdicts["other"]) for change in repair.changes]
    assert offered == ["route 0.0.0.0/0 of route table lone-table to NAT gateway nat"]
    nat["connector-group"]["egress"] = [ALL_OUT]
    repairs = Repairs(nat.graph(), Settings(), nat.evidence().zones)
    assert len(repairs.of(verdicts["other"])) == 2


def test_a_service_without_a_port_gets_port_587(nat: Stack) -> None:
    nat["connector-group"]["egress"] = []
    nat["service"]["sourceConfiguration"] = image({})
    (egress,) = nat.prove()

    (repair,) = Repairs(nat.graph(), Settings(), nat.evidence().zones).of(egress)

    assert [change.text for change in repair.changes] == ["let TCP 587 out of security group connector-group"]


def test_ses_is_not_proposed_where_the_region_is_unknown(nat: Stack) -> None:
    nat.providers = {name: {} for name in nat.program}
    name_host(nat, "10.1.2.3")
    (egress,) = nat.prove()

    assert egress.verdict is Verdict.UNREACHABLE
    assert Repairs(nat.graph(), Settings(), nat.evidence().zones).of(egress) == ()


def _offered(stack: Stack, service: str = "daadaar-backend") -> list[list[str]]:
    """The repairs of this service, each as the texts of its changes."""
    egress = next(found for found in stack.prove() if found.service == service)
    repairs = Repairs(stack.graph(), Settings(), stack.evidence().zones).of(egress)
    return [[change.text for change in repair.changes] for repair in repairs]


def test_a_resource_with_several_faults_gets_several_changes(ses: Stack) -> None:
    del ses["endpoint"]["vpcEndpointType"], ses["endpoint"]["privateDnsEnabled"]

    assert _offered(ses)[0] == [
        "turn on private DNS of VPC endpoint endpoint",
        "make VPC endpoint endpoint one of type Interface",
    ]


def test_a_group_that_is_closed_both_ways_is_opened_both_ways(ses: Stack) -> None:
    ses["connector-group"].update(egress=[], ingress=[])
    ses["endpoint"]["securityGroupIds"] = [ref("connector-group")]

    assert _offered(ses)[0] == [
        "let TCP 587 out of security group connector-group",
        "let TCP 587 into security group connector-group",
    ]


def test_one_new_nat_gateway_serves_several_tables(nat: Stack) -> None:
    for name in ("nat", "address", "default"):
        nat.remove(name)
    nat.add("aws:ec2/routeTable:RouteTable", "second", vpcId=VPC)
    link = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    nat.add(link, "link", subnetId=PRIVATE[1], routeTableId=ref("second"))

    nat_gateway = next(texts for texts in _offered(nat) if "NAT" in texts[0])
    assert nat_gateway == [
        f"add a NAT gateway in public subnet {PUBLIC[1]} and route 0.0.0.0/0 of route table {PRIVATE_TABLE} "
        "to it",
        "route 0.0.0.0/0 of route table second to NAT gateway (new)",
    ]


def test_a_second_internet_gateway_is_not_attached(nat: Stack) -> None:
    """A VPC has one: it is the route that is wrong."""
    nat.add("aws:ec2/internetGateway:InternetGateway", "second")
    nat[PUBLIC_TABLE]["routes"] = []
    nat.add("aws:ec2/route:Route", "out", routeTableId=PUBLIC_TABLE, destinationCidrBlock=ANYWHERE)
    nat["out"]["gatewayId"] = ref("second")

    assert not [text for texts in _offered(nat) for text in texts if "internet gateway" in text]


def test_no_repair_breaks_the_path_of_the_accounts_service(nat: Stack) -> None:
    """An endpoint takes SES's name for the whole VPC, and that service's group lets nothing into it."""
    ses = f"email-smtp.{REGION}.amazonaws.com"
    elsewhere = IPv4Network("0.0.0.0/0").address_exclude(IPv4Network("172.31.0.0/16"))
    outside = {"protocol": "tcp", "fromPort": 587, "toPort": 587, "cidrBlocks": list(map(str, elsewhere))}
    nat.hold("aws:ec2/securityGroup:SecurityGroup", "sg-outside", vpcId=VPC, ingress=[], egress=[outside])
    nat.hold("aws:apprunner/vpcConnector:VpcConnector", "arn:there", subnets=[PUBLIC[0]])
    nat["arn:there"]["securityGroups"] = ["sg-outside"]
    nat[PUBLIC_TABLE]["routes"] = [{"cidrBlock": ANYWHERE, "natGatewayId": "nat-there"}]
    nat.hold("aws:ec2/natGateway:NatGateway", "nat-there", vpcId=VPC, availabilityMode="regional")
    nat["nat-there"].update(connectivityType="public", state="available")
    there = copy.deepcopy(nat["service"])
    there["serviceName"] = "there"
    there["networkConfiguration"]["egressConfiguration"]["vpcConnectorArn"] = "arn:there"
    there["sourceConfiguration"] = image({"SMTP_HOST": ses, "SMTP_PORT": "587"})
    nat.hold("aws:apprunner/service:Service", "arn:aws:apprunner:service/there", **there)
    nat.remove("default")
    name_host(nat, ses)
    evidence = nat.evidence()
    (account,) = (
        found
        for found in prove(nat.graph(), zones=evidence.zones, origin=Origin.ACCOUNT)
        if found.service == "there"
    )
    assert account.verdict is Verdict.REACHABLE

    assert not [text for texts in _offered(nat) for text in texts if "interface endpoint" in text]
    nat["sg-outside"]["egress"] = [ALL_OUT]
    assert [text for texts in _offered(nat) for text in texts if "interface endpoint" in text]


def test_two_tables_of_one_name_are_both_fixed() -> None:
    stack = Stack()
    own_network(stack)
    stack.remove("private-out")
    stack.add("aws:ec2/subnet:Subnet", "second", vpcId=ref("vpc"), cidrBlock="10.0.2.0/24")
    stack.add("aws:ec2/routeTable:RouteTable", "second-table", vpcId=ref("vpc"))
    link = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    stack.add(link, "second-link", subnetId=ref("second"), routeTableId=ref("second-table"))
    stack["function"]["vpcConfig"]["subnetIds"] = [ref("private"), ref("second")]
    alike = [
        replace(resource, name="private-table") if resource.name == "second-table" else resource
        for resource in stack.graph()
    ]
    graph = Graph(alike)
    (egress,) = prove(graph)

    texts = [
        change.text
        for repair in Repairs(graph, Settings(), ZoneAvailability()).of(egress)
        for change in repair.changes
    ]
    assert texts[:2] == ["route 0.0.0.0/0 of route table private-table to NAT gateway nat"] * 2
