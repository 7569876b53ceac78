"""`smtp-credentials-secret`: an SMTP password is neither in a plain variable nor in an output.

A password is known by the name that it goes by, which speaks of mail, by a mail server's URL that contains
one, or by being equal to one that a resource of the stack has. An environment variable is plain whatever
Pulumi marks as secret: AWS shows it. An output is plain unless it, or the object that it is in, is marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from reachability.graph import Resource
from reachability.graph.tokens import LAMBDA_FUNCTION
from reachability.values import UNKNOWN, Unknown, Value, is_list
from reachability.workloads.environment import WORKLOADS, environments
from reachability.workloads.mail_table import PROVIDERS, words_of
from reachability.workloads.mail_variables import in_parts

from .rule import Judge, Options, PropertyPath, Rule, Severity, Stack, Violation, undetermined, violation

_STACK: Final = "pulumi:pulumi:Stack"
_ACCESS_KEY: Final = "aws:iam/accessKey:AccessKey"

_PROVIDERS: Final = "|".join(("sendinblue", *(provider.word for provider in PROVIDERS)))
_SENDERS: Final = f"smtp|mail|mailer|email|{_PROVIDERS}"

_PASSWORD: Final = re.compile(r".*(password|passwd|passphrase).*")
_LAST_PASSWORD: Final = re.compile(rf"({_SENDERS})?(pass|pwd)")
_LAST_KEY: Final = re.compile(r"(api)?(secret|token|key)")
_MAIL: Final = re.compile(rf"({_SENDERS})(pass.*|pwd)?")
_ABOUT: Final = re.compile("file|path|arn|name|id|url|uri|policy|length|enabled|required|hash|salt")
"""Words that at the end of a name make it speak about a password instead of holding one."""

_URL: Final = re.compile(
    rf"\b((smtps?|submissions?)(\+[a-z]+)?://[^\s/:@]*:|({_PROVIDERS})(\+[a-z]+)?://)[^\s/@]+@", re.IGNORECASE
)
"""A mail server's URL with a password in it, or a provider's with the key of its API."""
_ARN: Final = re.compile(r"arn:aws[a-z-]*:(secretsmanager|ssm):")
_REMEDY: Final = (
    "Keep it in Secrets Manager and name its ARN in runtimeEnvironmentSecrets, or in the secrets of an ECS "
    "container."
)
_FUNCTION_REMEDY: Final = (
    "Keep it in Secrets Manager and read it in the function, by the AWS SDK or the AWS Parameters and "
    "Secrets Lambda Extension."
)
_OUTPUT_REMEDY: Final = "Export the secret's ARN instead, or mark the output: pulumi.Output.secret(...)."


def _names_credential(name: str) -> bool:
    """Whether a name is that of a mail password or key: `smtpPass`, not `DB_PASSWORD`."""
    words = [word.lower() for word in words_of(name)]
    named = (_names_password(words) and _about_mail(words)) or _names_mail_key(words)
    return named and "encrypted" not in words


def _names_password(words: list[str]) -> bool:
    """Whether a name of these words holds a password: `smtpPass`, not `SMTP_PASSWORD_FILE`."""
    if not words or _ABOUT.fullmatch(words[-1]) or words == ["pwd"]:
        return False
    return bool(_LAST_PASSWORD.fullmatch(words[-1])) or any(map(_PASSWORD.fullmatch, words))


def _about_mail(words: list[str]) -> bool:
    return any(map(_MAIL.fullmatch, words))


def _names_mail_key(words: list[str]) -> bool:
    """Whether a name of these words holds another kind of mail credential: `SENDGRID_API_KEY`."""
    return bool(words) and bool(_LAST_KEY.fullmatch(words[-1])) and _about_mail(words)


def _check_environment(workload: Resource, _options: Options) -> Iterator[Violation]:
    if workload.type not in WORKLOADS:
        return
    for environment in environments(workload):
        if isinstance(environment.variables, Unknown):
            continue  # The egress rules say so, and an update judges it before it creates the workload.
        for name, value in in_parts(environment.variables):
            if _by_name(name, value) or _has_password(value):
                yield _plain_variable(workload, name)


def _by_name(name: str, value: Value) -> bool:
    return _is_set(value) and _names_credential(name)


def _is_set(value: Value) -> bool:
    """Whether it may be a credential: an ARN only says where one is kept."""
    return value is UNKNOWN or (isinstance(value, str) and value != "" and not _ARN.match(value))


def _plain_variable(workload: Resource, name: str) -> Violation:
    words = [word.lower() for word in words_of(name)]
    key = _names_mail_key(words) and not _names_password(words)
    what = "a key of a mail provider or server" if key else "a password"
    message = f"the plain environment variable {name} of {workload.name!r} holds {what}."
    remedy = _FUNCTION_REMEDY if workload.type in LAMBDA_FUNCTION else _REMEDY
    return violation(workload, "PASSWORD_IN_ENVIRONMENT", message, remedy)


def _check(stack: Stack, _options: Options) -> Judge:
    return partial(_judge, stack, tuple(_passwords(stack)))


def _judge(stack: Stack, passwords: tuple[str, ...], resource: Resource) -> Iterator[Violation]:
    if resource.type == _STACK:
        for name in resource.properties:
            yield from _check_output(stack, resource, (name,), passwords)
        return
    for environment in environments(resource):
        if isinstance(environment.variables, Unknown):
            continue
        for name, value in in_parts(environment.variables):
            if _contains(value, passwords) and not (_by_name(name, value) or _has_password(value)):
                yield _plain_variable(resource, name)


def _passwords(stack: Stack) -> Iterator[str]:
    """The secret values of the access keys in the stack, where they are known."""
    for key in stack.program.of_type(_ACCESS_KEY):
        for name in ("secret", "sesSmtpPasswordV4"):
            value = key.get(name)
            if isinstance(value, str) and value:
                yield value


def _contains(value: Value, passwords: tuple[str, ...]) -> bool:
    return isinstance(value, str) and any(password in value for password in passwords)


def _check_output(
    stack: Stack, root: Resource, path: PropertyPath, passwords: tuple[str, ...]
) -> Iterator[Violation]:
    """An output may be an object: a password may be anywhere inside."""
    if stack.is_secret(root, path):
        return
    value = root.get(*path)
    if isinstance(value, Mapping):
        for name in value:
            yield from _check_output(stack, root, (*path, name), passwords)
    elif is_list(value):
        for index in range(len(value)):
            yield from _check_output(stack, root, (*path, index), passwords)
    elif _contains(value, passwords) or _has_password(value) or _by_name(_dotted(path), value):
        yield _plain_output(root, path, value)


def _has_password(value: Value) -> bool:
    """Whether a text is a mail server's URL with a password in it."""
    return isinstance(value, str) and _URL.search(value) is not None


def _plain_output(root: Resource, path: PropertyPath, value: Value) -> Violation:
    """What is not known yet may still become a secret: an `apply` marks one when it runs."""
    report, when = (undetermined, " so far") if value is UNKNOWN else (violation, "")
    message = f"the output {_dotted(path)} holds an SMTP password, and is not marked as secret{when}."
    return report(root, "PASSWORD_IN_OUTPUT", message, _OUTPUT_REMEDY)


def _dotted(path: PropertyPath) -> str:
    """A path as one writes it: `smtp.users[0].password`."""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return steps.removeprefix(".")


RULE = Rule(
    name="smtp-credentials-secret",
    description="An SMTP password or a mail API key is in no plain environment variable or output.",
    reference="Referencing environment variables (App Runner); Obtaining Amazon SES SMTP credentials",
    remedy=_REMEDY,
    severity=Severity.CRITICAL,
    judges=(*WORKLOADS, _STACK),
    check_alone=_check_environment,
    check=_check,
)
