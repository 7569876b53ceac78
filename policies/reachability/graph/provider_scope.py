"""Which account and region a program's resources are in: one program may use several providers.

Sources: Pulumi documentation, "Explicit provider configuration"; Pulumi Registry, "AWS Provider: Installation
& Configuration".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from .. import json_text
from ..findings import placement
from ..values import ABSENT, UNKNOWN, Unknown, Value, contains_unknown, elements, get, known_items
from ..verdict import PASSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..verdict import Outcome
    from .resource import Resource

_CREDENTIALS: Final = (
    "accessKey",
    "allowedAccountIds",
    "assumeRole",
    "assumeRoles",
    "assumeRoleWithWebIdentity",
    "profile",
    "sharedConfigFiles",
    "sharedCredentialsFiles",
)
"""The settings of a provider that decide which account it reaches; before version 7 there was one role."""
_OWNER: Final = re.compile(r"arn:[^:]*:[^:]*:[^:]*:(\d{12}):")


@dataclass(frozen=True)
class Provider:
    """How a provider reaches its account, as far as its configuration tells.

    Attributes:
        region, account, profile, roles, access: see `Resource`.
    """

    region: str | Unknown = UNKNOWN
    account: str | Unknown = UNKNOWN
    profile: str | None = None
    roles: tuple[str, ...] = ()
    access: str | None = None

    @classmethod
    def of(cls, configuration: Mapping[str, Value], name: str | None = None) -> Provider:
        """Read a configuration, which is text; what is more than text in it is JSON.

        Args:
            name: what tells the provider from all others, for where its credentials are not known.
        """
        settings = {one: _parsed(get(configuration, one)) for one in ("region", *_CREDENTIALS)}
        region, profile = settings["region"], settings["profile"]
        roles = [_arn(role) for one in ("assumeRoles", "assumeRole") for role in elements(settings[one])]
        last = roles[-1] if roles else _arn(settings["assumeRoleWithWebIdentity"])
        told = not any(map(contains_unknown, settings.values()))
        return cls(
            region if isinstance(region, str) else UNKNOWN,
            _account(last, settings["allowedAccountIds"]),
            profile if isinstance(profile, str) else None,
            tuple(arn for arn in roles if isinstance(arn, str)),
            repr([(setting, settings[setting]) for setting in _CREDENTIALS]) if told else name,
        )


def placed(resource: Resource, provider: Provider) -> Resource:
    """`resource` where its provider has it, or where it says itself that it is."""
    region, owner = resource.declared("region"), resource.get("ownerId")
    named = owner if isinstance(owner, str) else _account_in(resource.get("arn"))
    return replace(
        resource,
        region=provider.region if region is ABSENT else region,
        account=named or provider.account,
        profile=provider.profile,
        roles=provider.roles,
        access=None if region is UNKNOWN else provider.access,
    )


def in_one_region(user: Resource, named: Resource) -> Outcome:
    """AWS looks for what `user` names in the region of `user` alone."""
    if user.in_region_of(named) is not False:
        return PASSES
    return placement.NAMED_IN_OTHER_REGION(user, named=named)


def place_of(resource: Resource) -> str:
    """The account and region of `resource` for a person."""
    account = f"account {resource.account}" if isinstance(resource.account, str) else "the account"
    return f"{account} in {resource.region}" if isinstance(resource.region, str) else account


def _arn(role: Value) -> Value:
    """The ARN of a role; programs in Python name it `role_arn` inside the JSON, and providers take that."""
    named = get(role, "roleArn")
    return get(role, "role_arn") if named is ABSENT else named


def _account(role: Value, allowed: Value) -> str | Unknown:
    """The account of the role that is assumed last, else the only one that is allowed."""
    named = _account_in(role)
    if named:
        return named
    accounts = known_items(allowed)
    return str(accounts[0]) if len(accounts) == 1 else UNKNOWN


def _account_in(arn: Value) -> str | None:
    named = _OWNER.match(arn) if isinstance(arn, str) else None
    return named.group(1) if named else None


def _parsed(value: Value) -> Any:
    try:
        return json_text.loads(value) if isinstance(value, str) and value[:1] in ("[", "{") else value
    except json_text.JsonTextError:
        return UNKNOWN
