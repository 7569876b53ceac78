"""Which names have an answer that the proof can know: not those of one's own network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reachability import UNKNOWN, Destination, Origin, Outcome, Proof, Ref, Settings, Verdict
from reachability.aws import Network
from reachability.aws.vpc import Vpc
from reachability.hosts import is_public, is_valid
from tests.reachability.stacks import VPC, Stack, ref

LONG = "a" * 64
LAMBDA = "aws:lambda/function:Function"
NAMESPACE = "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace"


def judge(stack: Stack, host: str, settings: Settings | None = None) -> Outcome:
    proof = Proof(stack.graph(), settings, stack.evidence().zones)
    (workload,) = proof.workloads(Origin.PROGRAM, "apprunner")
    return proof.judge(workload.placements, Destination(host, 587))


def undetermined(outcome: Outcome, code: str) -> bool:
    return outcome.verdict is Verdict.UNDETERMINED and {found.code for found in outcome.findings} == {code}


@pytest.mark.parametrize(
    "host",
    [
        "",
        " ",
        "smtp://smtp.example.com",
        "smtp.example.com:587",
        "smtp.example.com/",
        "smtp .example.com",
        "smtp..example.com",
        ".example.com",
        "-smtp.example.com",
        "smtp-.example.com",
        f"{LONG}.example.com",
        f"{'a.' * 121}example.info",
        "[[8.8.8.8]]",
        "300.1.1.1",
        "10.1",
        "smtp.0x7f",
        "587",
        "smtp.exämple.com",
        "${HOST}",
        "::ffff:8.8.8.8",
    ],
)
def test_what_is_no_host_name(host: str, nat: Stack) -> None:
    assert not is_valid(host)
    assert undetermined(judge(nat, host), "HOST_INVALID")


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "smtp",
        "smtp.localhost",
        "relay.mail.local",
        "ip-10-1-1-5.ec2.internal",
        "IP-10-1-1-5.EC2.INTERNAL.",
        "relay.home.arpa",
        "smtp.test",
        "smtp.invalid",
        "127.0.0.1",
        "127.8.9.10",
        "::1",
        "[::1]",
        "::",
        "relay-0123456789abcdef.elb.us-east-1.amazonaws.com",
        "internal-relay-123456789.us-east-1.elb.amazonaws.com",
        "Relay-123456789.us-east-1.elb.amazonaws.com",
        "ec2-203-0-113-25.compute-1.amazonaws.com",
        "ec2-203-0-113-25.eu-west-1.compute.amazonaws.com",
    ],
)
def test_what_is_no_name_of_the_public_dns(host: str, nat: Stack) -> None:
    assert is_valid(host)
    assert not is_public(host)
    assert undetermined(judge(nat, host), "NAME_NOT_PUBLIC")


@pytest.mark.parametrize(
    "host",
    [
        "smtp.gmail.com",
        "SMTP.Example.com.",
        f"{'a.' * 121}example.com.",
        "smtp.example",
        "email-smtp.us-east-1.amazonaws.com",
        "mail_1.example.com",
        "1.example.com",
        "xn--exmple-cua.com",
        "smtp.localhost.com",
        "8.8.8.8",
        "2001:4860:4860::8888",
        "10.0.0.25",
    ],
)
def test_what_is_public_or_an_address(host: str) -> None:
    assert is_valid(host)
    assert is_public(host)


@pytest.mark.parametrize("host", ["localhost", "smtp.example.com:587", "relay.mail.local", "127.0.0.1"])
def test_such_a_host_is_undetermined_where_egress_is_closed(host: str, nat: Stack) -> None:
    nat["connector-group"]["egress"] = []

    assert judge(nat, "smtp.example.com").verdict is Verdict.UNREACHABLE
    assert judge(nat, host).verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("servers", "known"),
    [
        ([], True),
        (["AmazonProvidedDNS"], True),
        (["169.254.169.253", "fd00:ec2::253"], True),
        (["172.31.0.2", "AmazonProvidedDNS"], True),
        (["AmazonProvidedDNS", "172.31.0.2", "169.254.169.253", "fd00:ec2::253"], True),
        (["172.31.0.3"], False),
        (["172.31.0.2", "8.8.8.8"], False),
        ([UNKNOWN], False),
        (UNKNOWN, False),
    ],
)
def test_what_other_resolvers_make_of_a_name_is_not_known(servers: object, known: bool, nat: Stack) -> None:
    nat.add("aws:ec2/vpcDhcpOptions:VpcDhcpOptions", "options", domainNameServers=servers)
    link = "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation"
    nat.add(link, "link", vpcId=VPC, dhcpOptionsId=ref("options"))

    outcome = judge(nat, "smtp.example.com")

    assert outcome.verdict is Verdict.REACHABLE if known else undetermined(outcome, "VPC_OTHER_RESOLVER")
    assert judge(nat, "198.51.100.25").verdict is Verdict.REACHABLE


def test_a_team_that_knows_the_addresses_has_its_verdict(nat: Stack) -> None:
    settings = Settings(addresses={"relay.mail.local": ("203.0.113.0/24",)})

    assert judge(nat, "Relay.mail.local", settings).verdict is Verdict.REACHABLE


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("localhost", "NAME_NOT_PUBLIC"),
        ("127.0.0.1", "NAME_NOT_PUBLIC"),
        ("::1", "NAME_NOT_PUBLIC"),
        ("smtp.example.com:587", "HOST_INVALID"),
        (
            "vpce-0123456789abcdef0-abcdefgh.email-smtp.us-east-1.vpce.amazonaws.com",
            "NAME_NOT_PUBLIC",
        ),
    ],
)
def test_such_a_host_is_undetermined_outside_a_vpc_too(host: str, code: str) -> None:
    stack = Stack()
    stack.add(LAMBDA, "api")

    proof = Proof(stack.graph(), Settings(destinations=(Destination(host, 587),)))
    (workload,) = proof.workloads()
    assert undetermined(proof.judge(workload.placements, Destination(host, 587)), code)
    assert proof.judge(workload.placements, Destination("smtp.example.com", 587)).verdict is Verdict.REACHABLE


# What answers inside a VPC -------------------------------------------------------------------------


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
        ([("zone", ZONE, {"name": "example.lux", "vpcs": [{"vpcId": VPC}]})], "private hosted zone"),
        ([("zone", ZONE, {"name": "Example.LUX.", "vpcs": [{"vpcId": VPC}]})], "private hosted zone"),
        ([("zone", ZONE, {"name": ref("other"), "vpcs": [{"vpcId": VPC}]})], "private hosted zone"),
        ([("zone", ZONE, {"name": "ample.lux", "vpcs": [{"vpcId": VPC}]})], None),
        ([("zone", ZONE, {"name": "example.lux", "vpcs": [{"vpcId": ref("other")}]})], None),
        (
            [
                ("zone", ZONE, {"name": "example.lux", "vpcs": [{"vpcId": ref("other")}]}),
                ("link", ZONE_LINK, {"zoneId": ref("zone"), "vpcId": VPC}),
            ],
            "private hosted zone",
        ),
        ([("rule", RULE, {"ruleType": "FORWARD", "domainName": "example.lux"})], None),
        ([("rule", RULE, {"ruleType": "FORWARD", "domainName": "example.lux"}), FORWARDED], "resolver rule"),
        ([("rule", RULE, {"ruleType": "FORWARD", "domainName": "."}), FORWARDED], "resolver rule"),
        ([("rule", RULE, {"ruleType": "FORWARD", "domainName": "example.org"}), FORWARDED], None),
        ([("rule", RULE, {"ruleType": "SYSTEM", "domainName": "example.lux"}), FORWARDED], None),
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
    "action", ["route53:ListHostedZonesByVPC", "route53profiles:ListProfileAssociations"]
)
def test_a_name_may_be_answered_by_what_was_not_read(action: str, nat: Stack) -> None:
    assert nat.account is not None
    nat.account["unread"] = [{"action": action, "reason": "AccessDenied"}]

    network = Proof(nat.graph()).network
    (found,) = network.dns.shadow("smtp.example.com", vpc_ref(network)).findings
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
    (unread,) = network.dns.shadow("smtp.example.com", not_read).findings
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
