"""How to sign in: a sender that may do nothing but send, and its SMTP password in a secret."""

import json
from typing import Optional

import pulumi
import pulumi_aws as aws
from typing_extensions import NotRequired, TypedDict

from .helpers import checks
from .helpers.component import Component, ownership, received
from .helpers.iam_documents import send_as
from .helpers.lookup import Account

USERNAME_KEY, PASSWORD_KEY = "username", "password"
"""The JSON keys of a secret with SMTP credentials."""

_LONGEST_IN_NAME = 64
"""Of the domain, in the name of a policy, which has at most 128 characters (IAM API Reference)."""

_ARGUMENT = checks.of("SmtpCredentials")


class SmtpCredentialsArgs(TypedDict):
    """Who may be named as the sender."""

    domain: str
    """The domain of the addresses that may be sent from."""
    kms_key_arn: NotRequired[Optional[pulumi.Input[str]]]
    """The KMS key that encrypts the secret. Default: AWS's own key for Secrets Manager."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete or replace the secret, which services sign in with. Default: false."""


def look(args: SmtpCredentialsArgs, account: Account) -> None:
    """The key is one that Secrets Manager can use here.

    Raises:
        ArgumentError: it is of another region.
    """
    if key := checks.known(args.get("kms_key_arn")):
        checks.in_reach(_ARGUMENT("kms_key_arn"), key, account.region())


class SmtpCredentials(Component):
    """An IAM user that may only send, as its domain only, and the SMTP password of its access key.

    The password works in the provider's region only. The secret holds the JSON keys `username` and
    `password`; the references carry the secret's version, so that a new key is a change of the service.
    """

    secret_arn: pulumi.Output[str]
    """The ARN of the secret."""
    username_reference: pulumi.Output[str]
    """What App Runner's runtime environment secrets take for the user name."""
    password_reference: pulumi.Output[str]
    """What App Runner's runtime environment secrets take for the password."""
    user_name: pulumi.Output[str]
    """The name of the IAM user."""

    def __init__(
        self, name: str, args: SmtpCredentialsArgs, opts: Optional[pulumi.ResourceOptions] = None
    ) -> None:
        args = received(args)
        checks.keys(
            _ARGUMENT, args, SmtpCredentialsArgs.__annotations__, SmtpCredentialsArgs.__required_keys__
        )
        domain = checks.domain(_ARGUMENT("domain"), args["domain"])
        kms_key_arn = args.get("kms_key_arn")
        if isinstance(kms_key_arn, str):
            checks.arn(_ARGUMENT("kms_key_arn"), kms_key_arn, "kms", "key")
        super().__init__(name, opts)
        user = aws.iam.User(name, tags=ownership(name), opts=self._child())
        # By its domain: the right to send as the old one goes after the service has taken the new one.
        former = pulumi.ResourceOptions(aliases=[pulumi.Alias(name=name)])
        allowed = aws.iam.UserPolicy(
            f"{name}-{domain[:_LONGEST_IN_NAME]}",
            user=user.name,
            policy=json.dumps(send_as(domain)),
            opts=pulumi.ResourceOptions.merge(self._child(), former),
        )
        access_key = aws.iam.AccessKey(name, user=user.name, opts=self._child(allowed))
        secret = aws.secretsmanager.Secret(
            name,
            description=f"SMTP credentials of {domain}: the keys {USERNAME_KEY} and {PASSWORD_KEY}",
            kms_key_id=kms_key_arn,
            tags=ownership(name),
            opts=pulumi.ResourceOptions.merge(
                self._child(), pulumi.ResourceOptions(protect=args.get("protect", False))
            ),
        )
        version = aws.secretsmanager.SecretVersion(
            name,
            secret_id=secret.id,
            secret_string=pulumi.Output.json_dumps(
                {
                    USERNAME_KEY: access_key.id,
                    PASSWORD_KEY: access_key.ses_smtp_password_v4,
                }
            ),
            opts=self._child(),
        )
        self.secret_arn = secret.arn
        self.username_reference, self.password_reference = (
            pulumi.Output.all(secret.arn, key, version.version_id).apply(
                lambda parts: secret_reference(*parts)
            )
            for key in (USERNAME_KEY, PASSWORD_KEY)
        )
        self.user_name = user.name
        self._publish()


def secret_reference(secret_arn: str, key: str, version_id: str = "") -> str:
    """One JSON key of a secret, of one version or of the current one, as App Runner reads it.

    AWS App Runner Developer Guide, "Managing environment variables": `ARN:key:version-stage:version-id`.
    """
    return f"{secret_arn}:{key}::{version_id}"
