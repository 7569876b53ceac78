"""IAM users, roles, policies and access keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final

from ..checks import json_object, one_of
from ..errors import AwsError
from ..kind import CREATED_AT, Call, Kind, id_from, unique

USER: Final = "aws:iam/user:User"
ROLE: Final = "aws:iam/role:Role"
POLICY: Final = "aws:iam/policy:Policy"
_ACCESS_KEY: Final = "aws:iam/accessKey:AccessKey"
_KEYS_OF_A_USER: Final = 2


def smtp_password(secret: str, region: str) -> str:
    """The SMTP password that belongs to a secret access key in a region.

    The algorithm is that of "Obtaining Amazon SES SMTP credentials", Amazon SES Developer Guide.
    """
    signature = f"AWS4{secret}".encode()
    for message in ("11111111", region, "ses", "aws4_request", "SendRawEmail"):
        signature = hmac.new(signature, message.encode(), hashlib.sha256).digest()
    return base64.b64encode(b"\x04" + signature).decode()


def user_has_few_keys(call: Call) -> None:
    """A user has two access keys ("IAM and AWS STS quotas", IAM User Guide)."""
    user = call.inputs.get("user")
    count = sum(other.get("user") == user for other in call.others(_ACCESS_KEY))
    if count >= _KEYS_OF_A_USER:
        raise AwsError(
            "LimitExceeded", f"Cannot exceed quota for AccessKeysPerUser: {_KEYS_OF_A_USER} ({user})."
        )


def _arn(kind: str, call: Call) -> str:
    return call.arn("iam", f"{kind}{call.inputs.get('path') or '/'}{call.inputs['name']}", regional=False)


def _unique_id(call: Call, prefix: str) -> str:
    return f"{prefix}{base64.b32encode(bytes.fromhex(call.digest(prefix, 20))).decode()}"


def _access_key(call: Call, _identity: str) -> Mapping[str, Any]:
    secret = base64.b64encode(bytes.fromhex(call.digest("secret access key", 60))).decode()
    return {
        "createDate": CREATED_AT,
        "secret": secret,
        "sesSmtpPasswordV4": smtp_password(secret, call.region),
        "encryptedSecret": "",
        "encryptedSesSmtpPasswordV4": "",
        "keyFingerprint": "",
    }


def _inline(principal: str) -> Kind:
    """A policy inside a user, role or group."""
    return Kind(
        f"aws:iam/{principal}Policy:{principal.capitalize()}Policy",
        lambda call: f"{call.inputs[principal]}:{call.inputs['name']}",
        defaults={"namePrefix": None},
        replaced_by=frozenset({principal, "name", "namePrefix"}),
        checks=(json_object("policy"),),
    )


def _attachment(principal: str) -> Kind:
    """The use of a managed policy by a user, role or group."""
    return Kind(
        f"aws:iam/{principal}PolicyAttachment:{principal.capitalize()}PolicyAttachment",
        lambda call: f"{call.inputs[principal]}-{call.inputs['policyArn']}",
        replaced_by=frozenset({principal, "policyArn"}),
        imported_as=lambda attachment: f"{attachment[principal]}/{attachment['policyArn']}",
    )


_PRINCIPALS: Final = ("user", "role", "group")

KINDS: Final = (
    Kind(
        USER,
        id_from("name"),
        lambda call, _id: {"arn": _arn("user", call), "uniqueId": _unique_id(call, "AIDA")},
        defaults={"forceDestroy": False, "path": "/"},
        rules=(unique("name", "EntityAlreadyExists", "User with name {} already exists."),),
    ),
    Kind(
        ROLE,
        id_from("name"),
        lambda call, _id: {
            "arn": _arn("role", call),
            "createDate": CREATED_AT,
            "uniqueId": _unique_id(call, "AROA"),
            "inlinePolicies": call.inputs.get("inlinePolicies") or [],
            "managedPolicyArns": call.inputs.get("managedPolicyArns") or [],
        },
        defaults={
            "forceDetachPolicies": False,
            "maxSessionDuration": 3600,
            "namePrefix": None,
            "path": "/",
        },
        replaced_by=frozenset({"name", "namePrefix", "path"}),
        checks=(json_object("assumeRolePolicy"),),
        rules=(unique("name", "EntityAlreadyExists", "Role with name {} already exists."),),
    ),
    Kind(
        "aws:iam/group:Group",
        id_from("name"),
        lambda call, _id: {"arn": _arn("group", call), "uniqueId": _unique_id(call, "AGPA")},
        defaults={"path": "/"},
        rules=(unique("name", "EntityAlreadyExists", "Group with name {} already exists."),),
    ),
    Kind(
        POLICY,
        lambda call: _arn("policy", call),
        lambda call, _id: {
            "arn": _arn("policy", call),
            "attachmentCount": 0,
            "policyId": _unique_id(call, "ANPA"),
        },
        defaults={"namePrefix": None, "path": "/"},
        replaced_by=frozenset({"name", "namePrefix", "path", "description"}),
        checks=(json_object("policy"),),
        rules=(unique("name", "EntityAlreadyExists", "A policy called {} already exists."),),
    ),
    Kind(
        _ACCESS_KEY,
        lambda call: _unique_id(call, "AKIA"),
        _access_key,
        checked_defaults={"status": "Active"},
        replaced_by=frozenset({"user", "pgpKey"}),
        checks=(one_of("status", "Active", "Inactive"),),
        rules=(user_has_few_keys,),
    ),
    *map(_inline, _PRINCIPALS),
    *map(_attachment, _PRINCIPALS),
    Kind(
        "aws:iam/instanceProfile:InstanceProfile",
        id_from("name"),
        lambda call, _id: {
            "arn": _arn("instance-profile", call),
            "createDate": CREATED_AT,
            "uniqueId": _unique_id(call, "AIPA"),
        },
        defaults={"path": "/", "namePrefix": None},
        replaced_by=frozenset({"name", "namePrefix", "path"}),
        rules=(unique("name", "EntityAlreadyExists", "Instance Profile {} already exists."),),
    ),
)
