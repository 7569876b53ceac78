"""The host and service names of SES's SMTP, and the ports that it offers."""

from __future__ import annotations

import pytest

from reachability import Verdict
from reachability.aws.ses import SMTP_PORTS, endpoint_of_host, region_of_host, region_of_service
from tests.reachability.shown import judged
from tests.reachability.stacks import REGION, Stack, name_host

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
