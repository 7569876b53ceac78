"""Evidence: how it is read, and how the program overrides it."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Origin, Resource, Verdict, merge, parse
from reachability.graph import Unread
from reachability.graph.evidence import Evidence, combine
from reachability.graph.zones import ZoneAvailability
from tests.reachability.stacks import REGION, VPC, Stack, incident

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
ACCOUNT = "123456789012"


def test_a_document_becomes_resources_of_the_account() -> None:
    evidence = parse(incident())

    vpc = next(resource for resource in evidence.resources if resource.id == VPC)
    assert (vpc.key, vpc.name, vpc.origin, vpc.region) == (
        f"aws:ec2/vpc:Vpc::{VPC}",
        "daadaar",
        Origin.ACCOUNT,
        REGION,
    )
    assert held().resources[0].name == "vpce-1"
    assert evidence.coverage.vpcs == {(ACCOUNT, REGION, VPC)}
    assert evidence.zones.smtp_zones == {(ACCOUNT, REGION): {"us-east-1a", "us-east-1b", "us-east-1c"}}
    assert evidence.zones.zone_ids[ACCOUNT, REGION, "us-east-1a"] == "use1-az4"


@pytest.mark.parametrize(
    ("region", "name", "zone_id", "offered"),
    [
        ("us-east-1", "us-east-1a", "use1-az4", True),
        ("us-east-1", "us-east-1d", "use1-az2", False),
        ("us-east-1", "us-east-1d", UNKNOWN, False),
        ("us-east-1", "us-east-1z", UNKNOWN, UNKNOWN),
        ("us-east-1", UNKNOWN, UNKNOWN, UNKNOWN),
        ("us-west-2", "us-west-2d", "usw2-az4", False),
        ("eu-west-1", UNKNOWN, UNKNOWN, True),
    ],
)
def test_zones_that_offer_the_smtp_endpoint(region: str, name: Any, zone_id: Any, offered: object) -> None:
    zones = ZoneAvailability({(ACCOUNT, "us-east-1", "us-east-1d"): "use1-az2"})

    assert zones.smtp_in_zone(region, name, zone_id) is offered


def test_the_zones_that_aws_reports_win_over_the_zone_id_list() -> None:
    zones = ZoneAvailability(smtp_zones={(ACCOUNT, "us-east-1"): frozenset({"us-east-1d"})})

    assert zones.smtp_in_zone("us-east-1", "us-east-1d", "use1-az2") is True
    assert zones.smtp_in_zone("us-east-1", "us-east-1a", "use1-az4") is False


def held(*, tags: dict[str, str] | None = None) -> Evidence:
    document = {
        "accountId": ACCOUNT,
        "region": REGION,
        "vpcs": [],
        "resources": [{"type": ENDPOINT, "id": "vpce-1", "properties": {"tags": tags}}],
    }
    return parse(document)


def endpoints(evidence: Evidence, *program: Resource, deleted: tuple[str, ...] = ()) -> list[Resource]:
    graph = merge(program, evidence, project="mailroute", stack="prod", deleted=deleted)
    return list(graph.of_type(ENDPOINT))


def test_what_this_stack_no_longer_declares_is_gone() -> None:
    own = {"pulumi:project": "mailroute", "pulumi:stack": "prod"}

    assert endpoints(held(tags=own)) == []
    assert len(endpoints(held(tags={**own, "pulumi:stack": "dev"}))) == 1
    assert len(endpoints(held(tags={**own, "pulumi:project": "shop"}))) == 1
    assert len(endpoints(held())) == 1


def test_what_the_state_has_and_the_program_has_not_is_gone() -> None:
    assert endpoints(held(), deleted=("vpce-1",)) == []


def test_the_programs_resource_replaces_the_accounts() -> None:
    declared = Resource(key="urn:endpoint", type=ENDPOINT, name="endpoint", id="vpce-1")

    assert endpoints(held(), declared) == [declared]


def test_a_service_is_known_by_its_name() -> None:
    service = "aws:apprunner/service:Service"
    declared = Resource(
        key="urn:service", type=service, name="s", properties={"serviceName": "daadaar-backend"}
    )

    graph = merge([declared], parse(incident()), project="p", stack="s")

    assert list(graph.of_type(service)) == [declared]


def test_an_endpoint_removed_from_the_program_counts_as_gone(ses: Stack) -> None:
    live = {name: value for name, value in ses["endpoint"].items() if name != "securityGroupIds"}
    ses.remove("endpoint")
    ses.hold(
        ENDPOINT,
        "vpce-live",
        **live,
        securityGroupIds=["sg-live"],
        tags={"pulumi:project": "mailroute", "pulumi:stack": "prod"},
    )

    (egress,) = ses.prove()

    assert egress.verdict is Verdict.UNREACHABLE
    assert [finding.code for finding in egress.outcome.findings] == ["NO_ROUTE_TO_DESTINATION"]


def test_the_evidence_of_several_regions_adds_up() -> None:
    other = {
        "accountId": ACCOUNT,
        "region": "eu-west-1",
        "vpcs": ["vpc-eu"],
        "unread": [{"action": "a:B", "reason": "no"}],
        "resources": [],
    }

    both = combine([parse(incident()), parse(other)])

    assert both.coverage.vpcs == {(ACCOUNT, REGION, VPC), (ACCOUNT, "eu-west-1", "vpc-eu")}
    assert both.coverage.unread == (Unread("a:B", "no", ACCOUNT, "eu-west-1"),)
    assert set(both.zones.smtp_zones) == {(ACCOUNT, REGION)}


def test_one_id_in_two_regions_has_a_key_for_each() -> None:
    table = {"type": "aws:ec2/routeTable:RouteTable", "id": "rtb-1", "properties": {}}
    parts = [
        {"accountId": ACCOUNT, "region": region, "vpcs": [], "resources": [table]}
        for region in ("us-east-1", "eu-west-1")
    ]

    assert [found.key for found in combine(map(parse, parts)).resources] == [
        "aws:ec2/routeTable:RouteTable::rtb-1",
        f"aws:ec2/routeTable:RouteTable@{ACCOUNT}/eu-west-1::rtb-1",
    ]


def test_zone_availability_is_by_region_and_account() -> None:
    other = "210987654321"
    names = {"us-east-1a": frozenset({"us-east-1a"}), "us-east-1b": frozenset({"us-east-1b"})}
    zones = ZoneAvailability(
        smtp_zones={
            (ACCOUNT, "us-east-1"): names["us-east-1a"],
            (other, "us-east-1"): names["us-east-1b"],
            (other, "us-west-2"): frozenset(),
        }
    )

    assert zones.smtp_in_zone("us-east-1", "us-east-1a", UNKNOWN, ACCOUNT) is True
    assert zones.smtp_in_zone("us-east-1", "us-east-1a", UNKNOWN, other) is False
    assert zones.smtp_in_zone("us-east-1", "us-east-1a", UNKNOWN) is UNKNOWN
    assert zones.smtp_in_zone("us-east-1", "us-east-1c", UNKNOWN) is False


def shared(*vpcs: str, account: str, **properties: str) -> Evidence:
    """What one of two accounts sees of a subnet that one shares with the other."""
    subnet = {"vpcId": "vpc-1", "ownerId": ACCOUNT, **properties}
    resources = [{"type": "aws:ec2/subnet:Subnet", "id": "subnet-1", "properties": subnet}]
    return parse({"accountId": account, "region": REGION, "vpcs": list(vpcs), "resources": resources})


def test_a_resource_is_in_the_account_of_its_owner() -> None:
    (subnet,) = shared(account="210987654321").resources
    (vpc,) = (found for found in parse(incident()).resources if found.type == "aws:ec2/vpc:Vpc")

    assert (subnet.account, vpc.account) == (ACCOUNT, ACCOUNT)


@pytest.mark.parametrize("owner_first", [True, False])
def test_the_owners_view_of_a_shared_subnet_wins(owner_first: bool) -> None:
    owner = shared("vpc-1", account=ACCOUNT, cidrBlock="10.0.0.0/24")
    participant = shared("vpc-other", account="210987654321")

    both = combine([owner, participant] if owner_first else [participant, owner])

    assert [subnet.get("cidrBlock") for subnet in both.resources] == ["10.0.0.0/24"]


def test_the_programs_resource_is_known_by_its_arn() -> None:
    declared = Resource(
        key="urn:endpoint", type=ENDPOINT, name="endpoint", properties={"arn": "vpce-1"}, region=REGION
    )

    assert endpoints(held(), declared) == [declared]


def test_two_endpoints_of_one_service_are_two() -> None:
    service = {"serviceName": f"com.amazonaws.{REGION}.email-smtp"}
    evidence = parse(
        {
            "accountId": ACCOUNT,
            "region": REGION,
            "vpcs": [],
            "resources": [{"type": ENDPOINT, "id": "vpce-1", "properties": service}],
        }
    )
    declared = Resource(key="urn:endpoint", type=ENDPOINT, name="endpoint", properties=service)

    assert len(endpoints(evidence, declared)) == 2


def test_default_tags_mark_what_this_stack_made() -> None:
    own = {"pulumi:project": "mailroute", "pulumi:stack": "prod"}
    entry = {"type": ENDPOINT, "id": "vpce-1", "properties": {"tags": {}, "tagsAll": own}}
    evidence = parse({"accountId": ACCOUNT, "region": REGION, "vpcs": [], "resources": [entry]})

    assert endpoints(evidence) == []


def test_an_association_does_not_replace_a_propagation_of_its_id() -> None:
    """Pulumi gives both the ids of the table and the attachment as theirs."""
    identity = "tgw-rtb-1_tgw-attach-1"
    association = "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation"
    propagation = "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation"
    document = incident()
    document["resources"] += [
        {"type": type_, "id": identity, "properties": {}} for type_ in (association, propagation)
    ]
    own = Resource(key="urn::own", type=association, name="own", id=identity)

    graph = merge([own], parse(document), project="p", stack="s")

    assert graph.of_type(association) == (own,)
    assert [found.id for found in graph.of_type(propagation)] == [identity]


@pytest.mark.parametrize(
    ("type_", "prop", "whole"),
    [
        ("aws:ec2/route:Route", "routeTableId", "aws:ec2/routeTable:RouteTable"),
        ("aws:ec2/networkAclRule:NetworkAclRule", "networkAclId", "aws:ec2/networkAcl:NetworkAcl"),
        (
            "aws:ec2/securityGroupRule:SecurityGroupRule",
            "securityGroupId",
            "aws:ec2/securityGroup:SecurityGroup",
        ),
    ],
)
def test_the_program_decides_the_parts_of_what_it_manages(type_: str, prop: str, whole: str) -> None:
    """A route that the program has taken out of its own table is about to go, whoever shows it."""
    document = incident()
    document["resources"] += [
        {"type": type_, "id": f"part-of-{owner}", "properties": {prop: owner}} for owner in ("own", "other")
    ]
    program = [Resource(key="urn::own", type=whole, name="own", id="own")]

    graph = merge(program, parse(document), project="p", stack="s")

    assert [found.id for found in graph.of_type(type_)] == ["part-of-other"]
