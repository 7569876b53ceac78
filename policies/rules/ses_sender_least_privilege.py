"""`ses-sender-least-privilege`: who signs in to SES's SMTP server may send, as its own domain, and no more.

SMTP credentials are made of an IAM *user's* access key: temporary credentials, so those of roles, do not
work (Amazon SES Developer Guide, "Obtaining Amazon SES SMTP credentials"). A user is a sender where a
policy of its names a sending action of SES, or where it has an access key in a stack that sends through
SES and a policy that lets it send. In such a stack a user's policy that is not known may make it a sender.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from reachability.aws.ses import is_smtp_host, region_of_service
from reachability.graph import Resource, tokens
from reachability.values import UNKNOWN, Unknown, items
from reachability.workloads.environment import WORKLOADS, environments

from .iam_policy import Condition, Statement, allowed
from .rule import Judge, Options, Rule, Severity, Stack, Violation, undetermined, violation

_USER: Final = "aws:iam/user:User"
_USER_POLICY: Final = "aws:iam/userPolicy:UserPolicy"
_GROUP: Final = "aws:iam/group:Group"
_POLICY: Final = "aws:iam/policy:Policy"
_ACCESS_KEY: Final = "aws:iam/accessKey:AccessKey"
_ATTACHMENT: Final = "aws:iam/policyAttachment:PolicyAttachment"
_SES: Final = (
    "aws:sesv2/emailIdentity:EmailIdentity",
    "aws:ses/domainIdentity:DomainIdentity",
    "aws:ses/emailIdentity:EmailIdentity",
)

_INLINE: Final = {_USER: _USER_POLICY, _GROUP: "aws:iam/groupPolicy:GroupPolicy"}
_ATTACHED: Final = {
    _USER: "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    _GROUP: "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
}
_PROPERTY: Final = {_USER: "user", _GROUP: "group"}

_SENDING: Final = ("ses:sendrawemail", "ses:sendemail")
_AWS_MANAGED: Final = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/(.+)")
_MAY_SEND: Final = re.compile(r"AdministratorAccess|PowerUserAccess|AmazonSESFullAccess")
_OWN_IDENTITY: Final = re.compile(r"arn:aws[a-z-]*:ses:[^:]*:[^:]*:identity/[^*?]+")
_CONFIGURATION_SET: Final = re.compile(r"arn:aws[a-z-]*:ses:[^:]*:[^:]*:configuration-set/.+")
_OWN_ADDRESS: Final = re.compile(r"[^@]+@(\*\.)?[^@*?]+\.[^@*?]+")
_COMPARES: Final = frozenset({"stringequals", "stringequalsignorecase", "stringlike"})

_REMEDY: Final = (
    "Allow ses:SendRawEmail alone, with the condition StringLike ses:FromAddress *@<domain> "
    "(aws.iam.UserPolicy)."
)
_UNKNOWN_REMEDY: Final = (
    f"{_REMEDY} A text that holds an output is not known in a preview: write the ARN of the identity as text "
    '(arn:aws:ses:REGION:ACCOUNT:identity/DOMAIN), or allow "Resource": "*" with that condition.'
)


@dataclass(frozen=True)
class _Grant:
    """Something that gives a user permissions.

    Attributes:
        source: the policy or attachment that says so.
        statements: what it allows; `UNKNOWN` where that is not known.
        managed: the name of AWS's own policy, where it is one.
    """

    source: Resource
    statements: tuple[Statement, ...] | Unknown
    managed: str | None = None

    def names_ses(self) -> bool:
        """Whether it allows sending by name, not by a wildcard over all of AWS."""
        return self.managed == "AmazonSESFullAccess" or any(
            _sends(statement) is True and any(action.startswith("ses:") for action in statement.actions)
            for statement in _known(self.statements)
            if not isinstance(statement.actions, Unknown) and not statement.all_but
        )

    def may_send(self) -> bool:
        if self.managed is not None:
            return bool(_MAY_SEND.fullmatch(self.managed))
        return any(_sends(statement) is not False for statement in _known(self.statements))

    @property
    def is_unknown(self) -> bool:
        return self.managed is None and isinstance(self.statements, Unknown)


def _known(statements: tuple[Statement, ...] | Unknown) -> tuple[Statement, ...]:
    return () if isinstance(statements, Unknown) else statements


def _sends(statement: Statement) -> bool | Unknown:
    answers = [statement.allows(action) for action in _SENDING]
    if True in answers:
        return True
    return UNKNOWN if any(isinstance(answer, Unknown) for answer in answers) else False


def _check(stack: Stack, _options: Options) -> Judge:
    return partial(_judge, stack)


def _judge(stack: Stack, resource: Resource) -> Iterator[Violation]:
    if resource.type == _USER_POLICY:
        grants = [] if _owned(resource, stack) else [_Grant(resource, allowed(resource.get("policy")))]
        sender = any(grant.names_ses() for grant in grants)
    else:
        grants = list(_grants(resource, stack))
        sender = _is_sender(resource, grants, stack)
    is_open = not sender and _sends_through_ses(stack)
    for grant in grants:
        if sender or (is_open and grant.is_unknown):
            yield from _judge_grant(grant)


def _owned(policy: Resource, stack: Stack) -> bool:
    """Whether the user of an inline policy is in the program: it is judged with all that it may do."""
    return any(_refers(policy, "user", user, stack) for user in stack.program.of_type(_USER))


def _is_sender(user: Resource, grants: list[_Grant], stack: Stack) -> bool:
    if any(grant.names_ses() for grant in grants):
        return True
    has_key = any(_refers(key, "user", user, stack) for key in stack.program.of_type(_ACCESS_KEY))
    return has_key and _sends_through_ses(stack) and any(grant.may_send() for grant in grants)


def _sends_through_ses(stack: Stack) -> bool:
    hosts = (
        value
        for workload in stack.program.of_type(*WORKLOADS)
        for environment in environments(workload)
        if not isinstance(environment.variables, Unknown)
        for value in environment.variables.values()
    )
    if any(isinstance(value, str) and is_smtp_host(value) for value in hosts):
        return True
    services = [endpoint.get("serviceName") for endpoint in stack.program.of_type(*tokens.VPC_ENDPOINT)]
    return bool(stack.program.of_type(*_SES)) or any(
        service is UNKNOWN or region_of_service(str(service)) for service in services
    )


# What a user may do -----------------------------------------------------------------------------------


def _grants(user: Resource, stack: Stack) -> Iterator[_Grant]:
    """The permissions of `user`: its own policies and those of its groups, inline and attached."""
    for owner in (user, *_groups(user, stack)):
        prop = _PROPERTY[owner.type]
        for policy in stack.program.of_type(_INLINE[owner.type]):
            if _refers(policy, prop, owner, stack):
                yield _Grant(policy, allowed(policy.get("policy")))
        for attachment in stack.program.of_type(_ATTACHED[owner.type]):
            if _refers(attachment, prop, owner, stack):
                yield _attached(attachment, stack)
        for attachment in stack.program.of_type(_ATTACHMENT):
            if _refers(attachment, f"{prop}s", owner, stack):
                yield _attached(attachment, stack)


def _groups(user: Resource, stack: Stack) -> list[Resource]:
    memberships = [
        (link, "groups")
        for link in stack.program.of_type("aws:iam/userGroupMembership:UserGroupMembership")
        if _refers(link, "user", user, stack)
    ] + [
        (link, "group")
        for link in stack.program.of_type("aws:iam/groupMembership:GroupMembership")
        if _refers(link, "users", user, stack)
    ]
    return [
        group
        for group in stack.program.of_type(_GROUP)
        if any(_refers(link, prop, group, stack) for link, prop in memberships)
    ]


def _attached(attachment: Resource, stack: Stack) -> _Grant:
    arn = attachment.get("policyArn")
    managed = _AWS_MANAGED.fullmatch(arn) if isinstance(arn, str) else None
    if managed is not None:
        return _Grant(attachment, UNKNOWN, managed.group(1))
    policy = stack.program.ref(attachment, arn, "policyArn", (_POLICY,)).target
    return _Grant(attachment, UNKNOWN if policy is None else allowed(policy.get("policy")))


def _refers(link: Resource, prop: str, target: Resource, stack: Stack) -> bool:
    """Whether `link` may name `target`, an IAM user or group, in `prop`: IAM refers by name."""
    values = items(link.properties, prop)
    named = () if isinstance(values, Unknown) else values
    if target.get("name") in [value for value in named if isinstance(value, str)]:
        return True
    if not isinstance(values, Unknown) and UNKNOWN not in named:
        return False
    return target in stack.program.ref(link, UNKNOWN, prop, (target.type,)).candidates


# What a sender may not do ------------------------------------------------------------------------------


def _judge_grant(grant: _Grant) -> Iterator[Violation]:
    source = grant.source
    if grant.managed is not None:
        message = f"{source.name!r} gives a sender AWS's policy {grant.managed}, which does more than send."
        yield violation(source, "SENDER_TOO_BROAD", message, _REMEDY)
    elif isinstance(grant.statements, Unknown):
        message = f"what {source.name!r} allows a user, who may be a sender, is not known."
        yield undetermined(source, "SENDER_POLICY_UNKNOWN", message, _UNKNOWN_REMEDY)
    else:
        for statement in grant.statements:
            yield from _judge_statement(source, statement)


def _judge_statement(source: Resource, statement: Statement) -> Iterator[Violation]:
    if isinstance(statement.actions, Unknown):
        message = f"the actions that {source.name!r} allows a sender are not known until the update."
        yield undetermined(source, "SENDER_POLICY_UNKNOWN", message, _UNKNOWN_REMEDY)
        return
    more = [action for action in statement.actions if not action.startswith("ses:send")]
    if statement.all_but:
        message = f"{source.name!r} allows a sender everything but {', '.join(statement.actions)}."
        yield violation(source, "SENDER_TOO_BROAD", message, _REMEDY)
    elif more:
        message = f"{source.name!r} allows a sender {', '.join(more)} as well."
        yield violation(source, "SENDER_TOO_BROAD", message, _REMEDY)
    if _sends(statement) is not False:
        yield from _judge_addresses(source, statement)


def _judge_addresses(source: Resource, statement: Statement) -> Iterator[Violation]:
    answers = [_is_own(condition) for condition in statement.conditions]
    answers.append(_only_own_identities(statement.resources))
    if any(answer is True for answer in answers):
        return
    if any(answer is UNKNOWN for answer in answers):
        message = f"whether {source.name!r} limits the sender's address is not known until the update."
        yield undetermined(source, "SENDER_ADDRESS_UNKNOWN", message, _REMEDY)
    else:
        message = (
            f"{source.name!r} lets mail be sent as anyone: no condition limits ses:FromAddress to a domain."
        )
        yield violation(source, "SENDER_ANY_ADDRESS", message, _REMEDY)


def _is_own(condition: Condition) -> bool | Unknown:
    """Whether a condition limits the address that mail is sent from to known domains.

    Operators that hold where the key is missing (`...IfExists`, `ForAllValues:`), or that exclude, do not.
    """
    if condition.key != "ses:fromaddress" or condition.operator not in _COMPARES:
        return False
    if isinstance(condition.values, Unknown):
        return UNKNOWN
    return bool(condition.values) and all(_OWN_ADDRESS.fullmatch(value) for value in condition.values)


def _only_own_identities(resources: tuple[str, ...] | Unknown) -> bool | Unknown:
    """Whether a statement holds for identities that it names only."""
    if isinstance(resources, Unknown):
        return UNKNOWN
    identities = [resource for resource in resources if not _CONFIGURATION_SET.fullmatch(resource)]
    return bool(identities) and all(_OWN_IDENTITY.fullmatch(resource) for resource in identities)


RULE = Rule(
    name="ses-sender-least-privilege",
    description="An SMTP sender may do nothing but send, and only as its own domain.",
    reference="Controlling access to Amazon SES; Obtaining Amazon SES SMTP credentials",
    remedy=_REMEDY,
    severity=Severity.HIGH,
    judges=(_USER, _USER_POLICY),
    check=_check,
)
