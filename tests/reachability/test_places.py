"""Several regions and accounts in one program: what is looked up is looked up where it is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations
from typing import Any

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
from reachability.graph.evidence import ZoneAvailability
from reachability.graph.provider_scope import Provider, placed
from tests.reachability.shown import judged
from tests.reachability.stacks import (
    OWNER,
    REGION,
    VPC,
    Properties,
    Stack,
    incident,
    nat_stack,
    own_network,
    role,
    through,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
OPTIONS = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"
IRELAND = {"region": "eu-west-1"}
ARN = f"arn:aws:iam::{OWNER}:role/deploy"


both_ways = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


# What a provider tells --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("configuration", "account", "roles"),
    [
        ({"assumeRoles": role(OWNER)}, OWNER, (ARN,)),
        ({"assumeRole": json.dumps({"roleArn": ARN})}, OWNER, (ARN,)),
        ({"assumeRoles": json.dumps([{"role_arn": ARN}])}, OWNER, (ARN,)),
        ({"assumeRoleWithWebIdentity": json.dumps({"role_arn": ARN})}, OWNER, ()),
        ({"assumeRoles": [{"sessionName": "no role"}]}, UNKNOWN, ()),
        ({"assumeRoles": UNKNOWN, "assumeRoleWithWebIdentity": {"roleArn": ARN}}, UNKNOWN, ()),
        ({"assumeRoles": json.dumps([{"roleArn": "not an ARN"}])}, UNKNOWN, ("not an ARN",)),
        ({"assumeRoles": [{"roleArn": UNKNOWN}]}, UNKNOWN, ()),
        ({"assumeRoles": UNKNOWN, "allowedAccountIds": [OWNER]}, OWNER, ()),
        ({"assumeRoleWithWebIdentity": {"roleArn": f"arn:aws:iam::{OWNER}:role/ci"}}, OWNER, ()),
        ({"allowedAccountIds": json.dumps([OWNER])}, OWNER, ()),
        ({"assumeRoles": [{"roleArn": UNKNOWN}], "allowedAccountIds": [OWNER]}, OWNER, ()),
        ({"allowedAccountIds": json.dumps([OWNER, "444455556666"])}, UNKNOWN, ()),
        ({"profile": "prod"}, UNKNOWN, ()),
        ({}, UNKNOWN, ()),
    ],
)
def test_the_account_that_a_provider_reaches(configuration: Any, account: object, roles: object) -> None:
    provider = Provider.of(configuration)

    assert (provider.account, provider.roles) == (account, roles)


def test_a_role_that_is_not_known_yet_may_be_of_any_account() -> None:
    chain = [{"roleArn": f"arn:aws:iam::{OWNER}:role/first"}, {"roleArn": UNKNOWN}]

    assert Provider.of({"assumeRoles": chain}).account is UNKNOWN


def thing(configuration: Properties, **properties: Any) -> Resource:
    resource = Resource("urn:x", "aws:ec2/vpc:Vpc", "x", properties, inputs=frozenset(properties))
    return placed(resource, Provider.of(configuration))


def test_one_provider_has_one_account() -> None:
    secret = {"region": REGION, "accessKey": UNKNOWN}
    vpc = Resource("urn:x", "aws:ec2/vpc:Vpc", "x")
    one, again, other = (placed(vpc, Provider.of(secret, name)) for name in ("one", "one", "other"))

    assert one.in_account_of(again) is True
    assert one.in_account_of(other) is UNKNOWN


def test_a_resource_has_its_providers_profile_and_roles() -> None:
    found = thing({"profile": "prod", "assumeRoles": role(OWNER)})
    assert (found.profile, found.roles) == ("prod", (ARN,))
    assert thing({"profile": UNKNOWN}).profile is None


def test_what_a_resource_says_of_its_own_place_wins() -> None:
    assert thing(IRELAND, region="us-east-1").region == "us-east-1"
    assert thing(IRELAND, region=UNKNOWN).region is UNKNOWN
    assert thing(IRELAND, ownerId=OWNER).account == OWNER
    assert thing({"allowedAccountIds": ["444455556666"]}, ownerId=OWNER).account == OWNER
    assert thing(IRELAND, arn=f"arn:aws:ec2:eu-west-1:{OWNER}:vpc/vpc-1").account == OWNER
    assert thing(IRELAND, arn="arn:aws:s3:::bucket").account is UNKNOWN
    assert thing({"allowedAccountIds": [OWNER]}, arn="arn:aws:s3:::bucket").account == OWNER


def test_two_regions_that_are_not_known_yet_may_differ() -> None:
    one, other = thing({}, region=UNKNOWN), thing({}, region=UNKNOWN)

    assert one.in_region_of(other) is UNKNOWN


def test_a_region_that_aws_is_to_tell_is_the_providers() -> None:
    resource = Resource("urn:x", "aws:ec2/vpc:Vpc", "x", {"region": UNKNOWN}, inputs=frozenset())

    assert placed(resource, Provider.of(IRELAND)).region == "eu-west-1"


@pytest.mark.parametrize(
    ("first", "second", "region", "account"),
    [
        ({}, {}, True, True),
        (IRELAND, IRELAND, True, True),
        (IRELAND, {"region": "us-east-1"}, False, True),
        (IRELAND, {}, UNKNOWN, True),
        ({"region": UNKNOWN}, {"region": UNKNOWN}, UNKNOWN, UNKNOWN),
        ({}, {"profile": "prod"}, UNKNOWN, UNKNOWN),
        ({}, {"accessKey": "AKIA0"}, UNKNOWN, UNKNOWN),
        ({}, {"assumeRoles": [{"role_arn": "unreadable"}]}, UNKNOWN, UNKNOWN),
        ({"profile": "prod", **IRELAND}, {"profile": "prod", "region": "us-east-1"}, False, True),
        ({"assumeRoles": role(OWNER)}, {"assumeRoles": role("444455556666")}, UNKNOWN, False),
        ({"assumeRoles": role(OWNER)}, {"profile": "p", "allowedAccountIds": [OWNER]}, UNKNOWN, True),
    ],
)
def test_whether_two_providers_reach_the_same_place(
    first: Properties, second: Properties, region: object, account: object
) -> None:
    one, other = thing(first), thing(second)

    assert (one.in_region_of(other), one.in_account_of(other)) == (region, account)
    assert (other.in_region_of(one), other.in_account_of(one)) == (region, account)


def test_an_unknown_account_is_taken_to_be_that_of_the_evidence() -> None:
    held = Resource("k", "aws:ec2/vpc:Vpc", "vpc", region="eu-west-1", account=OWNER, origin=Origin.ACCOUNT)

    assert thing(IRELAND).in_place_of(held) is True
    assert thing({**IRELAND, "assumeRoles": role(OWNER)}).in_place_of(held) is True
    assert thing({**IRELAND, "assumeRoles": role("444455556666")}).in_place_of(held) is False
    assert thing({}).in_place_of(held) is UNKNOWN


# VPC Block Public Access --------------------------------------------------------------------------------


@both_ways
def test_block_public_access_holds_for_its_own_region_alone(preview: bool) -> None:
    stack = Stack()
    own_network(stack)
    stack.add(OPTIONS, "options", internetGatewayBlockMode="block-bidirectional")
    assert judged(stack, preview=preview) == (UNREACHABLE, {"VPC_BLOCK_PUBLIC_ACCESS_ENABLED"})

    through(stack, IRELAND)
    stack.providers["options"] = {"region": "us-east-1"}
    assert judged(stack, preview=preview) == (REACHABLE, set())


@both_ways
def test_each_of_two_regions_has_its_own_setting(preview: bool) -> None:
    stack = Stack()
    own_network(stack, "us-")
    own_network(stack, "eu-")
    through(stack, IRELAND, "eu-")
    stack.add(OPTIONS, "us-options", internetGatewayBlockMode="off")
    stack.add(OPTIONS, "eu-options", internetGatewayBlockMode="block-bidirectional")
    stack.providers["eu-options"] = IRELAND

    found = {egress.service: egress.verdict for egress in stack.prove(preview=preview)}

    assert found == {"us-mailer": REACHABLE, "eu-mailer": UNREACHABLE}


@pytest.mark.parametrize(
    ("network", "options", "verdict"),
    [
        ({"region": REGION}, {"region": REGION, "assumeRoles": role(OWNER)}, UNDETERMINED),
        ({"region": REGION}, {"region": REGION, "profile": "other"}, UNDETERMINED),
        ({"region": REGION}, {}, UNDETERMINED),
        ({}, {}, UNREACHABLE),
        (
            {"region": REGION, "assumeRoles": role("444455556666")},
            {"region": REGION, "assumeRoles": role(OWNER)},
            REACHABLE,
        ),
    ],
)
def test_block_public_access_of_a_place_that_is_not_known(
    network: Properties, options: Properties, verdict: Verdict
) -> None:
    stack = Stack()
    own_network(stack)
    through(stack, network)
    stack.add(OPTIONS, "options", internetGatewayBlockMode="block-bidirectional")
    stack.providers["options"] = options

    assert judged(stack)[0] is verdict


def document(region: str, account: str = "123456789012", **more: Any) -> Properties:
    return {"accountId": account, "region": region, "vpcs": [], "resources": [], **more}


def options_of(region: str, mode: str, account: str = "123456789012") -> Evidence:
    shown = {"type": OPTIONS, "id": region, "properties": {"internetGatewayBlockMode": mode}}
    return parse(document(region, account, resources=[shown]))


def judge_with(stack: Stack, *parts: Evidence) -> tuple[Verdict, set[str]]:
    evidence = combine(parts)
    graph = merge(stack.resources(preview=True), evidence, project="mailroute", stack="prod")
    (egress,) = prove(graph, zones=evidence.zones)
    return egress.verdict, {finding.code for finding in egress.outcome.findings}


def test_the_accounts_options_hold_for_their_region_alone() -> None:
    stack = Stack()
    own_network(stack)
    here, there = options_of(REGION, "off"), options_of("eu-west-1", "block-bidirectional")

    assert judge_with(stack, here, there) == judge_with(stack, there, here) == (REACHABLE, set())
    through(stack, IRELAND)
    assert judge_with(stack, here, there)[0] is judge_with(stack, there, here)[0] is UNREACHABLE


def test_options_of_two_accounts_leave_open_whose_vpc_it_is() -> None:
    stack = Stack()
    own_network(stack)
    parts = options_of(REGION, "off"), options_of(REGION, "block-bidirectional", OWNER)
    assert judge_with(stack, *parts)[0] is UNDETERMINED

    through(stack, {"region": REGION, "assumeRoles": role("123456789012")})
    assert judge_with(stack, *parts)[0] is REACHABLE
    through(stack, {"region": REGION, "assumeRoles": role(OWNER)})
    assert judge_with(stack, *parts)[0] is UNREACHABLE


# Evidence ---------------------------------------------------------------------------------------------------


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


def held(kind: str, identity: str, **properties: Any) -> Properties:
    return {"type": f"aws:ec2/{kind}", "id": identity, "properties": properties}


def network_of(region: str, host: str, **changes: Properties) -> Evidence:
    """A function in a network with an egress path and an endpoint, which lives by what AWS made with its VPC.

    The ids are the same in every region.

    Args:
        changes: properties by id, with `_` for `-`.
    """
    every = {
        "protocol": "-1",
        "fromPort": 0,
        "toPort": 0,
        "cidrBlock": "0.0.0.0/0",
        "ruleNo": 1,
        "action": "allow",
    }
    out = {"cidrBlock": "0.0.0.0/0", "state": "active"}
    self_and_out = {
        "ingress": [{"protocol": "-1", "fromPort": 0, "toPort": 0, "self": True}],
        "egress": [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}],
    }
    defaults = {"mainRouteTableId": "rtb-1", "defaultSecurityGroupId": "sg-1", "defaultNetworkAclId": "acl-1"}
    dns = {"enableDnsSupport": True, "enableDnsHostnames": True, "dhcpOptionsId": "dopt-1"}
    variables = {"SMTP_HOST": host, "SMTP_PORT": "587"}
    resources = [
        held("vpc:Vpc", "vpc-1", cidrBlock="10.0.0.0/16", **defaults, **dns),
        held(
            "subnet:Subnet", "subnet-1", vpcId="vpc-1", cidrBlock="10.0.0.0/24", availabilityZoneId="use1-az4"
        ),
        held("subnet:Subnet", "subnet-2", vpcId="vpc-1", cidrBlock="10.0.1.0/24"),
        held("internetGateway:InternetGateway", "igw-1", vpcId="vpc-1"),
        held(
            "natGateway:NatGateway", "nat-1", subnetId="subnet-2", publicIp="198.51.100.1", state="available"
        ),
        held("routeTable:RouteTable", "rtb-1", vpcId="vpc-1", routes=[{**out, "natGatewayId": "nat-1"}]),
        held(
            "routeTable:RouteTable",
            "rtb-2",
            vpcId="vpc-1",
            routes=[{**out, "gatewayId": "igw-1"}],
            associations=[{"subnetId": "subnet-2"}],
        ),
        held("securityGroup:SecurityGroup", "sg-1", vpcId="vpc-1", **self_and_out),
        held("networkAcl:NetworkAcl", "acl-1", vpcId="vpc-1", subnetIds=[], ingress=[every], egress=[every]),
        held("vpcDhcpOptions:VpcDhcpOptions", "dopt-1", domainNameServers=["AmazonProvidedDNS"]),
        held(
            "vpcEndpoint:VpcEndpoint",
            "vpce-1",
            vpcId="vpc-1",
            serviceName=f"com.amazonaws.{region}.email-smtp",
            vpcEndpointType="Interface",
            privateDnsEnabled=True,
            subnetIds=["subnet-1"],
        ),
        {
            "type": "aws:lambda/function:Function",
            "id": "mailer",
            "properties": {
                "name": region,
                "vpcConfig": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]},
                "environment": {"variables": variables},
            },
        },
    ]
    for resource in resources:
        resource["properties"].update(changes.get(resource["id"].replace("-", "_"), {}))
    return parse(document(region, vpcs=["vpc-1"], resources=resources))


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


# Things that name one another -------------------------------------------------------------------------------


@both_ways
@pytest.mark.parametrize("moved", [["service"], ["service", "connector"]])
def test_what_names_a_thing_of_another_region_cannot_be_made(moved: list[str], preview: bool) -> None:
    stack = nat_stack()
    stack.providers.update(dict.fromkeys(moved, IRELAND))

    assert judged(stack, preview=preview) == (UNREACHABLE, {"OTHER_REGION"})


def test_a_subnet_of_a_vpc_in_another_region_cannot_be_made() -> None:
    stack = Stack()
    own_network(stack)
    stack.providers["vpc"] = IRELAND

    verdict, codes = judged(stack)

    assert verdict is UNREACHABLE
    assert "OTHER_REGION" in codes


@both_ways
def test_the_endpoint_of_another_region_is_not_usable(ses: Stack, preview: bool) -> None:
    ses["endpoint"]["vpcId"] = VPC
    ses.providers["endpoint"] = IRELAND
    assert judged(ses, preview=preview)[0] is UNREACHABLE
    assert "OTHER_REGION" in judged(ses, preview=preview)[1]


@both_ways
def test_another_regions_service_needs_its_region_named(ses: Stack, preview: bool) -> None:
    ses["endpoint"]["serviceName"] = "com.amazonaws.eu-west-1.email-smtp"
    ses["service"]["sourceConfiguration"]["imageRepository"]["imageConfiguration"][
        "runtimeEnvironmentVariables"
    ]["SMTP_HOST"] = "email-smtp.eu-west-1.amazonaws.com"
    verdict, codes = judged(ses, preview=preview)
    assert verdict is UNREACHABLE
    assert "ENDPOINT_FOR_OTHER_REGION" in codes

    ses["endpoint"]["serviceRegion"] = "eu-west-1"
    assert judged(ses, preview=preview) == (UNDETERMINED, {"ENDPOINT_FOR_OTHER_REGION"})


def test_candidates_of_another_region_are_not_meant() -> None:
    stack = Stack()
    own_network(stack, "us-")
    own_network(stack, "eu-")
    through(stack, IRELAND, "eu-")
    graph = stack.graph()
    by_name = {resource.name: resource for resource in graph}
    subnet = by_name["eu-private"]
    both = {"vpcId": (by_name["us-vpc"].key, by_name["eu-vpc"].key)}
    mixed = placed(
        Resource("urn:s", subnet.type, "s", {"vpcId": UNKNOWN}, dependencies=both), Provider.of(IRELAND)
    )

    assert graph.ref(mixed, UNKNOWN, "vpcId", ["aws:ec2/vpc:Vpc"]).target == by_name["eu-vpc"]
    zone = placed(
        Resource("urn:z", "aws:route53/zone:Zone", "z", {}, dependencies=both), Provider.of(IRELAND)
    )
    assert len(graph.ref(zone, UNKNOWN, "vpcId", ["aws:ec2/vpc:Vpc"]).candidates) == 2
