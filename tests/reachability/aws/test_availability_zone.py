"""Zones and regions where AWS does not place a connector, a NAT gateway or an endpoint, or may not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reachability import UNKNOWN, Verdict, merge, prove
from tests.reachability.shown import judged, said, sends_out
from tests.reachability.stacks import (
    PRIVATE,
    PUBLIC,
    VPC,
    Stack,
    incident,
    name_host,
    own_network,
    ref,
    through,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
PASSED: tuple[Verdict, set[str]] = (REACHABLE, set())
LOCAL = (UNDETERMINED, {"SUBNET_LOCAL"})
PLACES = [
    {"availabilityZone": "us-east-1-bos-1a"},
    {"availabilityZone": "us-east-1-wl1-bos-wlz-1"},
    {"availabilityZone": UNKNOWN, "availabilityZoneId": "use1-bos1-az1"},
    {"outpostArn": "arn:aws:outposts:us-east-1:123456789012:outpost/op-1"},
    {"outpostArn": UNKNOWN},
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("subnet", ["public", "private"])
def test_outside_the_regions_zones_nothing_is_known_to_be_placed(place: dict[str, Any], subnet: str) -> None:
    stack = Stack()
    own_network(stack)
    stack[subnet].update(place)
    assert judged(stack) == LOCAL


@pytest.mark.parametrize("place", PLACES)
def test_an_endpoint_outside_the_regions_zones_is_open(ses: Stack, place: dict[str, Any]) -> None:
    ses.add("aws:ec2/subnet:Subnet", "far", vpcId=VPC, cidrBlock="172.31.200.0/24", **place)
    ses["endpoint"]["subnetIds"].append(ref("far"))
    assert judged(ses) == LOCAL


def test_what_the_account_has_in_a_local_zone_is_there(nat: Stack) -> None:
    nat[PUBLIC[0]]["availabilityZone"] = "us-east-1-bos-1a"
    assert judged(nat) == LOCAL
    nat.hold("aws:ec2/natGateway:NatGateway", "nat-1", subnetId=PUBLIC[0], publicIp="203.0.113.9")
    nat["default"]["natGatewayId"] = "nat-1"
    assert judged(nat) == PASSED


@pytest.mark.parametrize("zone", ["use1-az3", "apne1-az3"])
def test_zones_without_app_runner_take_no_connector(nat: Stack, zone: str) -> None:
    nat[PRIVATE[1]].update(availabilityZone="us-east-1e", availabilityZoneId=zone)
    assert judged(nat) == (UNREACHABLE, {"CONNECTOR_ZONE"})


def test_a_zone_is_known_by_the_accounts_name_for_it(nat: Stack) -> None:
    nat[PRIVATE[1]].update(availabilityZone="us-east-1e", availabilityZoneId=UNKNOWN)
    assert said(nat) == [
        (
            "CONNECTOR_ZONE",
            PRIVATE[1],
            f"subnet {PRIVATE[1]} is in zone us-east-1e, where App Runner has no VPC connectors",
            "use subnets in other zones",
        )
    ]


def test_a_connector_that_is_there_has_its_zones(nat: Stack) -> None:
    nat[PRIVATE[1]].update(availabilityZone="us-east-1e", availabilityZoneId="use1-az3")
    arn = "arn:aws:apprunner:us-east-1:123456789012:vpcconnector/old/1/a"
    nat.hold("aws:apprunner/vpcConnector:VpcConnector", arn, arn=arn, subnets=list(PRIVATE), status="ACTIVE")
    nat["service"]["networkConfiguration"]["egressConfiguration"]["vpcConnectorArn"] = arn
    assert judged(nat)[0] is REACHABLE


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("eu-west-3", REACHABLE),
        ("eu-north-1", UNREACHABLE),
        (UNKNOWN, REACHABLE),
    ],
)
def test_app_runner_is_in_some_regions_alone(region: Any, expected: Verdict) -> None:
    stack = Stack()
    service = "aws:apprunner/service:Service"
    stack.add(service, "service", serviceName="api")
    name_host(stack, "smtp.example.com")
    through(stack, {} if region is UNKNOWN else {"region": region})
    assert judged(stack) == (expected, set() if expected is REACHABLE else {"APP_RUNNER_REGION"})


def test_a_region_without_ses_smtp_is_open() -> None:
    stack = Stack()
    own_network(stack)
    stack["function"]["environment"]["variables"]["SMTP_HOST"] = "email-smtp.af-south-1.amazonaws.com"
    assert judged(stack) == (UNDETERMINED, {"SES_SMTP_REGION"})
    stack["function"]["vpcConfig"] = {}
    assert judged(stack) == (UNDETERMINED, {"SES_SMTP_REGION"})


def test_the_rule_of_nat_gateways_sees_their_place(nat: Stack) -> None:
    assert sends_out(nat) == set()
    (gateway,) = nat.network().nat_gateways
    assert gateway.is_placed.findings == ()
    nat[PUBLIC[0]]["outpostArn"] = "arn:aws:outposts:us-east-1:123456789012:outpost/op-1"
    (gateway,) = nat.network().nat_gateways
    assert [finding.code for finding in gateway.is_placed.findings] == ["SUBNET_LOCAL"]


@pytest.mark.parametrize(
    ("zone", "assumed"),
    [({"availabilityZone": "us-east-1a"}, True), ({"availabilityZoneId": "use1-az1"}, False)],
    ids=["by name", "by id"],
)
def test_the_name_of_a_zone_in_an_account_not_shown_is_assumed(
    ses: Stack, zone: dict[str, str], assumed: bool
) -> None:
    """`us-east-1a` may be one without endpoints; that it takes connectors, the account's own shows."""
    ses.add("aws:ec2/subnet:Subnet", "new", vpcId=VPC, cidrBlock="172.31.200.0/24", **zone)
    ses["endpoint"]["subnetIds"] = ses["connector"]["subnets"] = [ref("new")]
    (shown,) = ses.prove()
    assert ses.account is not None
    ses.account["availabilityZonesAssumed"] = True
    (made_up,) = ses.prove()

    zones = [
        sum(each.code == "ZONE_OFFERS_SERVICE" for each in egress.outcome.assumptions)
        for egress in (shown, made_up)
    ]
    assert (shown.verdict, made_up.verdict) == (REACHABLE, REACHABLE)
    assert zones == [0, int(assumed)]


@pytest.mark.parametrize("letter", "abcdef")
@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_no_zone_lacks_anything_in_an_account_not_shown(ses: Stack, letter: str, preview: bool) -> None:
    """The creation that is simulated gives its zones ids, which are made up as well."""
    zone = {"availabilityZone": f"us-east-1{letter}", "cidrBlock": "172.31.200.0/24"}
    ses.add("aws:ec2/subnet:Subnet", "new", vpcId=VPC, **zone)
    ses["endpoint"]["subnetIds"] = ses["connector"]["subnets"] = [ref("new")]
    assert ses.account is not None
    ses.account["availabilityZonesAssumed"] = True
    ids = {each["name"]: each["id"] for each in ses.account["availabilityZones"]}
    made = {"availabilityZoneId": UNKNOWN if preview else ids[zone["availabilityZone"]]}
    shown = [
        replace(each, properties={**each.properties, **made}) if each.name == "new" else each
        for each in ses.resources(preview=preview)
    ]
    evidence = ses.evidence()
    graph = merge(shown, evidence, project="mailroute", stack="prod")
    (egress,) = prove(graph, zones=evidence.zones)

    offered = letter in "abc"
    assert egress.verdict is (REACHABLE if offered else UNDETERMINED)
    assert {finding.code for finding in egress.outcome.findings} == (
        set() if offered else {"VPCE_ZONE_UNKNOWN"}
    )


def test_an_id_that_a_program_gives_a_zone_is_known(ses: Stack) -> None:
    ses.add(
        "aws:ec2/subnet:Subnet",
        "new",
        vpcId=VPC,
        cidrBlock="172.31.200.0/24",
        availabilityZone="us-east-1d",
        availabilityZoneId="use1-az2",
    )
    ses["endpoint"]["subnetIds"] = ses["connector"]["subnets"] = [ref("new")]
    assert ses.account is not None
    ses.account["availabilityZonesAssumed"] = True
    assert judged(ses) == (UNREACHABLE, {"VPCE_SERVICE_NOT_INSTALLED_IN_AZ"})


def test_zones_that_may_lack_endpoints_are_told_once(ses: Stack) -> None:
    ses.account = {**incident(), "availabilityZonesAssumed": True}
    for letter, third in (("d", 200), ("e", 201)):
        zone = {"availabilityZone": f"us-east-1{letter}", "cidrBlock": f"172.31.{third}.0/24"}
        ses.add("aws:ec2/subnet:Subnet", f"new-{letter}", vpcId=VPC, **zone)
    ses["endpoint"]["subnetIds"] = [ref("new-d"), ref("new-e")]

    ((code, resource, message, _),) = said(ses)
    assert (code, resource) == ("VPCE_ZONE_UNKNOWN", "endpoint")
    assert message == (
        "it cannot be known whether AWS offers SES's SMTP endpoint in the zone of subnets new-d (us-east-1d) "
        "and new-e (us-east-1e)"
    )
