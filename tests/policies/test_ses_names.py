"""SES's SMTP by its names, as every part of the project has them."""

from __future__ import annotations

import pytest

from components.helpers import ses
from components.helpers.checks import ArgumentError, domain
from mailroute.rehearsal.account.regions import endpoint_services
from reachability.aws import ses as ses_names
from reachability.hosts import is_valid

REGIONS = ("us-east-1", "eu-central-1", "us-gov-west-1")


@pytest.mark.parametrize(
    "host",
    [
        "email-smtp.us-east-1.amazonaws.com",
        "Email-SMTP-FIPS.us-east-1.amazonaws.com.",
        "vpce-0a1b-2c3d.email-smtp.us-east-1.vpce.amazonaws.com",
        "vpce-0a1b-2c3d-us-east-1a.email-smtp.us-east-1.vpce.amazonaws.com",
    ],
)
def test_every_smtp_host_of_ses_is_one(host: str) -> None:
    assert ses_names.is_smtp_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "email.us-east-1.amazonaws.com",
        "email-smtp-fips.us-east-1.amazonaws.com.example.org",
        "a.email-smtp-fips.us-east-1.amazonaws.com",
        "vpce-0a1b-2c3d.vpce-svc-9f.us-east-1.vpce.amazonaws.com",
        "vpce-0a1b-2c3d.email.us-east-1.vpce.amazonaws.com",
        "smtp-relay.brevo.com",
    ],
)
def test_no_other_host_is_one(host: str) -> None:
    assert not ses_names.is_smtp_host(host)


@pytest.mark.parametrize("region", REGIONS)
def test_components_policies_and_account_have_the_same_names(region: str) -> None:
    assert ses.smtp_service(region) == ses_names.smtp_service(region)
    assert ses.smtp_host(region) == ses_names.smtp_host(region)
    assert ses_names.region_of_service(ses.smtp_service(region)) == region
    assert ses_names.region_of_host(ses.smtp_host(region)) == region
    offered = {service.name: service.private_dns_name for service in endpoint_services(region)}
    assert offered[ses.smtp_service(region)] == ses.smtp_host(region)


def test_components_and_policies_have_the_same_ports() -> None:
    assert set(ses.SMTP_PORTS) == ses_names.SMTP_PORTS


@pytest.mark.parametrize("label", ["a", "a-b", "_dmarc", "x" * 63, "x" * 64, "-a", "a-", "a b", "a*", ""])
def test_components_and_policies_have_the_same_labels(label: str) -> None:
    name = f"{label}.example.com"
    try:
        accepted = domain("domain", name) == name
    except ArgumentError:
        accepted = False
    assert accepted == is_valid(name)
