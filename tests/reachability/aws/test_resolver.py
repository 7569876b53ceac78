"""Where names lead by the records of hosted zones, in the client's VPC and outside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reachability import Origin, Outcome, Verdict
from tests.reachability.mail_hosts import judge
from tests.reachability.stacks import (
    PRIVATE,
    VPC,
    Stack,
    add_nat_gateway,
    either,
    incident,
    ref,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
ZONE, RECORD = "aws:route53/zone:Zone", "aws:route53/record:Record"
HOST = "smtp.example.com"
SES = "email-smtp.us-east-1.amazonaws.com"
PUBLIC_ADDRESS = "1.1.1.1"
NOWHERE = "10.99.0.5"
"""An address of no VPC, to which the route to the NAT gateway leads."""
INSIDE = "172.31.16.9"


def zone(stack: Stack, *, private: bool = True, name: str = "example.com", called: str = "zone") -> None:
    stack.add(ZONE, called, name=name, vpcs=[{"vpcId": VPC}] if private else [])


def record(stack: Stack, name: str, *values: Any, kind: str = "A", within: str = "zone", **more: Any) -> None:
    given = {
        "zoneId": ref(within),
        "name": name,
        "type": kind,
        **({"records": list(values)} if values else {}),
    }
    stack.add(RECORD, f"record-{len(stack.program)}", **given, **more)


def found(stack: Stack, host: str = HOST) -> tuple[Verdict, set[str]]:
    return _short(judge(stack, host))


def _short(outcome: Outcome) -> tuple[Verdict, set[str]]:
    return outcome.verdict, {finding.code for finding in outcome.findings}


# Private zones -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "kind", "answer"),
    [
        ([PUBLIC_ADDRESS], "A", (REACHABLE, set())),
        ([NOWHERE], "A", (UNREACHABLE, {"IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"})),
        ([PUBLIC_ADDRESS, NOWHERE], "A", (UNDETERMINED, {"IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"})),
        (["127.0.0.1"], "A", (UNDETERMINED, {"NAME_NOT_PUBLIC"})),
        (["2606:4700::1111"], "AAAA", (UNREACHABLE, {"INTERFACE_WITHOUT_IPV6"})),
        (["smtp-relay.brevo.com"], "CNAME", (REACHABLE, set())),
        (["Smtp-Relay.Brevo.COM."], "CNAME", (REACHABLE, set())),
        (["relay.corp.internal"], "CNAME", (UNDETERMINED, {"NAME_NOT_PUBLIC"})),
        (["10.0.4.9"], "CNAME", (UNDETERMINED, {"DNS_RECORD_UNKNOWN"})),
        (["not an address"], "A", (UNDETERMINED, {"DNS_RECORD_UNKNOWN"})),
        (["10 smtp-relay.brevo.com"], "MX", (UNREACHABLE, {"NAME_WITHOUT_RECORD"})),
    ],
)
def test_a_private_zone_leads_where_its_record_says(
    values: list[str], kind: str, answer: tuple[Verdict, set[str]], nat: Stack
) -> None:
    zone(nat)
    record(nat, HOST, *values, kind=kind)

    assert found(nat) == answer


def test_an_address_inside_the_vpc_is_open(nat: Stack) -> None:
    zone(nat)
    record(nat, HOST, INSIDE)

    assert found(nat) == (UNDETERMINED, {"DESTINATION_IN_VPC"})


def test_a_name_that_the_public_does_not_know_is_followed(nat: Stack) -> None:
    zone(nat, name="corp.internal")
    record(nat, "relay", PUBLIC_ADDRESS)

    assert found(nat, "relay.corp.internal") == (REACHABLE, set())
    assert found(nat, "other.corp.internal") == (UNREACHABLE, {"NAME_WITHOUT_RECORD"})


def test_a_private_zone_of_a_longer_name_wins(nat: Stack) -> None:
    zone(nat)
    zone(nat, name="smtp.example.com", called="longer")
    record(nat, HOST, NOWHERE)
    record(nat, "", PUBLIC_ADDRESS, within="longer")

    assert found(nat) == (REACHABLE, set())


def test_a_private_zone_answers_before_a_public_one(nat: Stack) -> None:
    zone(nat)
    zone(nat, private=False, name="smtp.example.com", called="public")
    record(nat, HOST, PUBLIC_ADDRESS)
    record(nat, HOST, NOWHERE, within="public")

    assert found(nat) == (REACHABLE, set())


def test_a_longer_zone_that_may_be_of_the_vpc_is_open(nat: Stack) -> None:
    nat.add("aws:ec2/vpc:Vpc", "other", cidrBlock="10.98.0.0/16")
    zone(nat)
    record(nat, HOST, PUBLIC_ADDRESS)
    nat.add(ZONE, "perhaps", name=HOST, vpcs=[{"vpcId": ref("config")}])
    assert found(nat) == (UNDETERMINED, {"NAME_SHADOWED"})

    nat["perhaps"]["name"] = "com"
    assert found(nat) == (REACHABLE, set())


def test_two_private_zones_of_one_name_are_open(nat: Stack) -> None:
    for called in ("zone", "again"):
        zone(nat, called=called)
        record(nat, HOST, PUBLIC_ADDRESS, within=called)

    assert found(nat) == (UNDETERMINED, {"NAME_SHADOWED"})


def test_a_rule_for_a_shorter_name_does_not_count(nat: Stack) -> None:
    zone(nat)
    record(nat, HOST, PUBLIC_ADDRESS)
    rule = "aws:route53/resolverRule"
    nat.add(f"{rule}:ResolverRule", "rule", ruleType="FORWARD", domainName=".")
    link = {"resolverRuleId": ref("rule"), "vpcId": VPC}
    nat.add(f"{rule}Association:ResolverRuleAssociation", "link", **link)
    assert found(nat) == (UNDETERMINED, {"NAME_SHADOWED"})

    nat["rule"]["domainName"] = "com"
    assert found(nat) == (REACHABLE, set())

    nat["rule"]["domainName"] = "example.com"
    assert found(nat) == (UNDETERMINED, {"NAME_SHADOWED"})


@pytest.mark.parametrize(
    ("name", "open_"), [("smtp", True), (HOST, True), (ref("config"), True), ("other", False)]
)
def test_a_record_of_a_zone_to_come_may_be_of_any(name: Any, open_: bool, nat: Stack) -> None:
    zone(nat)
    nat.add(RECORD, "stray", zoneId=ref("config"), name=name, type="A", records=[PUBLIC_ADDRESS])
    missing = (UNREACHABLE, {"NAME_WITHOUT_RECORD"})
    assert found(nat) == ((UNDETERMINED, {"NAME_SHADOWED"}) if open_ else missing)

    record(nat, HOST, PUBLIC_ADDRESS)
    assert found(nat) == (REACHABLE, set())


def test_a_zone_that_is_not_known_may_be_associated(nat: Stack) -> None:
    nat.add("aws:route53/zoneAssociation:ZoneAssociation", "link", zoneId="Z9", vpcId=VPC)

    assert found(nat) == (UNDETERMINED, {"NAME_SHADOWED"})


@pytest.mark.parametrize("attribute", ["enableDnsHostnames", "enableDnsSupport"])
def test_private_zones_need_dns_of_the_vpc(attribute: str, nat: Stack) -> None:
    zone(nat)
    record(nat, HOST, PUBLIC_ADDRESS)
    nat[VPC][attribute] = False

    verdict, codes = found(nat)
    assert verdict is UNDETERMINED
    assert "NAME_SHADOWED" in codes


def test_a_delegated_subdomain_is_open(nat: Stack) -> None:
    zone(nat)
    record(nat, "mail", "ns-1.awsdns-00.com", kind="NS")
    record(nat, HOST, PUBLIC_ADDRESS)

    assert found(nat, "smtp.mail.example.com") == (UNDETERMINED, {"NAME_SHADOWED"})
    assert found(nat) == (REACHABLE, set())


@pytest.mark.parametrize(
    ("type_", "prop"),
    [
        ("recordsExclusive:RecordsExclusive", "zoneId"),
        ("trafficPolicyInstance:TrafficPolicyInstance", "hostedZoneId"),
    ],
)
def test_records_that_the_graph_does_not_show(type_: str, prop: str, nat: Stack) -> None:
    zone(nat)
    nat.add(f"aws:route53/{type_}", "hidden", **{prop: ref("zone")})

    assert found(nat) == (UNDETERMINED, {"NAME_SHADOWED"})


# Which record answers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "host", "exists"),
    [
        (["*"], HOST, True),
        (["*.example.com."], "a.b.example.com", True),
        (["*.b"], "a.b.example.com", True),
        (["*.b"], "b.example.com", False),
        (["*"], "example.com", False),
        (["SMTP.Example.com"], HOST, True),
        (["smtp.example.com.example.com"], HOST, False),
    ],
)
def test_the_record_that_answers(names: list[str], host: str, exists: bool, nat: Stack) -> None:
    zone(nat)
    for name in names:
        record(nat, name, PUBLIC_ADDRESS)

    assert found(nat, host) == ((REACHABLE, set()) if exists else (UNREACHABLE, {"NAME_WITHOUT_RECORD"}))


@pytest.mark.parametrize("specific", ["smtp", "*.b", "a.b"])
def test_the_most_specific_record_wins(specific: str, nat: Stack) -> None:
    host = HOST if specific == "smtp" else "a.b.example.com"
    zone(nat)
    record(nat, "*", NOWHERE)
    record(nat, specific, PUBLIC_ADDRESS)

    assert found(nat, host) == (REACHABLE, set())


@pytest.mark.parametrize("other", ["smtp", "x.smtp", "*.smtp"])
def test_a_wildcard_does_not_answer_for_a_name_that_exists(other: str, nat: Stack) -> None:
    zone(nat)
    record(nat, "*", PUBLIC_ADDRESS)
    record(nat, other, '"text"', kind="TXT")

    assert found(nat) == (UNREACHABLE, {"NAME_WITHOUT_RECORD"})


def test_a_record_whose_name_is_not_known_may_be_the_one(nat: Stack) -> None:
    zone(nat)
    record(nat, "*", PUBLIC_ADDRESS)
    record(nat, ref("elsewhere"), NOWHERE)  # type: ignore[arg-type]
    assert found(nat) == (UNDETERMINED, {"NAME_SHADOWED"})

    record(nat, HOST, PUBLIC_ADDRESS)
    assert found(nat) == (REACHABLE, set())


@pytest.mark.parametrize("known", [True, False])
def test_a_record_of_another_zone_or_perhaps_of_this_one(known: bool, nat: Stack) -> None:
    zone(nat)
    zone(nat, name="example.org", called="other")
    record(nat, HOST, PUBLIC_ADDRESS, within="other")
    if not known:
        nat[next(name for name in nat.program if name.startswith("record"))]["zoneId"] = {
            "ref": ("zone", "other")
        }

    answer = (UNREACHABLE, {"NAME_WITHOUT_RECORD"}) if known else (UNDETERMINED, {"NAME_SHADOWED"})
    assert found(nat) == answer


def policy(name: str, **settings: Any) -> dict[str, Any]:
    return {f"{name}RoutingPolicies": [settings]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (policy("weighted", weight=90), policy("weighted", weight=10)),
        (policy("failover", type="PRIMARY"), policy("failover", type="SECONDARY")),
        (policy("latency", region="us-east-1"), policy("latency", region="eu-west-1")),
        (policy("geolocation", country="*"), policy("geolocation", country="DE")),
    ],
)
def test_each_record_of_a_routing_policy_must_hold(
    one: dict[str, Any], other: dict[str, Any], nat: Stack
) -> None:
    zone(nat)
    record(nat, HOST, PUBLIC_ADDRESS, setIdentifier="one", **one)
    record(nat, HOST, NOWHERE, setIdentifier="other", **other)
    assert found(nat) == (UNDETERMINED, {"IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"})

    for name in nat.program:
        if name.startswith("record"):
            nat[name]["records"] = [PUBLIC_ADDRESS]
    assert found(nat) == (REACHABLE, set())


def blocks(location: str) -> dict[str, Any]:
    return {"cidrRoutingPolicy": {"collectionId": "c-1", "locationName": location}}


@pytest.mark.parametrize(
    ("given", "everybody"),
    [
        (policy("geolocation", country="DE"), False),
        (policy("geolocation", country="*"), True),
        (blocks("office"), False),
        (blocks("*"), True),
    ],
)
def test_locations_without_a_default_may_get_no_answer(
    given: dict[str, Any], everybody: bool, nat: Stack
) -> None:
    zone(nat)
    record(nat, HOST, PUBLIC_ADDRESS, setIdentifier="one", **given)

    assert found(nat) == ((REACHABLE, set()) if everybody else (UNDETERMINED, {"NAME_WITHOUT_RECORD"}))


def test_one_of_many_records_of_a_zone_that_was_not_read(nat: Stack) -> None:
    nat.hold(ZONE, "Z1", name="example.com", vpcs=[{"vpcId": VPC}])
    nat.add(RECORD, "own", zoneId="Z1", name="smtp", type="A", records=[PUBLIC_ADDRESS])
    assert found(nat) == (REACHABLE, set())

    nat["own"].update(setIdentifier="one", **policy("weighted", weight=1))
    assert found(nat) == (UNDETERMINED, {"NAME_SHADOWED"})


# Chains and loops ----------------------------------------------------------------------------------


def test_a_chain_is_followed_to_its_end(nat: Stack) -> None:
    zone(nat)
    zone(nat, name="example.org", called="other")
    record(nat, "smtp", "relay.example.org", kind="CNAME")
    record(nat, "relay", "last.example.com", kind="CNAME", within="other")
    record(nat, "last", NOWHERE)
    outcome = judge(nat, HOST)

    assert _short(outcome) == (UNREACHABLE, {"IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"})
    assert [hop.fact for hop in outcome.path if hop.kind == "dns-record"] == [
        "smtp.example.com CNAME",
        "relay.example.org CNAME",
        "last.example.com A",
    ]


@pytest.mark.parametrize("length", [1, 2, 7])
def test_a_loop_ends_the_search(length: int, nat: Stack) -> None:
    zone(nat)
    names = ["smtp", *(f"n{number}" for number in range(1, length))]
    for name, target in zip(names, [*names[1:], names[0]], strict=True):
        record(nat, name, f"{target}.example.com", kind="CNAME")

    assert found(nat) == (UNREACHABLE, {"NAME_LOOP"})


def test_a_way_out_of_a_loop_leaves_it_open(nat: Stack) -> None:
    zone(nat)
    record(nat, HOST, HOST, kind="CNAME", setIdentifier="one", **policy("weighted", weight=1))
    record(
        nat, HOST, "smtp-relay.brevo.com", kind="CNAME", setIdentifier="two", **policy("weighted", weight=1)
    )

    assert found(nat) == (UNDETERMINED, {"NAME_LOOP"})


def test_many_ways_take_no_longer_than_their_records(nat: Stack) -> None:
    """Thirty names in a row, each with two records for the next one."""
    zone(nat)
    for number in range(30):
        for one in "ab":
            name = "smtp" if number == 0 else f"n{number}"
            more = {"setIdentifier": one, **policy("weighted", weight=1)}
            record(nat, name, f"n{number + 1}.example.com", kind="CNAME", **more)
    record(nat, "n30", PUBLIC_ADDRESS)

    assert found(nat) == (REACHABLE, set())


# Aliases -------------------------------------------------------------------------------------------


def alias(target: Any, zone_id: Any = "Z35SXDOTRQ7X7K") -> dict[str, Any]:
    return {"aliases": [{"name": target, "zoneId": zone_id, "evaluateTargetHealth": False}]}


def test_an_alias_leads_to_a_record_of_its_zone(nat: Stack) -> None:
    zone(nat)
    record(nat, "smtp", **alias("relay.example.com", ref("zone")))
    assert found(nat) == (UNREACHABLE, {"NAME_WITHOUT_RECORD"})

    record(nat, "relay", PUBLIC_ADDRESS)
    assert found(nat) == (REACHABLE, set())


def test_route_53_refuses_an_alias_to_a_cname_of_its_zone(nat: Stack) -> None:
    """An alias is of the type of the record that it leads to, in its own zone."""
    zone(nat)
    record(nat, "smtp", **alias("relay.example.com", ref("zone")))
    record(nat, "relay", "smtp-relay.brevo.com", kind="CNAME")

    assert found(nat) == (UNREACHABLE, {"RECORD_NOT_PERMITTED"})


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        (PUBLIC_ADDRESS, (REACHABLE, set())),
        (NOWHERE, (UNREACHABLE, {"IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"})),
    ],
)
@pytest.mark.parametrize("by", ["CNAME", "alias"])
def test_the_fqdn_of_another_record_leads_where_that_does(
    by: str, address: str, answer: tuple[Verdict, set[str]], nat: Stack
) -> None:
    zone(nat)
    nat.add(RECORD, "relay", zoneId=ref("zone"), name="relay", type="A", records=[address])
    if by == "CNAME":
        record(nat, "smtp", ref("relay"), kind="CNAME")
    else:
        record(nat, "smtp", **alias(ref("relay"), ref("zone")))

    assert found(nat) == answer


def test_what_is_chosen_of_two_records_is_open(nat: Stack) -> None:
    zone(nat)
    for name in ("relay", "other"):
        nat.add(RECORD, name, zoneId=ref("zone"), name=name, type="A", records=[PUBLIC_ADDRESS])
    record(nat, "smtp", either("relay", "other"), kind="CNAME")

    assert found(nat) == (UNDETERMINED, {"DNS_RECORD_UNKNOWN"})


def test_a_record_leads_to_itself_by_its_fqdn(nat: Stack) -> None:
    zone(nat)
    nat.add(RECORD, "one", zoneId=ref("zone"), name="smtp", type="CNAME", records=[ref("two")])
    nat.add(RECORD, "two", zoneId=ref("zone"), name="two", type="CNAME", records=["smtp.example.com"])

    assert found(nat) == (UNREACHABLE, {"NAME_LOOP"})


def test_aliases_that_lead_to_each_other_end_the_search(nat: Stack) -> None:
    zone(nat)
    record(nat, "smtp", **alias("relay.example.com"))
    record(nat, "relay", **alias("smtp.example.com"))

    assert found(nat) == (UNREACHABLE, {"NAME_LOOP"})


def test_an_alias_for_ipv6_alone_is_open(nat: Stack) -> None:
    zone(nat)
    record(nat, HOST, kind="AAAA", **alias("smtp-relay.brevo.com"))

    assert found(nat) == (UNDETERMINED, {"DNS_RECORD_UNKNOWN"})


BALANCER = "mail-0123456789abcdef.elb.us-east-1.amazonaws.com"


@pytest.mark.parametrize("through", ["record", "name"])
@pytest.mark.parametrize(
    ("properties", "answer"),
    [
        ({"internal": True, "subnets": list(PRIVATE)}, (UNDETERMINED, {"DESTINATION_IN_VPC"})),
        (
            {"internal": True, "subnetMappings": [{"subnetId": PRIVATE[0]}]},
            (UNDETERMINED, {"DESTINATION_IN_VPC"}),
        ),
        (
            {"internal": True, "subnets": [ref("far")]},
            (UNREACHABLE, {"IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"}),
        ),
        ({"internal": True}, (UNDETERMINED, {"DNS_RECORD_UNKNOWN"})),
        ({"internal": True, "subnets": ["subnet-9"]}, (UNDETERMINED, {"DNS_RECORD_UNKNOWN"})),
        ({"internal": ref("config")}, (UNDETERMINED, {"DNS_RECORD_UNKNOWN"})),
        ({"internal": False}, (REACHABLE, set())),
        ({}, (REACHABLE, set())),
    ],
)
def test_an_alias_to_a_load_balancer(
    properties: dict[str, Any], answer: tuple[Verdict, set[str]], through: str, nat: Stack
) -> None:
    nat.add("aws:ec2/vpc:Vpc", "distant", cidrBlock="10.99.0.0/16")
    nat.add("aws:ec2/subnet:Subnet", "far", vpcId=ref("distant"), cidrBlock="10.99.0.0/24")
    nat.add("aws:lb/loadBalancer:LoadBalancer", "balancer", dnsName=BALANCER, **properties)
    zone(nat)
    record(nat, HOST, **alias(f"dualstack.{BALANCER}"))

    assert found(nat, HOST if through == "record" else BALANCER) == answer


def test_a_load_balancer_has_a_name_for_both_families(nat: Stack) -> None:
    nat.add("aws:lb/loadBalancer:LoadBalancer", "balancer", dnsName=BALANCER)

    assert found(nat, f"dualstack.{BALANCER}") == (REACHABLE, set())
    assert found(nat, f"other.{BALANCER}") == (UNDETERMINED, {"NAME_NOT_PUBLIC"})


def test_a_load_balancer_of_somebody_else_is_open(nat: Stack) -> None:
    zone(nat)
    record(nat, HOST, **alias(BALANCER))

    assert found(nat) == (UNDETERMINED, {"NAME_NOT_PUBLIC"})


# Values that are not known yet ---------------------------------------------------------------------


def distant_balancer(stack: Stack) -> None:
    """A load balancer in a VPC to which no route leads."""
    stack.add("aws:ec2/vpc:Vpc", "distant", cidrBlock="10.99.0.0/16")
    stack.add("aws:ec2/subnet:Subnet", "far", vpcId=ref("distant"), cidrBlock="10.99.0.0/24")
    stack.add("aws:lb/loadBalancer:LoadBalancer", "balancer", internal=True, subnets=[ref("far")])


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        (ref("balancer"), (REACHABLE, set())),
        (either("balancer", "other"), (UNDETERMINED, {"DNS_RECORD_UNKNOWN"})),
        (ref("config"), (UNDETERMINED, {"DNS_RECORD_UNKNOWN"})),
        (ref("relay"), (UNDETERMINED, {"DNS_RECORD_UNKNOWN"})),
        (ref("user"), (UNDETERMINED, {"DNS_RECORD_UNKNOWN"})),
    ],
)
def test_a_value_that_is_to_come(value: Any, answer: tuple[Verdict, set[str]], nat: Stack) -> None:
    for name in ("balancer", "other"):
        nat.add("aws:lb/loadBalancer:LoadBalancer", name)
    nat.add("aws:ec2/eip:Eip", "relay", domain="vpc")
    nat.add("aws:ec2/instance:Instance", "user", userData=ref("balancer"))
    zone(nat)
    record(nat, HOST, value, kind="CNAME")

    assert found(nat) == answer


def test_a_value_that_is_to_come_beside_one_that_is_there(nat: Stack) -> None:
    nat.add("aws:lb/loadBalancer:LoadBalancer", "balancer")
    zone(nat)
    record(nat, HOST, ref("balancer"), NOWHERE)

    assert found(nat) == (UNDETERMINED, {"DNS_RECORD_UNKNOWN"})


@pytest.mark.parametrize("source", ["balancer", "both"])
def test_an_alias_that_is_to_come_leads_where_it_comes_from(source: str, nat: Stack) -> None:
    distant_balancer(nat)
    nat.add("aws:ec2/eip:Eip", "relay", domain="vpc")
    target = ref("balancer") if source == "balancer" else either("balancer", "relay")
    zone(nat)
    record(nat, HOST, **alias(target, target))

    there = {"IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"}
    whole = (UNREACHABLE, there) if source == "balancer" else (UNDETERMINED, {"DNS_RECORD_UNKNOWN", *there})
    assert found(nat) == whole


def test_a_type_that_is_not_known_is_open(nat: Stack) -> None:
    zone(nat)
    record(nat, HOST, PUBLIC_ADDRESS, kind=ref("config"))  # type: ignore[arg-type]

    assert found(nat) == (UNDETERMINED, {"DNS_RECORD_UNKNOWN"})


# Public zones --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        ([PUBLIC_ADDRESS], (REACHABLE, set())),
        ([NOWHERE], (UNDETERMINED, {"IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"})),
        ([INSIDE], (UNDETERMINED, {"DESTINATION_IN_VPC"})),
        ([], (UNDETERMINED, {"NAME_WITHOUT_RECORD"})),
    ],
)
def test_a_public_zone_may_be_the_one_that_is_asked(
    values: list[str], answer: tuple[Verdict, set[str]], nat: Stack
) -> None:
    zone(nat, private=False)
    if values:
        record(nat, HOST, *values)

    assert found(nat) == answer
    assert found(nat, "smtp-relay.brevo.com") == (REACHABLE, set())


def test_without_a_way_out_a_public_zone_changes_nothing(nat: Stack) -> None:
    nat.remove("default")
    zone(nat, private=False)
    record(nat, HOST, PUBLIC_ADDRESS)

    assert found(nat)[0] is UNREACHABLE


def test_a_public_zone_that_delegates_the_name_is_not_asked(nat: Stack) -> None:
    zone(nat, private=False)
    record(nat, "mail", "ns-1.awsdns-00.com", kind="NS")

    assert found(nat, "smtp.mail.example.com") == (REACHABLE, set())


def test_zones_above_a_public_zone_may_be_asked_too(nat: Stack) -> None:
    zone(nat, private=False, name="mail.example.com", called="below")
    record(nat, "smtp", PUBLIC_ADDRESS, within="below")
    zone(nat, private=False)
    record(nat, "*", NOWHERE)
    assert found(nat, "smtp.mail.example.com") == (
        UNDETERMINED,
        {"IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"},
    )

    record(nat, "mail", "ns-1.awsdns-00.com", kind="NS")
    assert found(nat, "smtp.mail.example.com") == (REACHABLE, set())


@pytest.mark.parametrize("soa", [True, False])
def test_a_zone_of_the_account_is_read_where_its_soa_is_shown(soa: bool, nat: Stack) -> None:
    nat.hold(ZONE, "Z1", name="example.com", vpcs=[])
    nat.hold(RECORD, "Z1_a", zoneId="Z1", name="other.example.com", type="A", records=[NOWHERE])
    if soa:
        nat.hold(RECORD, "Z1_soa", zoneId="Z1", name="example.com", type="SOA", records=["ns"])
    assert found(nat) == (UNDETERMINED, {"NAME_WITHOUT_RECORD" if soa else "NAME_SHADOWED"})

    nat.hold(RECORD, "Z1_b", zoneId="Z1", name=HOST, type="A", records=[NOWHERE])
    assert found(nat) == (UNDETERMINED, {"IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"})


def test_unread_records_leave_a_private_zone_open(nat: Stack) -> None:
    nat.hold(ZONE, "Z1", name="example.com", vpcs=[{"vpcId": VPC}])
    nat.hold(RECORD, "Z1_soa", zoneId="Z1", name="example.com", type="SOA", records=["ns"])
    assert found(nat) == (UNREACHABLE, {"NAME_WITHOUT_RECORD"})

    assert nat.account is not None
    nat.account["unread"] = [{"action": "route53:ListResourceRecordSets", "reason": "AccessDenied"}]
    assert found(nat)[0] is UNDETERMINED
    assert "NAME_SHADOWED" in found(nat)[1]


def test_records_of_the_account_beside_one_of_the_program(nat: Stack) -> None:
    nat.hold(ZONE, "Z1", name="example.com", vpcs=[{"vpcId": VPC}])
    nat.hold(RECORD, "Z1_SOA", zoneId="Z1", name="example.com", type="SOA")
    held = {"zoneId": "Z1", "name": HOST, "type": "A"}
    nat.hold(
        RECORD, "Z1_A_one", **held, records=[NOWHERE], setIdentifier="one", **policy("weighted", weight=1)
    )
    more = {"records": [PUBLIC_ADDRESS], "setIdentifier": "two", **policy("weighted", weight=1)}
    nat.add(RECORD, "own", **held, **more)
    there = {"IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"}
    assert found(nat) == (UNDETERMINED, there)

    nat["own"]["setIdentifier"] = "one"
    assert found(nat) == (REACHABLE, set())


def test_zones_of_which_little_is_known(nat: Stack) -> None:
    nat.add(ZONE, "zone", name=ref("config"), vpcs=[])
    assert found(nat) == (REACHABLE, set())

    nat["zone"].update(name="example.com", vpcs=ref("config"))
    verdict, codes = found(nat)
    assert verdict is UNDETERMINED
    assert codes <= {"NAME_SHADOWED", "NAME_WITHOUT_RECORD"}


def test_the_path_shows_the_records_and_whose_they_are(nat: Stack) -> None:
    nat.hold(ZONE, "Z1", name="example.com", vpcs=[])
    nat.hold(RECORD, "Z1_SOA", zoneId="Z1", name="example.com", type="SOA")
    nat.hold(RECORD, "Z1_C", zoneId="Z1", name=HOST, type="CNAME", records=["smtp-relay.brevo.com"])
    outcome = judge(nat, HOST)

    (step,) = [hop for hop in outcome.path if hop.kind == "dns-record"]
    assert (step.resource, step.fact, step.origin) == (f"{RECORD}::Z1_C", f"{HOST} CNAME", Origin.ACCOUNT)


def steps(outcome: Outcome) -> list[str]:
    return [hop.fact for hop in outcome.path if hop.kind == "dns-record"]


@pytest.mark.parametrize("internal", [True, False, None])
def test_the_path_shows_an_alias(internal: bool | None, nat: Stack) -> None:
    zone(nat)
    if internal is None:
        record(nat, HOST, **alias("smtp-relay.brevo.com"))
    else:
        nat.add("aws:lb/loadBalancer:LoadBalancer", "lb", internal=internal, subnets=list(PRIVATE))
        nat["lb"]["dnsName"] = BALANCER
        record(nat, HOST, **alias(BALANCER))

    assert steps(judge(nat, HOST)) == [f"{HOST} A"]


def test_the_path_shows_the_records_to_where_it_ends(nat: Stack) -> None:
    zone(nat)
    record(nat, HOST, "relay.example.org", kind="CNAME")
    zone(nat, name="example.org", called="other")
    record(nat, "org", "ns-1.awsdns-00.com", kind="NS", within="other")
    record(nat, "relay", "ns-1.awsdns-00.com", kind="NS", within="other")
    delegated = judge(nat, HOST)
    assert _short(delegated) == (UNDETERMINED, {"NAME_SHADOWED"})
    assert steps(delegated) == [f"{HOST} CNAME"]

    nat[next(name for name in nat.program if name.startswith("record"))]["records"] = ["a name"]
    invalid = judge(nat, HOST)
    assert _short(invalid) == (UNDETERMINED, {"HOST_INVALID"})
    assert steps(invalid) == [f"{HOST} CNAME"]


def test_the_program_overrides_a_record_of_the_account(nat: Stack) -> None:
    nat.hold(ZONE, "Z1", name="example.com", vpcs=[{"vpcId": VPC}])
    nat.hold(RECORD, "Z1_soa", zoneId="Z1", name="example.com", type="SOA", records=["ns"])
    nat.hold(RECORD, "Z1_a", zoneId="Z1", name=HOST, type="A", records=[NOWHERE])
    nat.add(RECORD, "own", zoneId="Z1", name="smtp", type="A", records=[PUBLIC_ADDRESS])

    assert found(nat) == (REACHABLE, set())


@pytest.mark.parametrize(
    ("properties", "open_"),
    [
        ({"name": HOST}, True),
        ({"name": "smtp"}, True),
        ({"name": "smtp", "fqdn": "smtp.example.org"}, False),
        ({"name": "smtp", "fqdn": "smtp.example"}, False),
        ({"name": "smtp", "fqdn": HOST}, True),
        ({"name": "mail"}, False),
        ({"name": "*.example.com"}, True),
        ({"name": "*.example"}, True),
        ({"name": "*.example.org"}, False),
        ({"name": "*.ample.com"}, False),
        ({"name": "*.xample"}, False),
        ({"name": "*"}, False),
        ({"name": ""}, False),
        ({"name": ref("config")}, False),
    ],
)
def test_a_record_of_a_zone_that_is_not_known(properties: dict[str, Any], open_: bool, nat: Stack) -> None:
    nat.add(RECORD, "own", zoneId="Z9", type="A", records=[NOWHERE], **properties)

    assert found(nat) == (
        (UNDETERMINED, {"IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"}) if open_ else (REACHABLE, set())
    )


# SES's host ----------------------------------------------------------------------------------------


def test_a_cname_to_ses_ends_at_the_endpoint(ses: Stack) -> None:
    zone(ses)
    record(ses, HOST, SES, kind="CNAME")
    assert found(ses) == (REACHABLE, set())

    add_nat_gateway(ses)
    ses["endpoint-group"]["ingress"] = []
    assert found(ses) == (UNREACHABLE, {"ENI_SG_RULES_MISMATCH"})


def test_a_public_cname_to_ses_ends_at_a_dead_endpoint(ses: Stack) -> None:
    add_nat_gateway(ses)
    zone(ses, private=False)
    record(ses, HOST, SES, kind="CNAME")
    assert found(ses) == (REACHABLE, set())

    ses["endpoint-group"]["ingress"] = []
    assert found(ses) == (UNDETERMINED, {"ENI_SG_RULES_MISMATCH"})


@pytest.mark.parametrize("domain", ["amazonaws.com", SES])
def test_an_endpoint_takes_ses_host_before_a_shorter_zone(domain: str, ses: Stack) -> None:
    zone(ses, name=domain)
    shorter = domain != SES
    assert found(ses) == (UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"})
    assert found(ses, SES) == ((REACHABLE, set()) if shorter else (UNDETERMINED, {"NAME_WITHOUT_RECORD"}))

    ses["endpoint"]["privateDnsEnabled"] = False
    assert found(ses, SES) == (UNREACHABLE, {"NAME_WITHOUT_RECORD"})


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda stack: stack["endpoint"].update(state="available"), REACHABLE),
        (lambda stack: stack["endpoint"].update(state="failed"), UNREACHABLE),
        (lambda stack: stack["endpoint"].update(privateDnsEnabled=ref("config")), UNDETERMINED),
        (lambda stack: stack["endpoint"].update(vpcId=ref("config")), UNDETERMINED),
        (lambda stack: stack[VPC].update(enableDnsHostnames=False), UNDETERMINED),
    ],
)
def test_an_endpoint_that_may_not_take_the_name(
    change: Callable[[Stack], object], verdict: Verdict, ses: Stack
) -> None:
    """The zone then answers that there is no such name."""
    zone(ses, name="amazonaws.com")
    change(ses)

    said, codes = found(ses, SES)
    assert said is verdict
    assert bool(codes & {"NAME_WITHOUT_RECORD", "NAME_SHADOWED"}) is (verdict is not REACHABLE)


def test_fips_host_may_be_taken_by_the_endpoint(ses: Stack) -> None:
    zone(ses, name="amazonaws.com")

    verdict, codes = found(ses, "email-smtp-fips.us-east-1.amazonaws.com")
    assert verdict is UNDETERMINED
    assert "NAME_WITHOUT_RECORD" in codes


# Without a VPC -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("private", "values", "answer"),
    [
        (False, [NOWHERE], (UNDETERMINED, {"NO_ROUTE_TO_DESTINATION"})),
        (False, [PUBLIC_ADDRESS], (REACHABLE, set())),
        (False, [], (UNDETERMINED, {"NAME_WITHOUT_RECORD"})),
        (True, [NOWHERE], (REACHABLE, set())),
    ],
)
def test_the_egress_of_the_service_itself_sees_public_zones(
    private: bool, values: list[str], answer: tuple[Verdict, set[str]]
) -> None:
    stack = Stack(account=incident())
    stack.add("aws:apprunner/service:Service", "service", serviceName="api")
    zone(stack, private=private)
    if values:
        record(stack, HOST, *values)

    assert found(stack) == answer


def test_a_public_zone_that_may_not_be_asked_is_named(ses: Stack) -> None:
    """It leads to the endpoint of the VPC, and the internet may lead elsewhere."""
    zone(ses, private=False)
    record(ses, HOST, SES, kind="CNAME")

    outcome = judge(ses, HOST)

    told = [finding.message for finding in outcome.findings if finding.code == "NAME_SHADOWED"]
    assert outcome.verdict is UNDETERMINED
    assert len(told) == 1
    assert told[0].startswith(
        f"public hosted zone zone leads {HOST} to what can be reached, if its domain is"
    )

    ses["endpoint-group"]["ingress"] = []
    assert "NAME_SHADOWED" not in found(ses)[1]
