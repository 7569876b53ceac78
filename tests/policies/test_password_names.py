"""Which names of plain variables and outputs are those of passwords."""

from __future__ import annotations

from typing import Any

import pytest

from enforcement import options
from enforcement.deployment import STACK_TYPE
from mailroute.wire import Secret
from reachability import UNKNOWN
from rules.smtp_credentials_secret import RULE
from tests.policies.harness import Node, judge

FUNCTION = "aws:lambda/function:Function"


def codes(node: Node) -> list[tuple[str, ...]]:
    configured, _ = options.read(RULE, {})
    return [found.codes for found in judge(RULE, [node], configured)]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("SMTP_PASSWORD", True),
        ("SMTP_PASS", True),
        ("SMTPPASS", True),
        ("smtppassword", True),
        ("smtpPassword", True),
        ("SmtpPwd", True),
        ("EMAIL_HOST_PASSWORD", True),
        ("DB_PASSWORD", False),
        ("PASSWORD", False),
        ("POSTGRES_PASSWORD", False),
        ("Smtp__Password", True),
        ("EmailSettings__Password", True),
        ("mail__options__auth__pass", True),
        ("RESEND_API_KEY", True),
        ("MANDRILL_KEY", True),
        ("AWS_SES_SECRET_ACCESS_KEY", True),
        ("MAIL_PASSWORD_2", True),
        ("PASS", False),
        ("SENDGRID_API_KEY", True),
        ("BREVO_APIKEY", True),
        ("MAIL_TOKEN", True),
        ("SMTP_USER", False),
        ("SMTP_HOST", False),
        ("SMTP_PASSWORD_FILE", False),
        ("SMTP_PASSWORD_SECRET_ARN", False),
        ("PASSWORD_MIN_LENGTH", False),
        ("PASSWORD_RESET_URL", False),
        ("PASS_THROUGH", False),
        ("BYPASS", False),
        ("COMPASS", False),
        ("PWD", False),
        ("OLDPWD", False),
        ("SESSION_TOKEN", False),
        ("API_KEY", False),
        ("_", False),
    ],
)
def test_variable(name: str, plain: bool) -> None:
    found = codes(Node(FUNCTION, "send", {"environment": {"variables": {name: "a value"}}}))
    assert found == ([("PASSWORD_IN_ENVIRONMENT",)] if plain else [])


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("smtp://shop:hunter2@relay.example.com", True),
        ("sendgrid+api://SG.key@default", True),
        ("failover(smtps://a.example smtp://u:hunter2@b.example)", True),
        ("postgres://shop:hunter2@db.example.com/shop", False),
        ("smtp://relay.example.com:587", False),
        ("https://user:word@example.com", False),
    ],
)
def test_variable_by_its_value(value: str, plain: bool) -> None:
    found = codes(Node(FUNCTION, "send", {"environment": {"variables": {"X": value}}}))
    assert found == ([("PASSWORD_IN_ENVIRONMENT",)] if plain else [])


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("smtpPassword", True),
        ("smtp_pass", True),
        ("smtppassword", True),
        ("smtpPasswordArn", False),
        ("databasePassword", False),
        ("sesSecretArn", False),
        ("sessionPassword", False),
    ],
)
def test_output(name: str, plain: bool) -> None:
    found = codes(Node(STACK_TYPE, "shop-dev", {name: "a value"}))
    assert found == ([("PASSWORD_IN_OUTPUT",)] if plain else [])


@pytest.mark.parametrize(
    ("value", "undetermined"),
    [
        ({"user": "a", "password": "b"}, [False]),
        ([{"password": "b"}, {"password": UNKNOWN}], [False, True]),
        (Secret({"password": "b"}), []),
        (Secret(UNKNOWN), []),
        ([{"password": Secret("b")}, {"password": Secret(UNKNOWN)}], []),
        ({"user": Secret("a"), "password": "b"}, [False]),
    ],
)
def test_an_output_is_secret_where_it_is_marked(value: Any, undetermined: list[bool]) -> None:
    configured, _ = options.read(RULE, {})
    found = judge(RULE, [Node(STACK_TYPE, "shop-dev", {"smtp": value})], configured)
    assert [(each.codes, each.undetermined) for each in found] == [
        (("PASSWORD_IN_OUTPUT",), is_open) for is_open in undetermined
    ]


@pytest.mark.parametrize(
    ("name", "what"),
    [("SMTP_PASSWORD", "a password"), ("SENDGRID_API_KEY", "a key of a mail provider or server")],
)
def test_a_functions_credential_is_named_with_a_way_to_keep_it(name: str, what: str) -> None:
    configured, _ = options.read(RULE, {})
    (found,) = judge(RULE, [Node(FUNCTION, "send", {"environment": {"variables": {name: "x"}}})], configured)

    assert found.message == f"the plain environment variable {name} of 'send' holds {what}."
    assert "AWS Parameters and Secrets Lambda Extension" in found.remedy
