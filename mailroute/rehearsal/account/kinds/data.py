"""Secrets, log groups, topics, keys and other things that programs name beside their network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..checks import json_object
from ..kind import Call, Kind, opaque_id, unique

_MANAGED: Final = "aws:secretsmanager/secret:Secret"


def _secret_id(call: Call) -> str:
    return call.arn("secretsmanager", f"secret:{call.inputs['name']}-{call.digest('suffix', 6)}")


def _secret_version(call: Call, _identity: str) -> Mapping[str, Any]:
    secret = call.find(_MANAGED, "secretId")
    arn = secret.get("arn") if secret else call.inputs["secretId"]
    return {
        "arn": arn,
        "secretArn": arn,
        "versionId": _version_id(call),
        "versionStages": call.inputs.get("versionStages") or ["AWSCURRENT"],
        "hasSecretStringWo": call.inputs.get("secretStringWo") is not None,
    }


def _version_id(call: Call) -> str:
    digits = call.digest("version", 32)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _topic(call: Call, identity: str) -> Mapping[str, Any]:
    return {"arn": identity, "owner": call.caller.account_id, "beginningArchiveTime": ""}


def _certificate(call: Call, identity: str) -> Mapping[str, Any]:
    """Each of its names has a record ("DNS validation", AWS Certificate Manager User Guide)."""
    first = call.inputs.get("domainName")
    names = [first, *(name for name in call.inputs.get("subjectAlternativeNames") or () if name != first)]
    records = [
        {
            "domainName": name,
            "resourceRecordName": f"_{call.digest(f'name {name}', 32)}.{str(name).removeprefix('*.')}.",
            "resourceRecordType": "CNAME",
            "resourceRecordValue": f"_{call.digest(f'value {name}', 32)}.acm-validations.aws.",
        }
        for name in names
    ]
    validated = call.inputs.get("validationMethod") == "DNS"
    return {"arn": identity, "domainValidationOptions": records if validated else [], "type": "AMAZON_ISSUED"}


def _key(call: Call, identity: str) -> Mapping[str, Any]:
    return {"arn": call.arn("kms", f"key/{identity}"), "keyId": identity}


KINDS: Final = (
    Kind(
        "aws:acm/certificate:Certificate",
        lambda call: call.arn("acm", f"certificate/{call.digest('id', 32)}"),
        _certificate,
        replaced_by=frozenset({"domainName", "subjectAlternativeNames", "validationMethod"}),
    ),
    Kind(
        _MANAGED,
        _secret_id,
        lambda call, identity: {"arn": identity, "policy": call.inputs.get("policy") or ""},
        defaults={"forceOverwriteReplicaSecret": False, "namePrefix": None, "recoveryWindowInDays": 30},
        replaced_by=frozenset({"name", "namePrefix"}),
        checks=(json_object("policy"),),
        rules=(
            unique(
                "name",
                "ResourceExistsException",
                "The operation failed because the secret {} already exists.",
            ),
        ),
    ),
    Kind(
        "aws:secretsmanager/secretVersion:SecretVersion",
        lambda call: f"{call.inputs['secretId']}|{_version_id(call)}",
        _secret_version,
        replaced_by=frozenset({"secretId", "secretString", "secretBinary"}),
    ),
    Kind(
        "aws:cloudwatch/logGroup:LogGroup",
        lambda call: str(call.inputs["name"]),
        lambda call, identity: {
            "arn": call.arn("logs", f"log-group:{identity}"),
            "logGroupClass": call.inputs.get("logGroupClass") or "STANDARD",
        },
        defaults={
            "deletionProtectionEnabled": False,
            "namePrefix": None,
            "retentionInDays": 0,
            "skipDestroy": False,
        },
        replaced_by=frozenset({"name", "namePrefix", "logGroupClass"}),
        rules=(
            unique("name", "ResourceAlreadyExistsException", "The specified log group already exists: {}."),
        ),
    ),
    Kind(
        "aws:sns/topic:Topic",
        lambda call: call.arn("sns", str(call.inputs["name"])),
        _topic,
        defaults={"namePrefix": None},
        replaced_by=frozenset({"name", "namePrefix", "fifoTopic"}),
    ),
    Kind("aws:kms/key:Key", _version_id, _key, checks=(json_object("policy"),)),
    Kind(
        "aws:kms/alias:Alias",
        lambda call: str(call.inputs["name"]),
        lambda call, identity: {"arn": call.arn("kms", identity)},
        defaults={"namePrefix": None},
        replaced_by=frozenset({"name", "namePrefix"}),
        rules=(unique("name", "AlreadyExistsException", "An alias with the name {} already exists."),),
    ),
    Kind("aws:secretsmanager/secretPolicy:SecretPolicy", opaque_id, checks=(json_object("policy"),)),
)
