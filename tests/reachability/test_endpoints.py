"""SES's SMTP endpoint: whose name leads to it, and whether it serves. Also see `test_mutations.py`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reachability import UNKNOWN, Verdict
from reachability.aws.ses import SMTP_PORTS, endpoint_of_host, region_of_host, region_of_service
from tests.reachability.shown import judged
from tests.reachability.stacks import (
    ACL,
    ANYWHERE,
    PRIVATE,
    PRIVATE_TABLE,
    PUBLIC,
    REGION,
    VPC,
    Stack,
    image,
    name_host,
    ref,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
HOST = f"email-smtp.{REGION}.amazonaws.com"


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("email-smtp.us-east-1.amazonaws.com", "us-east-1"),
        ("Email-SMTP.EU-West-1.AmazonAWS.com.", "eu-west-1"),
        ("email.us-east-1.amazonaws.com", None),
        ("email-smtp-fips.us-east-1.amazonaws.com", None),
        ("email-smtp.us-east-1.amazonaws.com.example.org", None),
    ],
)
def test_hosts_of_ses(host: str, region: str | None) -> None:
    assert region_of_host(host) == region


def test_services_of_ses() -> None:
    assert region_of_service("com.amazonaws.us-east-1.email-smtp") == "us-east-1"
    assert region_of_service("com.amazonaws.us-east-1.email") is None


@pytest.mark.parametrize(
    ("host", "endpoint"),
    [
        ("vpce-0a1b-2c3d.email-smtp.us-east-1.vpce.amazonaws.com", "vpce-0a1b"),
        ("VPCE-0a1b-2c3d-us-east-1a.email-smtp.us-east-1.vpce.amazonaws.com.", "vpce-0a1b"),
        ("vpce-0a1b-2c3d.vpce-svc-9f.us-east-1.vpce.amazonaws.com", "vpce-0a1b"),
        ("vpce-0a1b.email-smtp.us-east-1.vpce.amazonaws.com", None),
        ("vpce-0a1b-2c3d.email-smtp.us-east-1.vpce.amazonaws.com.example.org", None),
        (HOST, None),
    ],
)
def test_names_of_endpoints(host: str, endpoint: str | None) -> None:
    assert endpoint_of_host(host) == endpoint


@pytest.mark.parametrize("port", sorted(SMTP_PORTS))
def test_ports_that_ses_offers(ses: Stack, port: int) -> None:
    name_host(ses, HOST, port)
    ses["endpoint-group"]["ingress"][0].update(fromPort=0, toPort=65535)

    assert judged(ses) == (REACHABLE, set())


@pytest.mark.parametrize("records", ["ipv4", "dualstack", "service-defined", None, "ipv6", ref("later")])
def test_its_names_may_lead_to_ipv6_addresses_alone(ses: Stack, records: Any) -> None:
    ses["endpoint"].update(ipAddressType="dualstack", dnsOptions={"dnsRecordIpType": records})

    open_ = records == "ipv6" or isinstance(records, dict)
    assert judged(ses) == ((UNDETERMINED, {"ENDPOINT_ADDRESS_TYPE"}) if open_ else (REACHABLE, set()))


def with_nat(stack: Stack) -> None:
    """Beside the endpoint, a way to the internet."""
    stack.add("aws:ec2/natGateway:NatGateway", "nat", subnetId=PUBLIC[0], allocationId="eipalloc-1")
    stack.add(
        "aws:ec2/route:Route",
        "out",
        routeTableId=PRIVATE_TABLE,
        destinationCidrBlock=ANYWHERE,
        natGatewayId=ref("nat"),
    )


def test_a_broken_endpoint_takes_the_name_despite_a_nat_gateway(ses: Stack) -> None:
    with_nat(ses)
    ses["endpoint-group"]["ingress"] = []

    assert judged(ses) == (UNREACHABLE, {"ENI_SG_RULES_MISMATCH"})


def test_without_private_dns_the_name_leads_to_the_nat_gateway(ses: Stack) -> None:
    with_nat(ses)
    ses["endpoint"]["privateDnsEnabled"] = False

    assert judged(ses) == (REACHABLE, set())


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"enableDnsHostnames": False}, "VPC_DNS_HOSTNAMES_OFF"),
        ({"enableDnsSupport": None}, "VPC_DNS_UNKNOWN"),
        ({"dhcpOptionsId": "dopt-1"}, "VPC_OTHER_RESOLVER"),
    ],
)
def test_without_private_dns_in_the_vpc_the_name_stays_public(
    ses: Stack, change: dict[str, Any], code: str, in_order: bool
) -> None:
    with_nat(ses)
    ses[VPC].update(change)
    if not in_order:
        ses["endpoint-group"]["ingress"] = []

    verdict, codes = judged(ses)

    assert verdict is UNDETERMINED
    assert code in codes


def test_an_unread_endpoint_may_take_the_name(ses: Stack) -> None:
    with_nat(ses)
    ses.remove("endpoint")
    assert judged(ses) == (REACHABLE, set())

    assert ses.account is not None
    ses.account["unread"] = [{"action": "ec2:DescribeVpcEndpoints", "reason": "AccessDenied"}]
    assert judged(ses)[0] is UNDETERMINED


def test_an_endpoint_maybe_in_another_vpc_may_not_take_the_name(ses: Stack) -> None:
    ses["endpoint"]["vpcId"] = ref("a VPC that is not in the graph")

    verdict, codes = judged(ses)
    assert verdict is UNDETERMINED
    assert "VPC_NOT_READ" in codes

    name_host(ses, ref("a host not known yet"))
    assert judged(ses)[0] is UNDETERMINED

    ses["service"]["sourceConfiguration"] = image({})
    assert "ENDPOINT_UNKNOWN" in judged(ses)[1]


def test_a_zone_that_does_not_offer_it_is_known_by_its_id_too(ses: Stack) -> None:
    ses[PRIVATE[1]].pop("availabilityZone")
    ses[PRIVATE[1]]["availabilityZoneId"] = "use1-az2"

    assert judged(ses) == (UNREACHABLE, {"VPCE_SERVICE_NOT_INSTALLED_IN_AZ"})


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [("ipv4", REACHABLE), ("dualstack", REACHABLE), ("ipv6", UNDETERMINED), (UNKNOWN, UNDETERMINED)],
)
def test_clients_reach_its_ipv4_addresses(ses: Stack, kind: Any, verdict: Verdict) -> None:
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


def test_one_interface_that_cannot_be_reached_leaves_the_other(ses: Stack) -> None:
    ses["connector"]["subnets"] = [PRIVATE[0]]
    ses[ACL]["egress"].insert(
        0,
        {
            "ruleNo": 1,
            "action": "deny",
            "protocol": "-1",
            "fromPort": 0,
            "toPort": 0,
            "cidrBlock": "172.31.112.0/20",
        },
    )

    assert judged(ses) == (UNDETERMINED, {"SUBNET_ACL_RESTRICTION"})


def test_an_appliance_on_the_way_is_not_followed(ses: Stack) -> None:
    ses[PRIVATE_TABLE]["routes"] = [
        {"cidrBlock": "172.31.112.0/20", "networkInterfaceId": "eni-1", "state": "active"}
    ]

    assert judged(ses) == (UNDETERMINED, {"NOT_MODELLED"})


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


def test_a_broken_endpoint_that_may_not_take_the_name(ses: Stack) -> None:
    with_nat(ses)
    ses["endpoint-group"]["ingress"] = []
    ses["endpoint"]["privateDnsEnabled"] = ref("nothing")

    assert judged(ses) == (UNDETERMINED, {"ENI_SG_RULES_MISMATCH", "ENDPOINT_PRIVATE_DNS_UNKNOWN"})


@pytest.mark.parametrize("own_service", [True, False])
def test_an_endpoint_of_an_unknown_service_may_be_for_ses(ses: Stack, own_service: bool) -> None:
    with_nat(ses)
    ses.add("aws:ec2/vpcEndpointService:VpcEndpointService" if own_service else "test:x:X", "partner")
    ses["endpoint"]["serviceName"] = ref("partner")

    assert judged(ses)[0] is (REACHABLE if own_service else UNDETERMINED)


def test_a_gateway_load_balancers_endpoint_is_not_for_ses(ses: Stack) -> None:
    with_nat(ses)
    ses.add("test:x:X", "appliance")
    ses["endpoint"].update(serviceName=ref("appliance"), vpcEndpointType="GatewayLoadBalancer")

    assert judged(ses) == (REACHABLE, set())
