"""What answers for a mail host's name inside a VPC."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reachability import Outcome, Proof, Ref, Verdict
from reachability.aws import Network
from reachability.aws.vpc import Vpc
from reachability.graph.references import exactly
from tests.reachability.mail_hosts import judge, undetermined
from tests.reachability.stacks import VPC, Stack, ref

NAMESPACE = "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace"


@pytest.mark.parametrize(("host", "shadowed"), [("smtp.mail.example.com", True), ("smtp.example.com", False)])
def test_a_cloud_map_namespace_answers_for_its_names(host: str, shadowed: bool, nat: Stack) -> None:
    nat.add(NAMESPACE, "services", name="mail.example.com", vpc=VPC)

    found = judge(nat, host)
    assert undetermined(found, "NAME_SHADOWED") if shadowed else found.verdict is Verdict.REACHABLE


def test_a_cloud_map_namespace_of_another_vpc_does_not(nat: Stack) -> None:
    nat.add("aws:ec2/vpc:Vpc", "other", cidrBlock="10.99.0.0/16")
    nat.add(NAMESPACE, "services", name="example.com", vpc=ref("other"))

    assert judge(nat, "smtp.example.com").verdict is Verdict.REACHABLE


ZONE, ZONE_LINK = "aws:route53/zone:Zone", "aws:route53/zoneAssociation:ZoneAssociation"
RULE = "aws:route53/resolverRule:ResolverRule"
RULE_LINK = "aws:route53/resolverRuleAssociation:ResolverRuleAssociation"
PROFILE = "aws:route53/profilesAssociation:ProfilesAssociation"
FIREWALL = "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation"
FORWARDED = ("rule", RULE_LINK, {"resolverRuleId": ref("rule"), "vpcId": VPC})


@pytest.mark.parametrize(
    ("resources", "what"),
    [
        ([("zone", ZONE, {"name": ref("other"), "vpcs": [{"vpcId": VPC}]})], "private hosted zone"),
        ([("zone", ZONE, {"name": "ample.lux", "vpcs": [{"vpcId": VPC}]})], None),
        ([("zone", ZONE, {"name": "example.lux", "vpcs": [{"vpcId": ref("other")}]})], None),
        ([("rule", RULE, {"ruleType": "FORWARD", "domainName": "example.lux"})], None),
        ([("rule", RULE, {"ruleType": "FORWARD", "domainName": "example.lux"}), FORWARDED], "resolver rule"),
        ([("rule", RULE, {"ruleType": "FORWARD", "domainName": "."}), FORWARDED], "resolver rule"),
        ([("rule", RULE, {"ruleType": "FORWARD", "domainName": "example.org"}), FORWARDED], None),
        ([("rule", RULE, {"ruleType": "SYSTEM", "domainName": "example.lux"}), FORWARDED], None),
        ([("rule", RULE, {"ruleType": "DELEGATE"}), FORWARDED], "resolver rule"),
        ([("profile", PROFILE, {"resourceId": VPC})], "Route 53 Profile association"),
        ([("profile", PROFILE, {"resourceId": ref("other")})], None),
        ([("firewall", FIREWALL, {"vpcId": VPC})], "DNS Firewall rule group association"),
        ([("firewall", FIREWALL, {"vpcId": ref("other")})], None),
    ],
)
def test_what_answers_for_a_name(resources: Any, what: str | None, nat: Stack) -> None:
    nat.add("aws:ec2/vpc:Vpc", "other", cidrBlock="10.99.0.0/16")
    for number, (name, type_, properties) in enumerate(resources):
        nat.add(type_, name if number == 0 else f"{name}-link", **properties)

    found = judge(nat, "smtp.example.LUX.")
    if what is None:
        assert found.verdict is Verdict.REACHABLE
    else:
        assert undetermined(found, "NAME_SHADOWED")
        assert found.findings[0].message.startswith(f"{what} ")


@pytest.mark.parametrize(
    "resources",
    [
        [("zone", ZONE, {"name": "example.lux", "vpcs": [{"vpcId": VPC}]})],
        [("zone", ZONE, {"name": "Example.LUX.", "vpcs": [{"vpcId": VPC}]})],
        [
            ("zone", ZONE, {"name": "example.lux", "vpcs": [{"vpcId": ref("other")}]}),
            ("link", ZONE_LINK, {"zoneId": ref("zone"), "vpcId": VPC}),
        ],
    ],
)
def test_a_private_zone_answers_that_there_is_no_such_name(resources: Any, nat: Stack) -> None:
    nat.add("aws:ec2/vpc:Vpc", "other", cidrBlock="10.99.0.0/16")
    for name, type_, properties in resources:
        nat.add(type_, name, **properties)

    found = judge(nat, "smtp.example.LUX.")
    assert found.verdict is Verdict.UNREACHABLE
    assert [finding.code for finding in found.findings] == ["NAME_WITHOUT_RECORD"]


@pytest.mark.parametrize("listed", [("one", "two"), ("one", "one")], ids=["each once", "one twice"])
def test_a_zone_is_of_each_new_vpc_that_it_lists(listed: tuple[str, ...], nat: Stack) -> None:
    for name in ("one", "two"):
        nat.add("aws:ec2/vpc:Vpc", name, cidrBlock="10.99.0.0/16")
    nat.add(ZONE, "zone", name="example.lux", vpcs=[{"vpcId": ref(name)} for name in listed])

    network = Proof(nat.graph()).network
    for vpc in network.vpcs:
        if vpc.label in ("one", "two"):
            shadow, answers = network.dns.private_answer("smtp.example.lux", exactly(vpc))
            assert (answers is not None) is (listed == ("one", "two"))
            assert answers is None or (answers.resource.name, shadow) == ("zone", Outcome())


@pytest.mark.parametrize(
    "action", ["route53:ListHostedZonesByVPC", "route53profiles:ListProfileAssociations"]
)
def test_a_name_may_be_answered_by_what_was_not_read(action: str, nat: Stack) -> None:
    assert nat.account is not None
    nat.account["unread"] = [{"action": action, "reason": "AccessDenied"}]

    network = Proof(nat.graph()).network
    shadow, zone = network.dns.private_answer("smtp.example.com", vpc_ref(network))
    (found,) = shadow.findings
    assert zone is None
    assert (found.code, found.resource) == ("NAMES_NOT_READ", f"aws:ec2/vpc:Vpc::{VPC}")


def vpc_ref(network: Network) -> Ref[Vpc]:
    """The incident's VPC."""
    return network.vpcs.ref(next(iter(network.graph)), VPC, "vpcId")


@pytest.mark.parametrize("known", [True, False])
def test_a_vpc_that_may_be_unread_may_resolve_nothing(known: bool, nat: Stack) -> None:
    network = Proof(nat.graph()).network
    assert network.dns.resolves(vpc_ref(network)) == Outcome()

    not_read: Ref[Vpc] = Ref((), "vpc-9", open=True)
    (found,) = network.dns.resolves(replace(vpc_ref(network), open=True) if known else not_read).findings
    assert found.code == "VPC_NOT_READ"
    (unread,) = network.dns.private_answer("smtp.example.com", not_read)[0].findings
    assert (unread.code, unread.resource) == ("NAMES_NOT_READ", "vpc-9")


SERVICE = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"


@pytest.mark.parametrize(
    ("properties", "shadowed"),
    [
        ({"serviceName": SERVICE}, True),
        ({"serviceName": ref("offer")}, True),
        ({"serviceName": SERVICE, "privateDnsEnabled": ref("offer")}, True),
        ({"serviceName": SERVICE, "privateDnsEnabled": False}, False),
        ({"serviceName": SERVICE, "vpcEndpointType": "GatewayLoadBalancer"}, False),
        ({"serviceName": SERVICE, "vpcEndpointType": "Gateway"}, False),
        ({"serviceName": SERVICE, "vpcEndpointType": ref("offer")}, True),
        ({"serviceName": "com.amazonaws.us-east-1.sqs"}, False),
        ({"serviceName": "aws.api.us-east-1.sqs"}, False),
    ],
)
def test_an_endpoint_of_others_may_take_a_name(
    properties: dict[str, Any], shadowed: bool, nat: Stack
) -> None:
    nat.add("aws:ec2/vpcEndpointService:VpcEndpointService", "offer", acceptanceRequired=False)
    usual = {"vpcId": VPC, "vpcEndpointType": "Interface", "privateDnsEnabled": True}
    nat.add("aws:ec2/vpcEndpoint:VpcEndpoint", "partner", **(usual | properties))

    found = judge(nat, "smtp.example.com")
    assert undetermined(found, "NAME_SHADOWED") if shadowed else found.verdict is Verdict.REACHABLE


def test_an_endpoint_of_others_takes_no_name_of_aws(nat: Stack) -> None:
    usual = {"vpcId": VPC, "vpcEndpointType": "Interface", "privateDnsEnabled": True}
    nat.add("aws:ec2/vpcEndpoint:VpcEndpoint", "partner", serviceName=SERVICE, **usual)

    assert judge(nat, "Email-SMTP.us-east-1.AmazonAWS.com.").verdict is Verdict.REACHABLE


@pytest.mark.parametrize(
    ("connected", "shadowed"),
    [
        ([{"clientAlias": [{"dnsName": "SMTP.example.com", "port": 587}]}], True),
        ([{"clientAlias": [{"dnsName": ref("offer"), "port": 587}]}], True),
        ([{"clientAlias": [{"dnsName": "api.example.com", "port": 80}]}], False),
        ([{"portName": "smtp"}], False),
    ],
)
def test_service_connect_answers_for_its_aliases(connected: Any, shadowed: bool, nat: Stack) -> None:
    nat.add("aws:ecs/service:Service", "relay", serviceConnectConfiguration={"services": connected})

    found = judge(nat, "smtp.example.COM.")
    assert undetermined(found, "NAME_SHADOWED") if shadowed else found.verdict is Verdict.REACHABLE
