"""Where a program that sends mail over HTTPS connects to: by AWS's SDKs, and by proxies."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Destination, Settings
from reachability.workloads.mail import destinations_of
from tests.reachability.workloads.test_mail import RELAY, environment, sent

SES = {"AWS_SES_REGION": "us-east-1"}
SENDGRID = {"SENDGRID_API_KEY": "key"}
HOST = "email.us-east-1.amazonaws.com"
ENDPOINT = "vpce-0a1b2c3d4e5f60718-a1b2c3d4.email.us-east-1.vpce.amazonaws.com"


def proxied(variables: dict[str, Any], secrets: dict[str, str] | None = None, **more: Any) -> dict[str, str]:
    """The proxies of the one destination, by their variables."""
    settings = more.pop("settings", Settings())
    (found,) = destinations_of(environment(variables, secrets, **more), settings)
    return {name: f"{proxy.host}:{proxy.port}" for name, proxy in found.proxies}


# AWS's SDKs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"AWS_USE_FIPS_ENDPOINT": "true"}, "email-fips.us-east-1.amazonaws.com:443"),
        ({"AWS_USE_FIPS_ENDPOINT": "True "}, "email-fips.us-east-1.amazonaws.com:443"),
        ({"AWS_USE_FIPS_ENDPOINT": UNKNOWN}, "email-fips.us-east-1.amazonaws.com:443"),
        ({"AWS_USE_FIPS_ENDPOINT": "false"}, f"{HOST}:443"),
        ({"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "email.us-east-1.api.aws:443"),
        (
            {"AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true"},
            "email-fips.us-east-1.api.aws:443",
        ),
        ({"AWS_ENDPOINT_URL": f"https://{ENDPOINT}"}, f"{ENDPOINT}:443"),
        (
            {"AWS_ENDPOINT_URL_SES": f"https://{ENDPOINT}/v2", "AWS_ENDPOINT_URL": "https://x"},
            f"{ENDPOINT}:443",
        ),
        (
            {"AWS_ENDPOINT_URL_SESV2": f"https://{ENDPOINT}", "AWS_USE_FIPS_ENDPOINT": "true"},
            f"{ENDPOINT}:443",
        ),
        ({"AWS_ENDPOINT_URL": "http://localstack:4566"}, "localstack:4566"),
        ({"AWS_ENDPOINT_URL": "http://localstack"}, "localstack:80"),
        ({"AWS_ENDPOINT_URL": "not a URL"}, "not a URL:443"),
        (
            {"AWS_ENDPOINT_URL": f"https://{ENDPOINT}", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
            f"{HOST}:443",
        ),
        ({"AWS_ENDPOINT_URL_S3": "https://s3.example.com"}, f"{HOST}:443"),
    ],
)
def test_what_the_sdks_of_aws_connect_to(variables: dict[str, Any], found: str) -> None:
    assert sent({**SES, **variables}) == [found]


def test_other_providers_do_not_heed_them() -> None:
    variables = {"AWS_ENDPOINT_URL": f"https://{ENDPOINT}", "AWS_USE_FIPS_ENDPOINT": "true"}
    assert sent({**SENDGRID, **variables}) == ["api.sendgrid.com:443"]


def test_an_endpoint_for_ses_says_that_ses_is_used() -> None:
    variables = {"AWS_ENDPOINT_URL_SES": f"https://{ENDPOINT}"}
    assert sent(variables) == [f"{ENDPOINT}:443"]
    assert sent(variables, region=UNKNOWN) == [f"{ENDPOINT}:443"]
    both = {**variables, "AWS_ENDPOINT_URL_SESV2": "https://other.example.com"}
    assert sent(both) == ["other.example.com:443", f"{ENDPOINT}:443"]


@pytest.mark.parametrize(
    ("computed", "holder"),
    [(True, "urn:address"), (False, None)],
)
def test_an_endpoint_that_is_not_known_yet(computed: bool, holder: str | None) -> None:
    read = environment({**SES, "AWS_ENDPOINT_URL_SESV2": UNKNOWN}, computed=computed)
    name = "AWS_ENDPOINT_URL_SESV2"
    found = Destination(UNKNOWN, 443, holder=holder, url_variable=name, client_variable=name)
    assert destinations_of(read, Settings()) == (found,)


ANYMAIL = {"EMAIL_BACKEND": "anymail.backends.amazon_ses.EmailBackend"}


@pytest.mark.parametrize(
    ("variables", "reads", "other"),
    [
        ({"MAIL_MAILER": "ses"}, "AWS_ENDPOINT_URL_SES", "AWS_ENDPOINT_URL_SESV2"),
        ({"MAIL_MAILER": "ses-v2"}, "AWS_ENDPOINT_URL_SESV2", "AWS_ENDPOINT_URL_SES"),
        (ANYMAIL, "AWS_ENDPOINT_URL_SESV2", "AWS_ENDPOINT_URL_SES"),
    ],
)
def test_which_endpoint_the_client_of_a_framework_reads(
    variables: dict[str, str], reads: str, other: str
) -> None:
    """And that nothing is assumed of that where the framework says which client it has."""
    assert sent({**variables, other: f"https://{ENDPOINT}"}) == [f"{HOST}:443"]
    read = environment({**variables, reads: f"https://{ENDPOINT}", other: "https://x"})
    assert destinations_of(read, Settings()) == (Destination(ENDPOINT, 443),)


@pytest.mark.parametrize(
    ("variables", "assumed"),
    [
        ({"AWS_ENDPOINT_URL_SES": f"https://{ENDPOINT}"}, "AWS_ENDPOINT_URL_SES"),
        (
            {"EMAIL_TRANSPORT": "ses", "AWS_ENDPOINT_URL_SESV2": f"https://{ENDPOINT}"},
            "AWS_ENDPOINT_URL_SESV2",
        ),
        ({**SES, "AWS_ENDPOINT_URL": f"https://{ENDPOINT}"}, ""),
    ],
)
def test_a_client_that_is_not_known_is_assumed(variables: dict[str, str], assumed: str) -> None:
    read = environment(variables)
    assert destinations_of(read, Settings()) == (Destination(ENDPOINT, 443, client_variable=assumed),)


# Proxies ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, {}),
        ({"HTTPS_PROXY": "http://10.0.0.10:3128"}, {"HTTPS_PROXY": "10.0.0.10:3128"}),
        ({"https_proxy": "http://u:p@proxy.example:3128/"}, {"https_proxy": "proxy.example:3128"}),
        ({"ALL_PROXY": "socks5://[fd00::1]:1080"}, {"ALL_PROXY": "[fd00::1]:1080"}),
        ({"all_proxy": "proxy.example:3128"}, {"all_proxy": "proxy.example:3128"}),
        ({"HTTPS_PROXY": "http://proxy.example"}, {"HTTPS_PROXY": f"proxy.example:{UNKNOWN}"}),
        ({"HTTPS_PROXY": UNKNOWN}, {"HTTPS_PROXY": f"{UNKNOWN}:{UNKNOWN}"}),
        (
            {"https_proxy": "http://a:1", "HTTPS_PROXY": "http://a:1", "ALL_PROXY": "http://b:2"},
            {"https_proxy": "a:1", "ALL_PROXY": "b:2"},
        ),
        ({"HTTP_PROXY": "http://10.0.0.10:3128"}, {}),
        ({"HTTPS_PROXY": ""}, {}),
    ],
)
def test_a_proxy_may_stand_before_an_api(variables: dict[str, Any], found: dict[str, str]) -> None:
    assert proxied({**SENDGRID, **variables}) == found
    assert proxied({"MAILER_DSN": "mailgun+https://KEY:D@api.eu.mailgun.net", **variables}) == found
    assert proxied({"SMTP_HOST": RELAY, **variables}) == {}


@pytest.mark.parametrize(
    ("variables", "excepted"),
    [
        ({"NO_PROXY": "localhost, api.sendgrid.com"}, True),
        ({"no_proxy": "API.SENDGRID.COM:443"}, True),
        ({"NO_PROXY": ".sendgrid.com"}, True),
        ({"NO_PROXY": "*"}, True),
        ({"NO_PROXY": "sendgrid.com"}, False),
        ({"NO_PROXY": "localhost,169.254.169.254"}, False),
        ({"NO_PROXY": UNKNOWN}, False),
        ({"NO_PROXY": "*", "no_proxy": "localhost"}, False),
    ],
)
def test_a_host_that_is_excepted_from_proxies(variables: dict[str, Any], excepted: bool) -> None:
    """Where programs read an exception differently, both ways remain possible."""
    found = proxied({**SENDGRID, "HTTPS_PROXY": "http://a:1", **variables})
    assert found == ({} if excepted else {"HTTPS_PROXY": "a:1"})


def test_a_secret_proxy_and_one_that_is_ignored() -> None:
    assert proxied(SENDGRID, {"HTTPS_PROXY": "arn:secret"}) == {"HTTPS_PROXY": f"{UNKNOWN}:{UNKNOWN}"}
    settings = Settings(ignored_variables=("HTTPS_PROXY",))
    assert proxied({**SENDGRID, "HTTPS_PROXY": "http://a:1"}, settings=settings) == {}
