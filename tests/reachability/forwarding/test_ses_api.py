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
