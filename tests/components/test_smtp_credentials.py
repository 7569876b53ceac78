"""SmtpCredentials: a sender that may only send, and its password in a secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from components import SmtpCredentials
from components.helpers.checks import ArgumentError
from mailroute.wire import Secret
from reachability.values import UNKNOWN

KEY = "arn:aws:kms:us-east-1:123456789012:key/mail"


def test_the_sender_may_send_as_its_domain_and_nothing_else(register: Callable[..., Any]) -> None:
    graph = register(lambda: SmtpCredentials("sender", {"domain": "daadaar.com"}))
    policy = graph.one("aws:iam/userPolicy:UserPolicy")
    assert json.loads(policy.inputs["policy"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "ses:SendRawEmail",
                "Resource": "*",
                "Condition": {"StringLike": {"ses:FromAddress": "*@daadaar.com"}},
            }
        ],
    }
    assert policy.inputs["user"] == "sender"
    assert not any("olicyAttachment" in key or "Group" in key for key in graph.custom)


@pytest.mark.parametrize("preview", [True, False])
def test_the_secret_has_both_keys_and_is_secret(register: Callable[..., Any], preview: bool) -> None:
    graph = register(lambda: SmtpCredentials("sender", {"domain": "daadaar.com"}), preview=preview)
    secret = graph.one("aws:secretsmanager/secretVersion:SecretVersion").inputs["secretString"]
    assert isinstance(secret, Secret)
    if preview:
        assert secret.value is UNKNOWN
    else:
        assert json.loads(secret.value) == {"username": "sender-id", "password": "the-password"}


def test_the_references_name_the_key_and_the_version(register: Callable[..., Any]) -> None:
    """A new access key makes a new version, so that the service is deployed with it."""
    graph = register(lambda: SmtpCredentials("sender", {"domain": "daadaar.com"}))
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:sender"
    assert graph.outputs["mailroute:index:SmtpCredentials::sender"] == {
        "secretArn": arn,
        "usernameReference": f"{arn}:username::version-1",
        "passwordReference": f"{arn}:password::version-1",
        "userName": "sender",
    }


def test_the_key_is_made_after_the_right_to_use_it(register: Callable[..., Any]) -> None:
    graph = register(lambda: SmtpCredentials("sender", {"domain": "daadaar.com"}), preview=True)
    assert (
        "aws:iam/userPolicy:UserPolicy::sender-daadaar.com"
        in graph.one("aws:iam/accessKey:AccessKey").dependencies
    )


def test_a_key_of_ones_own_encrypts_the_secret(register: Callable[..., Any]) -> None:
    plain = register(lambda: SmtpCredentials("sender", {"domain": "daadaar.com"}))
    assert "kmsKeyId" not in plain.one("aws:secretsmanager/secret:Secret").inputs
    graph = register(lambda: SmtpCredentials("sender", {"domain": "daadaar.com", "kms_key_arn": KEY}))
    assert graph.one("aws:secretsmanager/secret:Secret").inputs["kmsKeyId"] == KEY


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({}, "SmtpCredentials.domain is None: it is required; give it a value"),
        (
            {"domain": "*"},
            "SmtpCredentials.domain is '*': it must be a domain name in lower case without a trailing dot; "
            "use a name such as 'example.com'",
        ),
        (
            {"domain": "daadaar.com", "kms_key_arn": "alias/aws/secretsmanager"},
            "SmtpCredentials.kms_key_arn is 'alias/aws/secretsmanager': it must be the ARN of a key of "
            "kms; use one such as 'arn:aws:kms:REGION:ACCOUNT:key/NAME'",
        ),
        (
            {"domain": "daadaar.com", "user_name": "root"},
            "SmtpCredentials.user_name: there is no such argument; known are domain, kms_key_arn, protect",
        ),
    ],
)
def test_wrong_arguments(register: Callable[..., Any], args: Any, message: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        register(lambda: SmtpCredentials("sender", args))
    assert str(refused.value) == message
    assert refused.value.graph.resources == {}  # type: ignore[attr-defined]
