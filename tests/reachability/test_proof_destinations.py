"""Which hosts and ports a destination stands for: a name that is known, over IPv6, by the service itself."""

from __future__ import annotations

import pytest

from reachability import UNKNOWN, Destination, Hop, Origin, Settings, Verdict
from reachability.verdict import Finding
from tests.reachability.over_ipv6 import network
from tests.reachability.shown import judge
from tests.reachability.stacks import REGION, VPC, Stack, image, ref, urn

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
CONNECTOR = "aws:apprunner/vpcConnector:VpcConnector"
SERVICE = "aws:apprunner/service:Service"
NAME = "smtp.example.com"
SES = f"email-smtp.{REGION}.amazonaws.com"
RELAY = "198.51.0.0/16"


@pytest.fixture
def alone() -> Stack:
    """Tasks in an IPv6-only subnet, with a way out over IPv6 and one over NAT64."""
    return network(NAME, ipv6_only=True)


@pytest.fixture
def outside(nat: Stack) -> Stack:
    """A service outside of every VPC of the account."""
    nat["service"]["networkConfiguration"] = {"egressConfiguration": {"egressType": "DEFAULT"}}
    return nat


def test_addresses_given_by_the_team_win_over_private_zones(nat: Stack) -> None:
    nat.add("aws:route53/zone:Zone", "zone", name="example.com", vpcs=[{"vpcId": VPC}])
    destination, known = Destination(NAME, 587), Settings(addresses={NAME: (RELAY,)})

    assert [finding.code for finding in judge(nat, destination).findings] == ["NAME_WITHOUT_RECORD"]
    assert judge(nat, destination, known).findings == ()


@pytest.mark.parametrize(
    ("host", "given"),
    [(NAME, NAME), (NAME, "SMTP.Example.com"), (NAME, f"{NAME}."), ("SMTP.Example.com.", NAME)],
)
def test_addresses_match_hosts_ignoring_case_and_trailing_dot(nat: Stack, host: str, given: str) -> None:
    nat["connector-group"]["egress"][0]["cidrBlocks"] = [RELAY]

    assert judge(nat, Destination(host, 587)).verdict is UNDETERMINED
    assert judge(nat, Destination(host, 587), Settings(addresses={given: (RELAY,)})).verdict is REACHABLE
    private = judge(nat, Destination(host, 587), Settings(addresses={given: ("10.99.0.0/16",)}))
    assert private.verdict is UNREACHABLE


@pytest.mark.parametrize(
    ("addresses", "codes"), [({}, ["NAME_NOT_PUBLIC"]), ({"Mail.Internal.": (RELAY,)}, [])]
)
def test_a_private_name_needs_the_addresses_option(
    outside: Stack, addresses: dict[str, tuple[str, ...]], codes: list[str]
) -> None:
    found = judge(outside, Destination("mail.internal", 587), Settings(addresses=addresses))

    assert [finding.code for finding in found.findings] == codes


@pytest.mark.parametrize("given", [SES, SES.upper()])
def test_an_ses_host_with_given_addresses_may_offer_other_ports(nat: Stack, given: str) -> None:
    destination = Destination(SES, 2525)
    known = judge(nat, destination, Settings(addresses={given: (RELAY,)}))

    assert judge(nat, destination).findings == (
        Finding(
            "ENDPOINT_PORT",
            urn(CONNECTOR, "connector"),
            "port 2525 is not offered by SES's SMTP endpoint",
            "use one of the ports 465, 587, 2465, 2587",
        ),
    )
    assert [(found.code, found.verdict) for found in known.findings] == [("ENDPOINT_PORT", UNDETERMINED)]


@pytest.mark.parametrize(
    ("destination", "ports"),
    [
        (Destination(None, None), (465, 587, 2465, 2587)),
        (Destination(UNKNOWN, None, secret=True), (465, 587, 2465, 2587)),
        (Destination(NAME, 465), (465,)),
        (Destination(NAME, 587), (587,)),
    ],
    ids=str,
)
@pytest.mark.parametrize("open_", [25, 465, 587, 2465, 2587])
def test_over_ipv6_the_same_ports_of_mail_will_do(
    alone: Stack, destination: Destination, ports: tuple[int, ...], open_: int
) -> None:
    rule = {"protocol": "tcp", "fromPort": open_, "toPort": open_, "ipv6CidrBlocks": ["::/0"]}
    alone["group"]["egress"] = [rule]

    assert judge(alone, destination).verdict is (REACHABLE if open_ in ports else UNREACHABLE)


@pytest.mark.parametrize(
    ("destination", "name"),
    [
        (Destination(None, 587), "any mail server"),
        (Destination(UNKNOWN, 587, secret=True), "a host that is a secret:587"),
    ],
)
def test_unreachable_over_ipv6_names_any_mail_server_or_a_secret(
    alone: Stack, destination: Destination, name: str
) -> None:
    for route in ("out6", "nat64"):
        alone.remove(route)

    messages = {finding.message for finding in judge(alone, destination).findings}

    table = "route table tasks-table of subnet tasks"
    assert messages == {
        f"{table} has no IPv6 route to {name}",
        f"{table} has no route to the addresses that DNS64 makes of {name}",
    }


def test_a_way_by_nat64_alone_lacks_a_route_of_ipv6(alone: Stack) -> None:
    alone.remove("out6")

    outcome = judge(alone, Destination(NAME, 587))

    routing = [finding for finding in outcome.findings if finding.code == "NO_ROUTE_TO_DESTINATION"]
    assert [finding.remedy for finding in routing] == ["route ::/0 to an egress-only internet gateway"]


@pytest.mark.parametrize(
    ("destination", "code"),
    [(Destination(NAME, UNKNOWN), "PORT_UNKNOWN"), (Destination(UNKNOWN, UNKNOWN), "HOST_UNKNOWN")],
)
def test_an_unknown_port_over_ipv6_is_undetermined(alone: Stack, destination: Destination, code: str) -> None:
    (finding,) = judge(alone, destination).findings

    assert (finding.code, finding.resource) == (code, urn("aws:ecs/service:Service", "service"))
    assert finding.verdict is UNDETERMINED


def test_without_a_port_ses_is_reached_on_one_that_it_offers(outside: Stack) -> None:
    found = judge(outside, Destination(SES, None))

    assert found.findings == ()
    assert found.path == (
        Hop("workload", urn(SERVICE, "service")),
        Hop("internet", f"{SES}:587", "the service's own egress", Origin.AWS_DEFAULT),
    )


@pytest.mark.parametrize(
    ("destination", "codes"),
    [
        (Destination(UNKNOWN, 587), ["HOST_UNKNOWN"]),
        (Destination(UNKNOWN, 587, secret=True), []),
        (Destination(None, None), []),
    ],
)
def test_an_unknown_host_may_be_private_a_secret_may_not(
    outside: Stack, alone: Stack, destination: Destination, codes: list[str]
) -> None:
    for stack in (outside, alone):
        outcome = judge(stack, destination)
        assert [finding.code for finding in outcome.findings if finding.code == "HOST_UNKNOWN"] == codes
        assert (outcome.verdict is UNDETERMINED) or not codes


@pytest.mark.parametrize("route", ["out6", "nat64"])
def test_every_public_host_is_reached_over_ipv6_alone(alone: Stack, route: str) -> None:
    every = Destination(UNKNOWN, UNKNOWN, every_host=True)

    assert judge(alone, every).verdict is Verdict.REACHABLE
    alone.remove(route)
    assert judge(alone, every).verdict is not Verdict.REACHABLE


@pytest.mark.parametrize(
    ("sources", "verdict"),
    [
        (["endpoint"], REACHABLE),
        (["connector-group"], UNDETERMINED),
        (["endpoint", "service-role"], UNDETERMINED),
    ],
    ids=["the endpoint", "a group", "a choice"],
)
def test_a_host_that_is_an_output_of_an_endpoint_is_its_name(
    ses: Stack, sources: list[str], verdict: Verdict
) -> None:
    """There is no other way to write it: the name is not known before the endpoint is made."""
    ses["endpoint"]["privateDnsEnabled"] = False
    ses.add("aws:iam/role:Role", "service-role", assumeRolePolicy="{}")
    variables = ses["service"]["sourceConfiguration"]["imageRepository"]["imageConfiguration"]
    variables["runtimeEnvironmentVariables"]["SMTP_HOST"] = {"ref": sources}

    assert ses.prove()[0].verdict is verdict


RECORD = "aws:route53/record:Record"


def named_by_record(stack: Stack, *sources: str, **record: object) -> None:
    """The service sends to the name of the record `mail` of a zone that the program makes."""
    stack.add("aws:route53/zone:Zone", "zone", name="example.com", vpcs=[{"vpcId": VPC}])
    stack.add(RECORD, "mail", **{"zoneId": ref("zone"), "name": "mail", "type": "A", "records": [], **record})
    host = {"ref": list(sources or ["mail"])}
    variables = stack["service"]["sourceConfiguration"]["imageRepository"]["imageConfiguration"]
    variables["runtimeEnvironmentVariables"]["SMTP_HOST"] = host


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        ({"records": ["8.8.8.8"]}, REACHABLE),
        ({"name": "mail.example.com", "records": ["8.8.8.8"]}, REACHABLE),
        ({"records": ["10.99.0.1"]}, UNREACHABLE),
        ({"type": "CNAME", "records": ["mail.example.com"]}, UNREACHABLE),
        ({"name": UNKNOWN, "records": ["8.8.8.8"]}, UNDETERMINED),
        ({"zoneId": "Z1", "name": "mail.example.com", "records": ["8.8.8.8"]}, UNDETERMINED),
        ({"zoneId": UNKNOWN, "records": ["8.8.8.8"]}, UNDETERMINED),
    ],
    ids=["public", "full name", "private", "circle", "no name", "no zone", "any zone"],
)
def test_a_host_that_is_an_output_of_a_record_is_its_name(
    nat: Stack, record: dict[str, object], verdict: Verdict
) -> None:
    named_by_record(nat, **record)
    (egress,) = nat.prove()

    assert egress.verdict is verdict
    assert egress.destination.host is UNKNOWN
    planned = [assumption.code for assumption in egress.outcome.assumptions].count("PLANNED_IDS")
    assert planned == (verdict is not UNDETERMINED)


def test_a_host_that_one_of_two_records_names_is_open(nat: Stack) -> None:
    named_by_record(nat, "mail", "other", records=["8.8.8.8"])
    nat.add(RECORD, "other", zoneId=ref("zone"), name="other", type="A", records=["8.8.8.8"])

    assert nat.prove()[0].verdict is UNDETERMINED


@pytest.mark.parametrize(
    ("address", "codes"),
    [("8.8.8.8", []), ("10.99.0.1", ["NO_ROUTE_TO_DESTINATION"])],
    ids=["public", "private"],
)
def test_outside_of_vpcs_a_record_names_the_host_too(outside: Stack, address: str, codes: list[str]) -> None:
    """The internet may ask another zone of that name."""
    named_by_record(outside, records=[address])
    outside["zone"]["vpcs"] = []
    (egress,) = outside.prove()

    assert egress.verdict is (UNDETERMINED if codes else REACHABLE)
    assert [found.code for found in egress.outcome.findings] == codes
    planned = [assumption.code for assumption in egress.outcome.assumptions]
    assert planned == ([] if codes else ["PLANNED_IDS"])


def test_a_region_that_is_not_known_is_an_assumption(nat: Stack) -> None:
    nat["service"]["sourceConfiguration"] = image({"AWS_SES_REGION": UNKNOWN})
    (egress,) = nat.prove()
    assert egress.destination.host == "email.us-east-1.amazonaws.com"
    (assumed,) = [each.message for each in egress.outcome.assumptions if each.code == "API_REGION"]
    assert assumed.startswith("AWS_SES_REGION of ")
