"""The way to SES's API, which an interface endpoint of its own takes."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Verdict
from tests.reachability.shown import verdicts
from tests.reachability.stacks import REGION, Stack, add_nat_gateway, image, ref

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
HOST = f"email.{REGION}.amazonaws.com:443"


@pytest.fixture
def api(ses: Stack) -> Stack:
    """A service that sends by SES's API, through an endpoint for it; nothing else leads out."""
    ses["endpoint"]["serviceName"] = f"com.amazonaws.{REGION}.email"
    ses["endpoint-group"]["ingress"][0].update(fromPort=443, toPort=443)
    ses["service"]["sourceConfiguration"] = image({"AWS_SES_REGION": REGION})
    return ses


def test_an_endpoint_for_the_api_takes_its_host(api: Stack) -> None:
    assert verdicts(api) == {HOST: REACHABLE}
    (egress,) = api.prove()
    assert egress.outcome.path[-1].fact == "SES's API, port 443"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"serviceName": f"com.amazonaws.{REGION}.email-smtp"}, "NO_ROUTE_TO_DESTINATION"),
        ({"serviceName": "com.amazonaws.eu-west-1.email"}, "NO_ROUTE_TO_DESTINATION"),
        ({"privateDnsEnabled": False}, "NO_ROUTE_TO_DESTINATION"),
        ({"vpcEndpointType": "Gateway"}, "ENDPOINT_TYPE"),
        ({"securityGroupIds": [ref("connector-group")]}, "ENI_SG_RULES_MISMATCH"),
    ],
)
def test_an_endpoint_that_does_not_serve_the_api(api: Stack, changes: dict[str, Any], code: str) -> None:
    api["endpoint"].update(changes)

    (egress,) = api.prove()

    assert egress.verdict is UNREACHABLE
    assert egress.outcome.findings[0].code == code


def test_an_smtp_endpoint_is_not_said_to_be_of_another_region(api: Stack) -> None:
    api["endpoint"]["serviceName"] = f"com.amazonaws.{REGION}.email-smtp"

    (egress,) = api.prove()

    assert {finding.code for finding in egress.outcome.findings} == {"NO_ROUTE_TO_DESTINATION"}


@pytest.mark.parametrize("broken", [True, False])
def test_a_broken_endpoint_takes_the_name_from_nat(api: Stack, broken: bool) -> None:
    add_nat_gateway(api)
    assert verdicts(api) == {HOST: REACHABLE}
    if broken:
        api["endpoint-group"]["ingress"][0].update(fromPort=587, toPort=587)
        assert verdicts(api) == {HOST: UNREACHABLE}
    else:
        api.remove("endpoint")
        assert verdicts(api) == {HOST: REACHABLE}


def test_an_endpoint_whose_service_is_not_known_leaves_it_open(api: Stack) -> None:
    api["endpoint"]["serviceName"] = UNKNOWN

    assert verdicts(api) == {HOST: UNDETERMINED}


def test_the_endpoint_carries_no_smtp(api: Stack) -> None:
    api["service"]["sourceConfiguration"] = image({"SMTP_HOST": f"email-smtp.{REGION}.amazonaws.com"})

    assert verdicts(api) == {f"email-smtp.{REGION}.amazonaws.com": UNREACHABLE}


# FIPS and dual-stack hosts, the endpoint's own name, and proxies


FIPS = f"email-fips.{REGION}.amazonaws.com:443"
DUAL = f"email.{REGION}.api.aws:443"


def environ(stack: Stack, **variables: object) -> None:
    stack["service"]["sourceConfiguration"] = image({"AWS_SES_REGION": REGION, **variables})


@pytest.mark.parametrize(
    ("variable", "host"), [("AWS_USE_FIPS_ENDPOINT", FIPS), ("AWS_USE_DUALSTACK_ENDPOINT", DUAL)]
)
def test_another_host_of_the_api_is_not_taken_for_sure(api: Stack, variable: str, host: str) -> None:
    environ(api, **{variable: "true"})
    (egress,) = api.prove()
    assert (str(egress.destination), egress.verdict) == (host, UNDETERMINED)
    assert egress.outcome.findings[0].code == "SES_API_HOST"

    api["endpoint"]["serviceName"] = f"com.amazonaws.{REGION}.email-fips"
    assert verdicts(api) == {host: UNDETERMINED}
    add_nat_gateway(api)
    assert verdicts(api) == {host: REACHABLE}
    api.remove("endpoint")
    assert verdicts(api) == {host: REACHABLE}
    api.remove("out")
    assert verdicts(api) == {host: UNREACHABLE}


def test_a_region_without_fips_hosts_is_open(api: Stack) -> None:
    add_nat_gateway(api)
    environ(api, AWS_SES_REGION="eu-west-1", AWS_USE_FIPS_ENDPOINT="true")
    (egress,) = api.prove()
    assert [finding.code for finding in egress.outcome.findings] == ["SES_API_HOST"]


def test_the_fips_endpoint_does_not_take_the_usual_host(api: Stack) -> None:
    api["endpoint"]["serviceName"] = f"com.amazonaws.{REGION}.email-fips"
    assert verdicts(api) == {HOST: UNREACHABLE}


@pytest.mark.parametrize("private_dns", [True, False])
@pytest.mark.parametrize("service", ["email", "email-fips"])
def test_the_endpoint_by_its_own_name(api: Stack, private_dns: bool, service: str) -> None:
    api["endpoint"].update(privateDnsEnabled=private_dns, serviceName=f"com.amazonaws.{REGION}.{service}")
    environ(api, AWS_ENDPOINT_URL_SESV2=ref("endpoint"))
    assert list(verdicts(api).values()) == [REACHABLE]
    api["endpoint-group"]["ingress"][0].update(fromPort=587, toPort=587)
    assert list(verdicts(api).values()) == [UNREACHABLE]


def test_an_smtp_endpoint_by_its_own_name_serves_no_api(api: Stack) -> None:
    api["endpoint"]["serviceName"] = f"com.amazonaws.{REGION}.email-smtp"
    environ(api, AWS_ENDPOINT_URL_SESV2=ref("endpoint"))
    (egress,) = api.prove()
    assert "ENDPOINT_PORT" in {finding.code for finding in egress.outcome.findings}


@pytest.mark.parametrize(
    ("proxy", "direct", "verdict", "code"),
    [
        ("http://10.0.0.10:3128", True, UNDETERMINED, "PROXY"),
        ("http://proxy.example.com:3128", True, REACHABLE, "PROXY_REACHES"),
        ("http://proxy.example.com:3128", False, UNREACHABLE, "NO_ROUTE_TO_DESTINATION"),
        ("http://10.99.0.5:3128", True, UNDETERMINED, "PROXY"),
        ("http://proxy.example.com", True, UNDETERMINED, "PROXY"),
    ],
)
def test_a_proxy_and_the_way_without_it_must_hold(
    api: Stack, proxy: str, direct: bool, verdict: Verdict, code: str
) -> None:
    """Which of them a program takes is its own affair; what a proxy does is assumed."""
    api.remove("endpoint")
    if direct:
        add_nat_gateway(api)
    environ(api, HTTPS_PROXY=proxy)

    (egress,) = api.prove()

    told = egress.outcome.assumptions if verdict is REACHABLE else egress.outcome.findings
    assert egress.verdict is verdict
    assert code in {each.code for each in told}
