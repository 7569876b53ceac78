"""Which region and account a resource is in, and what it may name there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reachability import UNKNOWN, Origin, Resource, Verdict
from reachability.graph.provider_scope import Provider, placed
from tests.reachability.regions import IRELAND, both_ways, thing
from tests.reachability.shown import judged
from tests.reachability.stacks import (
    OWNER,
    REGION,
    VPC,
    Properties,
    Stack,
    either,
    nat_stack,
    own_network,
    ref,
    role,
    through,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
ARN = f"arn:aws:iam::{OWNER}:role/deploy"


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


# Things that name one another ---------------------------------------------------------------------


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


@pytest.mark.parametrize(
    "moved",
    [
        "igw",
        "public",
        "public-table",
        "public-link",
        "public-out",
        "private-table",
        "private-link",
        "private-out",
        "nat",
        "group",
        "rule",
    ],
)
def test_each_part_of_a_path_is_in_the_region_of_what_it_names(moved: str) -> None:
    """One that forgets its provider is refused: AWS does not find what it names."""
    stack = Stack()
    own_network(stack)
    stack.add("aws:ec2/securityGroup:SecurityGroup", "group", vpcId=ref("vpc"))
    out = {"securityGroupId": ref("group"), "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}
    stack.add("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "rule", **out)
    stack["function"]["vpcConfig"]["securityGroupIds"] = [ref("group")]
    assert judged(stack) == (REACHABLE, set())

    stack.providers[moved] = IRELAND
    verdict, codes = judged(stack)
    assert verdict is not REACHABLE
    assert codes & {"OTHER_REGION", "SG_RULES_UNKNOWN"}


@pytest.mark.parametrize(
    "moved", ["igw", "public", "public-table", "public-link", "public-out", "private-table", "private-out"]
)
def test_the_parts_of_a_vpc_are_its_owners(moved: str) -> None:
    stack = Stack()
    own_network(stack)
    stack.providers.update({name: {"assumeRoles": role(OWNER)} for name in stack.program})
    assert judged(stack) == (REACHABLE, set())

    stack.providers[moved] = {"assumeRoles": role("444455556666")}
    verdict, codes = judged(stack)
    assert verdict is not REACHABLE
    assert "VPC_NOT_OWNED" in codes


@pytest.mark.parametrize("part", ["subnets", "group", "names"])
def test_parts_of_an_endpoint_are_in_its_region(ses: Stack, part: str) -> None:
    subnet, endpoint = ses["endpoint"]["subnetIds"][0], ref("endpoint")
    kind, properties = {
        "subnets": ("ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation", {"subnetId": subnet}),
        "group": (
            "ec2/securityGroupAssociation:SecurityGroupAssociation",
            {"securityGroupId": ref("endpoint-group")},
        ),
        "names": ("vpc/endpointPrivateDns:EndpointPrivateDns", {"privateDnsEnabled": True}),
    }[part]
    ses.add(f"aws:{kind}", "part", vpcEndpointId=endpoint, **properties)
    assert judged(ses) == (REACHABLE, set())

    ses.providers["part"] = IRELAND
    verdict, codes = judged(ses)
    assert verdict is not REACHABLE
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


@pytest.mark.parametrize(
    ("name", "prop", "what"),
    [
        ("private", "vpcId", "vpc"),
        ("private-link", "routeTableId", "private-table"),
        ("nat", "allocationId", "address"),
        ("nat", "subnetId", "public"),
    ],
)
def test_a_choice_of_two_regions_may_be_the_other_one(name: str, prop: str, what: str) -> None:
    """AWS refuses that one: what is chosen by apply is not taken for the one that works."""
    stack = Stack()
    own_network(stack, "us-")
    own_network(stack, "eu-")
    stack.remove("us-function")
    through(stack, IRELAND, "eu-")
    assert judged(stack) == (REACHABLE, set())

    stack[f"eu-{name}"][prop] = either(f"us-{what}", f"eu-{what}")
    verdict, codes = judged(stack)
    assert (verdict, "OTHER_REGION" in codes) == (UNDETERMINED, True)
