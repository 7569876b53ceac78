"""Where the APIs of providers are: in regions, and at endpoints."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Destination, Settings
from reachability.workloads.mail import destinations_of
from reachability.workloads.mail_table import PROVIDERS
from tests.reachability.workloads.test_mail import environment, sent

KEY = {"AWS_SES_ACCESS_KEY_ID": "AKIA"}
US, EU = "email.us-east-1.amazonaws.com:443", "email.eu-west-1.amazonaws.com:443"
DJANGO = {"EMAIL_BACKEND": "anymail.backends.amazon_ses.EmailBackend"}


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({**KEY, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "eu-west-1"}, [US, EU]),
        ({**KEY, "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}, [EU]),
        ({**KEY, "AWS_DEFAULT_REGION": "eu-west-1"}, [EU, US]),
        ({**KEY, "AWS_REGION": "eu-west-1"}, [EU, US]),
        ({**KEY, "AWS_REGION": "us-east-1"}, [US]),
        (KEY, [US]),
        ({**DJANGO, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "eu-west-1"}, [EU]),
        ({**DJANGO, "AWS_DEFAULT_REGION": "eu-west-1"}, [EU]),
        ({**DJANGO, "AWS_REGION": "eu-west-1"}, [EU, US]),
        ({"EMAIL_PROVIDER": "ses"}, [US]),
        ({"EMAIL_PROVIDER": "ses", "AWS_SES_REGION": "eu-west-1"}, [EU]),
        ({"PAYMENT_PROVIDER": "ses", "EMAIL_PROVIDER": "smtp"}, []),
    ],
)
def test_the_region_that_the_sdks_of_aws_take(variables: dict[str, str], found: list[str]) -> None:
    """Both where nothing tells which of its variables the client reads, or that AWS sets the other."""
    assert sent(variables) == found


def test_a_chosen_provider_is_so_beside_its_smtp_host_too() -> None:
    """A key alone may be the password there."""
    smtp = {"SMTP_HOST": "email-smtp.us-east-1.amazonaws.com", "SMTP_PORT": "587"}
    (host,) = sent({**smtp, **KEY})
    assert sent({**smtp, "EMAIL_PROVIDER": "ses"}) == [host, US]
    assert sent({**smtp, "EMAIL_PROVIDER": "smtp"}) == [host]
    (unknown,) = sent({**KEY, "SMTP_HOST": UNKNOWN}, computed=True)
    assert sent({"SMTP_HOST": UNKNOWN, "EMAIL_PROVIDER": "ses"}, computed=True) == [unknown, US]


@pytest.mark.parametrize("computed", [True, False])
def test_a_region_that_nobody_reads_is_assumed(computed: bool) -> None:
    read = environment({"AWS_SES_REGION": UNKNOWN}, computed=computed)
    assumed = Destination("email.us-east-1.amazonaws.com", 443, region_variable="AWS_SES_REGION")
    assert destinations_of(read, Settings()) == (assumed,)
    read = environment({**DJANGO, "AWS_DEFAULT_REGION": UNKNOWN}, computed=computed)
    assumed = Destination("email.us-east-1.amazonaws.com", 443, region_variable="AWS_DEFAULT_REGION")
    assert destinations_of(read, Settings()) == (assumed,)


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"MAILGUN_SECRET": "k", "MAILGUN_ENDPOINT": "api.eu.mailgun.net"}, "api.eu.mailgun.net:443"),
        (
            {"MAILGUN_API_KEY": "k", "MAILGUN_BASE_URL": "https://api.eu.mailgun.net/v3"},
            "api.eu.mailgun.net:443",
        ),
        (
            {"MAILGUN_API_KEY": "k", "MAILGUN_API_URL": "http://mail.corp-example.com"},
            "mail.corp-example.com:80",
        ),
        ({"MAILGUN_API_KEY": "k", "MAILGUN_SERVER": "api.eu.mailgun.net"}, "api.eu.mailgun.net:443"),
        ({"MAILGUN_API_KEY": "k", "MAILGUN_REGION": "EU"}, "api.eu.mailgun.net:443"),
        ({"MAILGUN_API_KEY": "k", "MAILGUN_REGION": "us"}, "api.mailgun.net:443"),
        ({"MAILGUN_API_KEY": "k"}, "api.mailgun.net:443"),
        ({"SENDGRID_API_KEY": "k", "SENDGRID_REGION": "eu"}, "api.eu.sendgrid.com:443"),
        (
            {"SPARKPOST_API_KEY": "k", "SPARKPOST_API_URL": "https://api.eu.sparkpost.com/api/v1"},
            "api.eu.sparkpost.com:443",
        ),
        ({"MAILER_DSN": "mailgun+api://K:D@default?region=eu"}, "api.eu.mailgun.net:443"),
        ({"MAILER_DSN": "mailgun+smtp://K:D@default?region=eu"}, "smtp.eu.mailgun.org:587"),
        ({"MAILER_DSN": "mailgun+api://K:D@default?region=us"}, "api.mailgun.net:443"),
        ({"MAILER_DSN": "mailgun+api://K:D@default"}, "api.mailgun.net:443"),
        ({"MAILER_DSN": "sendgrid+smtp://K@default?region=eu"}, "smtp.eu.sendgrid.net:465"),
        (
            {"SMTP_HOST": "smtp.eu.mailgun.org", "SMTP_PORT": "465", "MAILGUN_API_KEY": "k"},
            "smtp.eu.mailgun.org:465",
        ),
    ],
)
def test_a_provider_with_hosts_in_regions(variables: dict[str, str], found: str) -> None:
    assert sent(variables) == [found]


def test_an_endpoint_is_no_host_beside_the_providers_own_smtp() -> None:
    smtp = {"MAIL_HOST": "smtp.eu.mailgun.org", "MAIL_PORT": "587"}
    assert sent({**smtp, "MAILGUN_ENDPOINT": "api.eu.mailgun.net"}) == ["smtp.eu.mailgun.org:587"]


@pytest.mark.parametrize("name", ["MAILGUN_ENDPOINT", "MAILGUN_REGION"])
def test_an_endpoint_that_is_secret_is_assumed(name: str) -> None:
    read = environment({"MAILGUN_API_KEY": "k"}, {name: "arn:secret"})
    assumed = Destination("api.mailgun.net", 443, region_variable=name)
    assert destinations_of(read, Settings()) == (assumed,)


@pytest.mark.parametrize(
    "provider", [each for each in PROVIDERS if each.regional_apis], ids=lambda each: each.name
)
def test_hosts_in_regions_come_in_pairs(provider: Any) -> None:
    assert [region for region, _ in provider.regional_apis] == [
        region for region, _ in provider.regional_smtp
    ]
    assert sent({"RELAY": provider.smtp_host("eu")}) == [provider.smtp_host("eu")]


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("SENDGRID_API_KEY_ARN", "api.sendgrid.com:443"),
        ("SENDGRID_SECRET_ARN", "api.sendgrid.com:443"),
        ("RESEND_API_KEY_SECRET_ID", "api.resend.com:443"),
        ("brevoApiKeyParameter", "api.brevo.com:443"),
        ("MAILGUN_SECRET", "api.mailgun.net:443"),
        ("AWS_SES_ACCESS_KEY_ID", "email.us-east-1.amazonaws.com:443"),
    ],
)
def test_where_a_key_is_kept_tells_the_provider_too(name: str, host: str) -> None:
    assert sent({name: "kept"}) == [host]


@pytest.mark.parametrize(
    "name", ["SENDGRID_NAME", "RESEND_ID", "MAIL_SECRET_ARN", "SECRET_ARN", "SENDGRID_PATH"]
)
def test_other_names_of_places_tell_no_provider(name: str) -> None:
    assert sent({name: "kept"}) == []
