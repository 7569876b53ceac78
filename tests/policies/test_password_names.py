"""Which names of plain variables and outputs are those of passwords."""

from __future__ import annotations

import pytest

from enforcement import options
from rules.smtp_credentials_secret import RULE
from tests.policies.harness import STACK_TYPE, Node, judge

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
        ("DB_PASSWORD", True),
        ("MAIL_PASSWORD_2", True),
        ("PASS", True),
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
    ("name", "asked"),
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
def test_output(name: str, asked: bool) -> None:
    found = codes(Node(STACK_TYPE, "shop-dev", {name: "a value"}))
    assert found == ([("OUTPUT_SECRECY_UNKNOWN",)] if asked else [])
