"""Several regions and accounts in one program: what is looked up is looked up where it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reachability import UNKNOWN, Evidence, Graph, Origin, Resource, Verdict, combine, merge, parse, prove
from reachability.evidence import Offer
from reachability.graph import Coverage, Unread
from reachability.places import Provider, placed
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


def judge(stack: Stack, *, preview: bool = True) -> tuple[Verdict, set[str]]:
    (egress,) = stack.prove(preview=preview)
    return egress.verdict, {finding.code for finding in egress.outcome.findings}


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


def test_a_provider_has_one_account_whatever_is_not_known_of_its_credentials() -> None:
    secret = {"region": REGION, "accessKey": UNKNOWN}
    vpc = Resource("urn:x", "aws:ec2/vpc:Vpc", "x")
    one, again, other = (placed(vpc, Provider.of(secret, name)) for name in ("one", "one", "other"))

    assert one.in_account_of(again) is True
    assert one.in_account_of(other) is UNKNOWN


def test_what_a_resource_is_reached_with_is_what_its_provider_has() -> None:
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


def test_a_provider_that_does_not_tell_its_account_is_taken_to_be_that_of_the_evidence() -> None:
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
    assert judge(stack, preview=preview) == (UNREACHABLE, {"VPC_BLOCK_PUBLIC_ACCESS_ENABLED"})

    through(stack, IRELAND)
    stack.providers["options"] = {"region": "us-east-1"}
    assert judge(stack, preview=preview) == (REACHABLE, set())


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

    assert judge(stack)[0] is verdict


def document(region: str, account: str = "123456789012", **more: Any) -> Properties:
    return {"accountId": account, "region": region, "vpcs": [], "resources": [], **more}


def options_of(region: str, mode: str, account: str = "123456789012") -> Evidence:
    shown = {"type": OPTIONS, "id": region, "properties": {"internetGatewayBlockMode": mode}}
    return parse(document(region, account, resources=[shown]))


def judge_with(stack: Stack, *parts: Evidence) -> tuple[Verdict, set[str]]:
    evidence = combine(parts)
    graph = merge(stack.resources(preview=True), evidence, project="mailroute", stack="prod")
    (egress,) = prove(graph, offer=evidence.offer)
    return egress.verdict, {finding.code for finding in egress.outcome.findings}


def test_the_accounts_options_hold_for_their_region_alone() -> None:
    stack = Stack()
    own_network(stack)
    here, there = options_of(REGION, "off"), options_of("eu-west-1", "block-bidirectional")

    assert judge_with(stack, here, there) == judge_with(stack, there, here) == (REACHABLE, set())
    through(stack, IRELAND)
    assert judge_with(stack, here, there)[0] is judge_with(stack, there, here)[0] is UNREACHABLE


def test_options_of_two_accounts_leave_it_open_whose_network_it_is() -> None:
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
    offer = combine(parts).offer

    assert offer.smtp_in_zone(REGION, "us-east-1a", UNKNOWN, "123456789012") is True
    assert offer.smtp_in_zone(REGION, "us-east-1a", UNKNOWN, OWNER) is False
    assert offer.smtp_in_zone(REGION, "us-east-1a", UNKNOWN) is UNKNOWN
    assert Offer().smtp_in_zone(REGION, "us-east-1a", UNKNOWN, OWNER) is UNKNOWN


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


def test_what_the_program_manages_replaces_what_its_own_place_holds() -> None:
    shown = {"type": "aws:ec2/vpc:Vpc", "id": "vpc-1", "properties": {}}
    evidence = combine(parse(document(region, resources=[shown])) for region in (REGION, "eu-west-1"))
    declared = placed(
        Resource("urn:vpc", "aws:ec2/vpc:Vpc", "vpc", {"id": "vpc-1"}, "vpc-1"), Provider.of(IRELAND)
    )

    graph = merge([declared], evidence, project="p", stack="s")

    assert {resource.region for resource in graph if resource != declared} == {REGION}


def test_a_service_of_the_same_name_in_another_region_is_another_one(nat: Stack) -> None:
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

    assert judge(stack, preview=preview) == (UNREACHABLE, {"OTHER_REGION"})


def test_a_subnet_of_a_vpc_in_another_region_cannot_be_made() -> None:
    stack = Stack()
    own_network(stack)
    stack.providers["vpc"] = IRELAND

    verdict, codes = judge(stack)

    assert verdict is UNREACHABLE
    assert "OTHER_REGION" in codes


@both_ways
def test_the_endpoint_of_another_region_is_not_usable(ses: Stack, preview: bool) -> None:
    ses["endpoint"]["vpcId"] = VPC
    ses.providers["endpoint"] = IRELAND
    assert judge(ses, preview=preview)[0] is UNREACHABLE
    assert "OTHER_REGION" in judge(ses, preview=preview)[1]


@both_ways
def test_the_service_of_another_region_is_not_usable_without_its_region(ses: Stack, preview: bool) -> None:
    ses["endpoint"]["serviceName"] = "com.amazonaws.eu-west-1.email-smtp"
    ses["service"]["sourceConfiguration"]["imageRepository"]["imageConfiguration"][
        "runtimeEnvironmentVariables"
    ]["SMTP_HOST"] = "email-smtp.eu-west-1.amazonaws.com"
    verdict, codes = judge(ses, preview=preview)
    assert verdict is UNREACHABLE
    assert "ENDPOINT_FOR_OTHER_REGION" in codes

    ses["endpoint"]["serviceRegion"] = "eu-west-1"
    assert judge(ses, preview=preview) == (UNDETERMINED, {"ENDPOINT_FOR_OTHER_REGION"})


def test_of_unknown_candidates_those_of_another_region_are_not_meant() -> None:
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
