"""IAM policy documents, as Python values: the thinnest that work."""

from collections.abc import Sequence
from typing import Any

_READ_ACTIONS = {"secretsmanager": "secretsmanager:GetSecretValue", "ssm": "ssm:GetParameters"}
_SECRET_ARN_FIELDS = 7
"""`arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME`; a reference has a JSON key and a version after it."""


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy that allows `statements`."""
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", **statement} for statement in statements],
    }


def trust(service: str) -> dict[str, Any]:
    """The trust policy of a role that the AWS service `service` takes on."""
    return document({"Principal": {"Service": service}, "Action": "sts:AssumeRole"})


def publish_events(topic_arn: Any, configuration_set_arn: Any) -> dict[str, Any]:
    """SES may publish to the topic, for one configuration set.

    Amazon SES Developer Guide, "Set up an Amazon SNS event destination for event publishing".
    """
    return document(
        {
            "Principal": {"Service": "ses.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": topic_arn,
            "Condition": {"StringEquals": {"AWS:SourceArn": configuration_set_arn}},
        }
    )


def send_as(domain: str) -> dict[str, Any]:
    """Send mail, from addresses of `domain` only.

    The condition does what narrowing the resource to the identity would do, which also refuses sandbox
    recipients and configuration sets: Amazon SES Developer Guide, "Controlling access to Amazon SES".
    """
    return document(
        {
            "Action": "ses:SendRawEmail",
            "Resource": "*",
            "Condition": {"StringLike": {"ses:FromAddress": f"*@{domain}"}},
        }
    )


def read_secrets(references: Sequence[str], kms_key_arns: Sequence[str]) -> dict[str, Any]:
    """Read just the secrets and parameters that `references` name, and decrypt with just these keys.

    AWS App Runner Developer Guide, "Managing environment variables".
    """
    arns = {":".join(reference.split(":")[:_SECRET_ARN_FIELDS]) for reference in references}
    statements = [
        {"Action": action, "Resource": sorted(of_service)}
        for service, action in _READ_ACTIONS.items()
        if (of_service := [arn for arn in arns if arn.split(":")[2] == service])
    ]
    if kms_key_arns:
        statements.append({"Action": "kms:Decrypt", "Resource": sorted(kms_key_arns)})
    return document(*statements)
