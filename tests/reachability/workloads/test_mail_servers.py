"""Environments that name several mail servers, and servers that programs know by their names."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Destination, Settings
from reachability.workloads.mail import destinations_of, names_none
from tests.reachability.workloads.test_mail import environment, sent

FIRST = {"SMTP_HOST": "a.example.com", "SMTP_PORT": "587"}


@pytest.mark.parametrize(
    "name",
    [
        "SMTP_FALLBACK_HOST",
        "SMTP_HOST_BACKUP",
        "SMTP_HOST2",
        "SMTP2_HOST",
        "SMTP_HOST_2",
        "SMTP_SECONDARY_HOST",
        "APP_SMTP_HOST_FALLBACK",
        "smtpHostFallback",
        "SMTP_MARKETING_HOST",
    ],
)
def test_a_second_host_is_one_too(name: str) -> None:
    """Without a port of its own it may have that of the first."""
    second = "relay.corp-example.com"
    assert sent({**FIRST, name: second}) == ["a.example.com:587", f"{second}:587"]
    variables = {**FIRST, "SMTP_PORT": "465", name: second}
    assert destinations_of(environment(variables), Settings())[1] == Destination(
        second, None, ports=(465, 587)
    )


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("SMTP_FALLBACK_HOST", "SMTP_FALLBACK_PORT"),
        ("SMTP_HOST_BACKUP", "SMTP_PORT_BACKUP"),
        ("SMTP_HOST_BACKUP", "SMTP_BACKUP_PORT"),
        ("SMTP_HOST_2", "SMTP_HOST_2_PORT"),
        ("SMTP2_HOST", "SMTP2_PORT"),
        ("SMTP_FALLBACK_HOST", "FALLBACK_SMTP_PORT"),
    ],
)
def test_the_port_of_a_second_host(host: str, port: str) -> None:
    assert sent({**FIRST, host: "b.example.com", port: "2525"}) == ["a.example.com:587", "b.example.com:2525"]


def test_hosts_that_are_told_apart_by_numbers_alone() -> None:
    found = sent({"SMTP1_HOST": "a.example.com", "SMTP2_HOST": "b.example.com", "SMTP2_PORT": "465"})
    assert found == ["a.example.com", "b.example.com:465"]
    assert sent({"MAILHOST_2": "a.example.com", "PORT_2": "8080"}) == ["a.example.com"]


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        (
            {"MAIL_HOSTS": "a.example.com,b.example.com", "MAIL_PORT": "465"},
            ["a.example.com:465", "b.example.com:465"],
        ),
        ({"SMTP_SERVERS": "a.example.com:25; b.example.com"}, ["a.example.com:25", "b.example.com"]),
        ({"SMTP_HOSTS": ' ["a.example.com", "b.example.com:465"]'}, ["a.example.com", "b.example.com:465"]),
        (
            {"SMTP_HOSTS": "smtps://a.example.com smtp://b.example.com:25"},
            ["a.example.com:465", "b.example.com:25"],
        ),
        ({"SMTP_BACKUP_HOSTS": "a.example.com b.example.com"}, ["a.example.com", "b.example.com"]),
        ({"ALLOWED_HOSTS": "a.example.com", "EMAIL_HOSTS_ALLOWED": "b.example.com", "DB_HOST_2": "c"}, []),
    ],
)
def test_a_list_of_hosts(variables: dict[str, str], found: list[str]) -> None:
    assert sent(variables) == found


def test_a_list_that_is_not_known() -> None:
    (found,) = destinations_of(environment({"SMTP_HOSTS": UNKNOWN}, computed=True), Settings())
    assert found.host is UNKNOWN
    assert not found.secret


@pytest.mark.parametrize(
    ("switch", "first", "second"),
    [("SMTP2_SECURE", (465, 587), (465, 587)), ("SPRING_MAIL_PROTOCOL", (25, 465), (25, 465))],
)
def test_a_switch_for_tls_may_be_of_another_host(switch: str, first: Any, second: Any) -> None:
    """That of one with other words in its name; and which ports the others have is then open as well."""
    framework = "SPRING_MAIL" if "SPRING" in switch else "SMTP"
    variables = {
        f"APP_{framework}_HOST": "a.example.com",
        f"{framework}_HOST_3": "b.example.com",
        switch: "smtps",
    }
    found = destinations_of(environment(variables), Settings())
    assert [(each.port, each.ports) for each in found] == [(None, first), (None, second)]


def test_a_switch_for_tls_of_the_host_itself() -> None:
    variables = {"SPRING_MAIL_HOST": "a.example.com", "SPRING_MAIL_PROTOCOL": "smtps"}
    assert sent(variables) == ["a.example.com:465"]


# Inside of texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("MAIL", '{"smtp": {"host": "a.example.com", "port": 465}}', ["a.example.com:465"]),
        ("SMTP_CONFIG", ' {"host": "a.example.com", "port": "2525"}', ["a.example.com:2525"]),
        (
            "NODEMAILER_CONFIG",
            '{"host": "a.example.com", "port": 465, "secure": true}',
            ["a.example.com:465"],
        ),
        ("APP", '{"db": {"host": "db.example.com"}, "sendgrid": {"apiKey": "k"}}', ["api.sendgrid.com:443"]),
        ("APP", '{"mailer": {"url": "smtps://u:p@a.example.com"}}', ["a.example.com:465"]),
        (
            "JAVA_OPTS",
            "-Xmx1g -Dspring.mail.host=a.example.com -Dspring.mail.port=587",
            ["a.example.com:587"],
        ),
        ("JAVA_TOOL_OPTIONS", "'-Dspring.mail.host=a.example.com'", ["a.example.com:25"]),
        ("JAVA_TOOL_OPTIONS", "-Dspring.mail.host='a.example.com'", ["a.example.com:25"]),
        ("MAIL", '{"smtp": ["a.example.com"]}', []),
        ("MAIL", '{"host": ', []),
        ("MAIL", "{}", []),
    ],
)
def test_variables_inside_of_a_text(name: str, text: str, found: list[str]) -> None:
    assert sent({name: text}) == found


def test_variables_inside_of_one_that_is_ignored() -> None:
    variables = {"MAIL": '{"host": "a.example.com"}', "SMTP_HOST": "b.example.com"}
    assert sent(variables) == ["a.example.com", "b.example.com"]
    read = environment(variables)
    assert destinations_of(read, Settings(ignored_variables=("MAIL",))) == (
        Destination("b.example.com", None),
    )


# By the names of services -------------------------------------------------------------------------------

PASSWORD = {"EMAIL_PASSWORD": "not-a-real-one"}


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"EMAIL_SERVICE": "sendgrid"}, ["smtp.sendgrid.net:587"]),
        ({"SMTP_SERVICE": "gmail"}, ["smtp.gmail.com:465"]),
        ({"SMTP_SERVICE": "Google Mail"}, ["smtp.gmail.com:465"]),
        ({"MAIL_SERVICE": "me@outlook.com"}, ["smtp-mail.outlook.com:587"]),
        ({"mail__options__service": "Mailgun"}, ["smtp.mailgun.org:465"]),
        ({"mail__options__service": "SES", **PASSWORD}, ["email-smtp.us-east-1.amazonaws.com:465"]),
        ({"EMAIL_SERVICE": "SES-EU-WEST-1"}, ["email-smtp.eu-west-1.amazonaws.com:465"]),
        ({"EMAIL_SERVICE": "smtp", "EMAIL_HOST": "a.example.com"}, ["a.example.com"]),
        ({"EMAIL_SERVICE": "gmail", "SMTP_HOST": "a.example.com"}, ["a.example.com", "smtp.gmail.com:465"]),
        ({"EMAIL_SERVICE_HOST": "gmail", "PAYMENT_SERVICE": "gmail"}, []),
    ],
)
def test_a_service_is_known_by_its_name(variables: dict[str, str], found: list[str]) -> None:
    assert sent(variables) == found


def test_a_service_may_be_used_by_its_api_too() -> None:
    """By a key of it, and SES by the role alone, where there is no password for SMTP."""
    smtp = ["smtp.sendgrid.net:587", "api.sendgrid.com:443"]
    assert sent({"EMAIL_SERVICE": "sendgrid", "SENDGRID_API_KEY": "k", **PASSWORD}) == smtp
    ses = ["email-smtp.us-east-1.amazonaws.com:465", "email.us-east-1.amazonaws.com:443"]
    assert sent({"EMAIL_SERVICE": "ses"}) == ses
    assert sent({"EMAIL_SERVICE": "ses", "SMTP_PASS": "p"}) == ses[:1]
    assert sent({"EMAIL_SERVICE": "ses", "DB_PASSWORD": "p"}) == ses


def test_the_port_beside_a_service_may_count() -> None:
    read = environment({"EMAIL_SERVICE": "gmail", "EMAIL_PORT": "587"})
    assert destinations_of(read, Settings()) == (Destination("smtp.gmail.com", None, ports=(465, 587)),)


def test_a_service_that_is_known_is_not_said_to_be_unknown() -> None:
    assert "names a sender" not in names_none([environment({"EMAIL_SERVICE": ""})], Settings())
    assert "names a sender" in names_none([environment({"EMAIL_SERVICE": "acme"})], Settings())
