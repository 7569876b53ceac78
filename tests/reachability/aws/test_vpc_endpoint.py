"""SES's SMTP endpoint: its private DNS, subnets, security groups, policy and state."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reachability import UNKNOWN, Verdict
from tests.reachability.shown import judged
from tests.reachability.stacks import (
    PRIVATE,
    VPC,
    Stack,
    add_nat_gateway,
    either,
    ref,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED


def _give_both_families(stack: Stack) -> None:
    for number, name in enumerate(PRIVATE):
        stack[name]["ipv6CidrBlock"] = f"2600:1f18:1:{number}::/64"


@pytest.mark.parametrize("records", ["ipv4", "dualstack", "service-defined", None, "ipv6", ref("later")])
def test_its_names_may_lead_to_ipv6_addresses_alone(ses: Stack, records: Any) -> None:
    _give_both_families(ses)
    ses["endpoint"].update(ipAddressType="dualstack", dnsOptions={"dnsRecordIpType": records})

    open_ = records == "ipv6" or isinstance(records, dict)
    assert judged(ses) == ((UNDETERMINED, {"ENDPOINT_ADDRESS_TYPE"}) if open_ else (REACHABLE, set()))


def test_a_zone_that_does_not_offer_it_is_known_by_its_id_too(ses: Stack) -> None:
    ses[PRIVATE[1]].pop("availabilityZone")
    ses[PRIVATE[1]]["availabilityZoneId"] = "use1-az2"

    assert judged(ses) == (UNREACHABLE, {"VPCE_SERVICE_NOT_INSTALLED_IN_AZ"})


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [("ipv4", REACHABLE), ("dualstack", REACHABLE), ("ipv6", UNDETERMINED), (UNKNOWN, UNDETERMINED)],
)
def test_clients_reach_its_ipv4_addresses(ses: Stack, kind: Any, verdict: Verdict) -> None:
    _give_both_families(ses)
    ses["endpoint"]["ipAddressType"] = kind

    assert judged(ses) == (verdict, set() if verdict is REACHABLE else {"ENDPOINT_ADDRESS_TYPE"})


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ([(ref("endpoint"), True)], (REACHABLE, set())),
        ([(ref("endpoint"), False)], (UNREACHABLE, {"ENDPOINT_PRIVATE_DNS_OFF", "NO_ROUTE_TO_DESTINATION"})),
        ([(ref("endpoint"), ref("nothing"))], (UNDETERMINED, {"ENDPOINT_PRIVATE_DNS_UNKNOWN"})),
        ([(ref("this or another"), True)], (UNDETERMINED, {"ENDPOINT_PRIVATE_DNS_UNKNOWN"})),
        (
            [(ref("endpoint"), True), (ref("endpoint"), False)],
            (UNDETERMINED, {"ENDPOINT_PRIVATE_DNS_UNKNOWN"}),
        ),
    ],
)
def test_private_dns_may_be_a_resource_of_its_own(
    ses: Stack, settings: Any, found: tuple[Verdict, set[str]], on: bool
) -> None:
    ses["endpoint"]["privateDnsEnabled"] = on
    for number, (endpoint, value) in enumerate(settings):
        setting = "aws:vpc/endpointPrivateDns:EndpointPrivateDns"
        ses.add(setting, f"dns{number}", vpcEndpointId=endpoint, privateDnsEnabled=value)

    verdict, codes = judged(ses)

    assert verdict is found[0]
    assert found[1] <= codes


def test_subnets_and_groups_may_be_associations(ses: Stack) -> None:
    ses["endpoint"].pop("subnetIds")
    ses["endpoint"].pop("securityGroupIds")
    for number, subnet in enumerate(PRIVATE):
        association = "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation"
        ses.add(association, f"subnet{number}", vpcEndpointId=ref("endpoint"), subnetId=subnet)
    association = "aws:ec2/securityGroupAssociation:SecurityGroupAssociation"
    ses.add(association, "group", vpcEndpointId=ref("endpoint"), securityGroupId=ref("endpoint-group"))

    for preview in (True, False):
        assert judged(ses, preview=preview) == (REACHABLE, set())


@pytest.mark.parametrize(
    ("type_", "prop", "value"),
    [
        (
            "aws:ec2/securityGroupAssociation:SecurityGroupAssociation",
            "securityGroupId",
            ref("endpoint-group"),
        ),
        ("aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation", "subnetId", PRIVATE[0]),
    ],
)
def test_an_association_of_a_chosen_endpoint_is_open(ses: Stack, type_: str, prop: str, value: Any) -> None:
    """`Output.all(smtp.id, ecr.id).apply(choose)`: it may be for the other one."""
    ses["endpoint"].pop(f"{prop}s")
    other = {"vpcEndpointType": "Interface", "serviceName": "com.amazonaws.us-east-1.ecr.api", "vpcId": VPC}
    ses.add("aws:ec2/vpcEndpoint:VpcEndpoint", "ecr", **other)
    ses.add(type_, "link", vpcEndpointId=either("endpoint", "ecr"), **{prop: value})

    assert judged(ses)[0] is UNDETERMINED


def test_without_a_group_the_vpcs_default_one_applies(ses: Stack) -> None:
    ses["endpoint"].pop("securityGroupIds")
    assert judged(ses) == (UNREACHABLE, {"ENI_SG_RULES_MISMATCH"})

    ses["connector"].pop("securityGroups")
    assert judged(ses) == (REACHABLE, set())


def test_a_group_of_its_own_stands_in_place_of_the_default_one(ses: Stack) -> None:
    ses["connector"].pop("securityGroups")
    ses["endpoint-group"]["ingress"] = []

    assert judged(ses) == (UNREACHABLE, {"ENI_SG_RULES_MISMATCH"})


@pytest.mark.parametrize(
    ("replaces", "verdict"),
    [
        ({}, REACHABLE),
        ({"replaceDefaultAssociation": False}, REACHABLE),
        ({"replaceDefaultAssociation": UNKNOWN}, UNDETERMINED),
        ({"replaceDefaultAssociation": True}, UNREACHABLE),
    ],
)
@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_an_associated_group_stands_beside_the_default_one(
    ses: Stack, preview: bool, replaces: dict[str, Any], verdict: Verdict
) -> None:
    ses["endpoint"].pop("securityGroupIds")
    ses["connector"].pop("securityGroups")
    ses.add("aws:ec2/securityGroup:SecurityGroup", "bare", vpcId=VPC)
    association = "aws:ec2/securityGroupAssociation:SecurityGroupAssociation"
    ses.add(association, "link", vpcEndpointId=ref("endpoint"), securityGroupId=ref("bare"), **replaces)

    assert judged(ses, preview=preview)[0] is verdict


def statement(effect: str = "Allow", **parts: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": "*", "Resource": "*", "Principal": "*", **parts}


@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        ([statement()], REACHABLE),
        (statement(Action=["*"], Principal={"AWS": "*"}), REACHABLE),
        (statement(Resource=["*", "arn:aws:ses:*:*:identity/x"], Principal={"AWS": ["*"]}), REACHABLE),
        ([statement(), statement(Action="ses:SendEmail")], REACHABLE),
        ([statement(Condition={})], REACHABLE),
        ([statement(Condition={"Bool": {"aws:SecureTransport": "true"}})], UNDETERMINED),
        ([statement(Action="ses:*")], UNDETERMINED),
        ([statement(Resource="arn:aws:ses:us-east-1:123456789012:identity/x")], UNDETERMINED),
        ([statement(Principal={"AWS": "123456789012"})], UNDETERMINED),
        ([statement(Principal={"Service": "*"})], UNDETERMINED),
        ([statement(), statement("Deny", Principal={"AWS": "123456789012"})], UNDETERMINED),
        ([statement("Deny")], UNDETERMINED),
        ([], UNDETERMINED),
    ],
)
def test_only_a_policy_of_full_access_is_decided(ses: Stack, statements: Any, verdict: Verdict) -> None:
    ses["endpoint"]["policy"] = json.dumps({"Version": "2012-10-17", "Statement": statements})

    assert judged(ses)[0] is verdict


@pytest.mark.parametrize("policy", ["no JSON", "[]", "1", UNKNOWN])
def test_what_is_no_policy_is_not_decided(ses: Stack, policy: Any) -> None:
    ses["endpoint"]["policy"] = policy

    assert judged(ses) == (UNDETERMINED, {"ENDPOINT_POLICY"})


@pytest.mark.parametrize(
    ("state", "verdict"), [("available", REACHABLE), ("Pending", REACHABLE), ("rejected", UNREACHABLE)]
)
def test_its_state(ses: Stack, state: str, verdict: Verdict) -> None:
    ses["endpoint"]["state"] = state

    assert judged(ses)[0] is verdict


@pytest.mark.parametrize(
    ("unknown", "code"), [("serviceName", None), ("vpcEndpointType", "ENDPOINT_TYPE_UNKNOWN")]
)
def test_what_is_not_known_of_it_decides_nothing(ses: Stack, unknown: str, code: str | None) -> None:
    ses["endpoint"][unknown] = ref("nothing")

    verdict, codes = judged(ses)

    assert verdict is UNDETERMINED
    assert code is None or code in codes


@pytest.mark.parametrize("own_service", [True, False])
def test_an_endpoint_of_an_unknown_service_may_be_for_ses(ses: Stack, own_service: bool) -> None:
    add_nat_gateway(ses)
    ses.add("aws:ec2/vpcEndpointService:VpcEndpointService" if own_service else "test:x:X", "partner")
    ses["endpoint"]["serviceName"] = ref("partner")

    assert judged(ses)[0] is (REACHABLE if own_service else UNDETERMINED)


def test_a_gateway_load_balancers_endpoint_is_not_for_ses(ses: Stack) -> None:
    add_nat_gateway(ses)
    ses.add("test:x:X", "appliance")
    ses["endpoint"].update(serviceName=ref("appliance"), vpcEndpointType="GatewayLoadBalancer")

    assert judged(ses) == (REACHABLE, set())
