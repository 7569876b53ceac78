"""Evidence of several regions and accounts: what is looked up is looked up where it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations

import pytest

from reachability import (
    ABSENT,
    UNKNOWN,
    Evidence,
    Graph,
    Origin,
    Proof,
    Resource,
    Verdict,
    combine,
    merge,
    parse,
    prove,
)
from reachability.graph import Coverage, Unread
from reachability.graph.provider_scope import Provider, placed
from reachability.graph.zones import ZoneAvailability
from tests.reachability.regions import IRELAND, document, held, network_of, thing
from tests.reachability.stacks import OWNER, REGION, Properties, Stack, incident

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED


def judge_with(stack: Stack, *parts: Evidence) -> tuple[Verdict, set[str]]:
    evidence = combine(parts)
    graph = merge(stack.resources(preview=True), evidence, project="mailroute", stack="prod")
    (egress,) = prove(graph, zones=evidence.zones)
    return egress.verdict, {finding.code for finding in egress.outcome.findings}


def test_what_was_not_read_elsewhere_does_not_matter_here(nat: Stack) -> None:
    blind = parse(
        document(
            "eu-west-1",
            unread=[
                {"action": "ec2:DescribeVpcBlockPublicAccessOptions", "reason": "AccessDenied"},
                {"action": "ec2:DescribeVpcEndpoints", "reason": "AccessDenied"},
            ],
        )
    )

    assert judge_with(nat, parse(incident()), blind) == (REACHABLE, set())


def test_what_was_not_read_concerns_what_may_be_there() -> None:
    vpc = Resource("k", "aws:ec2/vpc:Vpc", "vpc", region=REGION, account=OWNER)
    coverage = Coverage(unread=(Unread("a:B", "no", OWNER, REGION),))

    assert coverage.misses("a:B")
    assert coverage.misses("a:B", vpc)
    assert coverage.misses("a:B", thing({}))
    assert not coverage.misses("a:B", thing(IRELAND))
    assert not coverage.misses("a:C", vpc)


def test_zone_names_are_those_of_the_subnets_account() -> None:
    zones = [{"name": "us-east-1a", "id": "use1-az4"}], [{"name": "us-east-1a", "id": "use1-az2"}]
    parts = (
        parse(document(REGION, availabilityZones=zones[0])),
        parse(document(REGION, OWNER, availabilityZones=zones[1])),
    )
    offer = combine(parts).zones

    assert offer.smtp_in_zone(REGION, "us-east-1a", UNKNOWN, "123456789012") is True
    assert offer.smtp_in_zone(REGION, "us-east-1a", UNKNOWN, OWNER) is False
    assert offer.smtp_in_zone(REGION, "us-east-1a", UNKNOWN) is UNKNOWN
    assert ZoneAvailability().smtp_in_zone(REGION, "us-east-1a", UNKNOWN, OWNER) is UNKNOWN


def test_one_id_in_two_regions_names_two_things() -> None:
    def network(region: str, block: str) -> Evidence:
        vpc = {"type": "aws:ec2/vpc:Vpc", "id": "vpc-1", "properties": {"cidrBlock": block}}
        subnet = {"type": "aws:ec2/subnet:Subnet", "id": "subnet-1", "properties": {"vpcId": "vpc-1"}}
        return parse(document(region, vpcs=["vpc-1"], resources=[vpc, subnet]))

    evidence = combine([network(REGION, "10.0.0.0/16"), network("eu-west-1", "10.1.0.0/16")])
    graph = Graph(evidence.resources)

    assert len(graph) == 4
    for subnet in graph.of_type("aws:ec2/subnet:Subnet"):
        vpc = graph.ref(subnet, subnet.get("vpcId"), "vpcId", ["aws:ec2/vpc:Vpc"]).target
        assert vpc is not None
        assert vpc.region == subnet.region


def verdicts(parts: Iterable[Evidence], *program: Resource) -> dict[str, Verdict]:
    """The verdict of the function of each region."""
    evidence = combine(parts)
    graph = merge(program, evidence, project="p", stack="s")
    return {egress.service: egress.verdict for egress in prove(graph, None, evidence.zones, Origin.ACCOUNT)}


RELAY = "smtp.example.com"
SES = "email-smtp.{}.amazonaws.com"
OWN_NAME = "vpce-1-0a1b.email-smtp.{}.vpce.amazonaws.com"


@pytest.mark.parametrize("first", [REGION, "eu-west-1"])
@pytest.mark.parametrize(
    ("host", "broken", "verdict"),
    [
        (RELAY, {"rtb_1": {"routes": []}}, UNREACHABLE),
        (RELAY, {"sg_1": {"egress": []}}, UNREACHABLE),
        (RELAY, {"acl_1": {"egress": []}}, UNREACHABLE),
        (SES, {"dopt_1": {"domainNameServers": ["10.0.0.53"]}}, UNDETERMINED),
        (OWN_NAME, {"vpce_1": {"state": "failed"}}, UNREACHABLE),
    ],
)
def test_what_aws_made_with_a_vpc_is_where_that_is(
    host: str, broken: Properties, verdict: Verdict, first: str
) -> None:
    works, fails = (
        network_of(REGION, host.format(REGION)),
        network_of("eu-west-1", host.format("eu-west-1"), **broken),
    )
    parts = (works, fails) if first == REGION else (fails, works)

    assert verdicts([works]) == {REGION: REACHABLE}
    assert verdicts([fails]) == {"eu-west-1": verdict}
    assert verdicts(parts) == {REGION: REACHABLE, "eu-west-1": verdict}


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("defaultRouteTable:DefaultRouteTable", {"defaultRouteTableId": "rtb-1"}),
        ("defaultNetworkAcl:DefaultNetworkAcl", {"defaultNetworkAclId": "acl-1"}),
        ("defaultSecurityGroup:DefaultSecurityGroup", {"vpcId": "vpc-1"}),
    ],
)
def test_a_program_adopts_what_aws_made_where_it_is(kind: str, properties: Properties) -> None:
    parts = [network_of(region, RELAY) for region in (REGION, "eu-west-1")]
    adopting = Resource("urn:x", f"aws:ec2/{kind}", "x", properties, inputs=frozenset(properties))

    found = verdicts(parts, placed(adopting, Provider.of(IRELAND)))

    assert found == {REGION: REACHABLE, "eu-west-1": UNREACHABLE}


def test_a_default_group_is_never_that_of_another_place() -> None:
    """The default group of a VPC in Ireland is not shown, and another one has its id."""
    vpc = Resource("urn:vpc", "aws:ec2/vpc:Vpc", "vpc", {"defaultSecurityGroupId": "sg-1"}, id="vpc-2")
    graph = Graph([placed(vpc, Provider.of(IRELAND)), *network_of(REGION, RELAY).resources])
    (made,) = (found for found in graph if found == vpc)

    group = Proof(graph).network.security_groups.ref(made, "sg-1", "securityGroups").target

    assert group is not None
    assert group.resource not in list(graph)


def test_an_unread_default_group_is_that_of_its_regions_vpc() -> None:
    properties = {"defaultSecurityGroupId": "sg-1"}
    vpcs = [
        placed(
            Resource(f"urn:{region}", "aws:ec2/vpc:Vpc", "vpc", properties, id="vpc-1"),
            Provider.of({"region": region}),
        )
        for region in (REGION, "eu-west-1")
    ]
    groups = Proof(Graph(vpcs)).network.security_groups

    found = [groups.ref(vpc, "sg-1", "securityGroups") for vpc in vpcs]

    assert [[group.region for group in ref.candidates] for ref in found] == [[REGION], ["eu-west-1"]]


@pytest.mark.parametrize("first", [0, 1])
def test_both_regions_show_the_peering_connection_between_them(first: int) -> None:
    link = held(
        "vpcPeeringConnection:VpcPeeringConnection",
        "pcx-1",
        vpcId="vpc-1",
        peerVpcId="vpc-mail",
        acceptStatus="active",
    )
    back = {"cidrBlock": "10.0.0.0/16", "vpcPeeringConnectionId": "pcx-1"}
    entry = {"protocol": "-1", "ruleNo": 1, "action": "allow", "cidrBlock": "0.0.0.0/0"}
    mail = [
        held("vpc:Vpc", "vpc-mail", cidrBlock="10.9.0.0/16", mainRouteTableId="rtb-9"),
        held("subnet:Subnet", "subnet-9", vpcId="vpc-mail", cidrBlock="10.9.1.0/24"),
        held("routeTable:RouteTable", "rtb-9", vpcId="vpc-mail", routes=[back]),
        held("networkAcl:NetworkAcl", "acl-9", subnetIds=["subnet-9"], ingress=[entry], egress=[entry]),
    ]
    there = {"cidrBlock": "10.9.0.0/16", "vpcPeeringConnectionId": "pcx-1"}
    shown = (
        parse(document(REGION, resources=[link])),
        parse(document("eu-west-1", vpcs=["vpc-mail"], resources=[link, *mail])),
    )
    own = network_of(REGION, "10.9.1.5", rtb_1={"routes": [there]})
    evidence = combine([own, shown[first], shown[1 - first]])

    (egress,) = prove(Graph(evidence.resources, evidence.coverage), origin=Origin.ACCOUNT)

    assert {finding.code for finding in egress.outcome.findings} == {"DESTINATION_IN_VPC"}


def test_what_was_read_of_a_vpc_says_nothing_of_another_regions() -> None:
    """No endpoint is shown in Ireland, where not all has been read; there may be one."""
    without: Properties = {"vpce_1": {"vpcId": "vpc-other"}, "rtb_1": {"routes": []}}
    read, unread = network_of(REGION, RELAY), network_of("eu-west-1", SES.format("eu-west-1"), **without)
    unread = replace(unread, coverage=Coverage())

    assert verdicts([unread]) == {"eu-west-1": UNDETERMINED}
    assert verdicts([read, unread]) == {REGION: REACHABLE, "eu-west-1": UNDETERMINED}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_its_owner_shows_counts_for_an_id_of_two_regions(order: tuple[int, ...]) -> None:
    ireland = {"vpcId": "vpc-1", "ownerId": OWNER}
    owner = document(
        "eu-west-1",
        OWNER,
        vpcs=["vpc-1"],
        resources=[held("subnet:Subnet", "subnet-1", **ireland, cidrBlock="10.0.0.0/24")],
    )
    guest = document("eu-west-1", resources=[held("subnet:Subnet", "subnet-1", **ireland)])
    other = document(
        REGION, OWNER, vpcs=["vpc-1"], resources=[held("subnet:Subnet", "subnet-1", vpcId="vpc-1")]
    )
    parts = [parse(one) for one in (owner, guest, other)]

    found = {subnet.region: subnet.get("cidrBlock") for subnet in combine(parts[n] for n in order).resources}

    assert found == {"eu-west-1": "10.0.0.0/24", REGION: ABSENT}


def test_a_shared_subnet_is_that_of_the_users_region() -> None:
    guest = Resource("urn:x", "aws:lambda/function:Function", "x", region=REGION, account="444455556666")
    shown = [
        document(region, OWNER, resources=[held("subnet:Subnet", "subnet-1")])
        for region in ("eu-west-1", REGION)
    ]
    graph = Graph(combine(map(parse, shown)).resources)

    subnet = graph.by_id("subnet-1", ["aws:ec2/subnet:Subnet"], guest)

    assert subnet is not None
    assert subnet.region == REGION


def test_the_program_replaces_what_its_own_region_holds() -> None:
    shown = {"type": "aws:ec2/vpc:Vpc", "id": "vpc-1", "properties": {}}
    evidence = combine(parse(document(region, resources=[shown])) for region in (REGION, "eu-west-1"))
    declared = placed(
        Resource("urn:vpc", "aws:ec2/vpc:Vpc", "vpc", {"id": "vpc-1"}, "vpc-1"), Provider.of(IRELAND)
    )

    graph = merge([declared], evidence, project="p", stack="s")

    assert {resource.region for resource in graph if resource != declared} == {REGION}


def test_a_service_of_another_region_is_another_one(nat: Stack) -> None:
    name = "aws:apprunner/service:Service"
    (held,) = (entry for entry in parse(incident()).resources if entry.type == name)
    assert held not in nat.graph()

    nat.providers["service"] = nat.providers["connector"] = IRELAND
    assert held in nat.graph()
