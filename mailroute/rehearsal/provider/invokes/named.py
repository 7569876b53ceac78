"""Things that programs look up by name or ARN: zones, roles, secrets, keys, repositories, identities.

Account files need not show these. What is not there gets the ARN that its name makes, and nothing that
a proof or a program could take for a fact: no policy, no value.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from ...account import AwsResource
from ...account.kind import CREATED_AT
from ...account.kinds.dns import RECORD, ZONE, full_name, vpcs_of
from ...account.kinds.mail import CONFIGURATION_SET, IDENTITY, may_send
from .query import Function, InvokeError, Query

_APP_RUNNER_ZONES: Final = {
    "ap-northeast-1": "Z08491812XW6IPYLR6CCA",
    "ap-south-1": "Z00855883LBHKTIC4ODF2",
    "ap-southeast-1": "Z09819469CZ3KQ8PWMCL",
    "ap-southeast-2": "Z03657752RA8799S0TI5I",
    "eu-central-1": "Z0334911C2FDI2Q9M4FZ",
    "eu-west-1": "Z087551914Z2PCAU0QHMW",
    "eu-west-2": "Z098228427VC6B3IX76ON",
    "eu-west-3": "Z087117439MBKHYM69QS6",
    "us-east-1": "Z01915732ZBZKC8D32TPT",
    "us-east-2": "Z0224347AD7KVHMLOX31",
    "us-west-2": "Z02243383FTQ64HJ5772Q",
}
"""Zones for alias records to App Runner ("AWS App Runner endpoints and quotas", AWS General Reference)."""


def _zone(query: Query) -> Mapping[str, Any]:
    account = query.account
    name = str(query.get("name") or "").rstrip(".").lower()
    wanted_tags: Mapping[str, str] = query.get("tags") or {}
    found = []
    for zone in account.of(ZONE):
        vpcs = list(vpcs_of(account, zone))
        private = bool(query.get("privateZone") or query.get("vpcId"))
        by_id = query.get("zoneId") in (zone.id, None, "") and (query.get("zoneId") or private == bool(vpcs))
        by_name = not name or str(zone.get("name")).rstrip(".").lower() == name
        by_vpc = query.get("vpcId") in (None, "", *vpcs)
        if by_id and by_name and by_vpc and wanted_tags.items() <= (zone.get("tags") or {}).items():
            found.append(zone)
    wanted = query.get("zoneId") or f"{name}{' (private)' if query.get('privateZone') else ''}"
    private = query.get("privateZone") or query.get("vpcId")
    if not found and name and not private and not account.shows_public_zones():
        return _public_zone(name)
    if len(found) != 1:
        problem = "no matching" if not found else "multiple"
        raise InvokeError(
            f"{problem} Route 53 Hosted Zone found for {wanted}: the account shows {len(found)}"
        )
    (zone,) = found
    servers = zone.items("nameServers")
    return {
        "id": zone.id,
        "zoneId": zone.id,
        "arn": zone.get("arn") or f"arn:aws:route53:::hostedzone/{zone.id}",
        "name": str(zone.get("name")).rstrip("."),
        "privateZone": bool(list(vpcs_of(account, zone))),
        "comment": zone.get("comment"),
        "nameServers": servers,
        "primaryNameServer": servers[0] if servers else "",
        "tags": zone.get("tags") or {},
    }


def _public_zone(name: str) -> Mapping[str, Any]:
    """A public zone of which nothing is known but its name: it decides no route."""
    identity = f"Z{digest(name, 20).upper()}"
    arn = f"arn:aws:route53:::hostedzone/{identity}"
    return {"id": identity, "zoneId": identity, "arn": arn, "name": name, "privateZone": False}


_RECORD_FIELDS: Final = (
    "aliasTarget",
    "cidrRoutingConfig",
    "failover",
    "geolocation",
    "geoproximityLocation",
    "healthCheckId",
    "multiValueAnswer",
    "region",
    "setIdentifier",
    "trafficPolicyInstanceId",
    "weight",
)


def _records(query: Query) -> Mapping[str, Any]:
    """`getRecords`: of each record its name, type and values, and nothing of routing policies."""
    zone = str(query.get("zoneId"))
    pattern = re.compile(str(query.get("nameRegex") or ""))
    sets = []
    for record in query.account.of(RECORD):
        name = f"{full_name(query.account, zone, str(record.get('name')))}."
        if record.get("zoneId") == zone and pattern.search(name):
            quote = '"{}"' if record.get("type") in ("TXT", "SPF") else "{}"
            values = [{"value": quote.format(str(value).strip('"'))} for value in record.items("records")]
            shown = {"name": name, "type": record.get("type"), "ttl": record.get("ttl") or 0}
            for alias in record.items("aliases"):
                shown["aliasTarget"] = {
                    "dnsName": alias["name"],
                    "hostedZoneId": alias["zoneId"],
                    "evaluateTargetHealth": alias["evaluateTargetHealth"],
                }
            sets.append({**dict.fromkeys(_RECORD_FIELDS), **shown, "resourceRecords": values})
    return {"id": zone, "resourceRecordSets": sets}


def lookup(
    type_: str, argument: str, prop: str, unseen: Callable[[Query, str], Mapping[str, Any]]
) -> Function:
    """A function that finds what it names in the account, or says what the name says."""

    def function(query: Query) -> Mapping[str, Any]:
        name = str(query.get(argument) or query.get("arn") or "")
        found = _named(query, type_, prop, name)
        if found is None:
            return unseen(query, name)
        return {**unseen(query, str(found.get(prop) or name)), **found.properties, "id": found.id}

    return function


def _named(query: Query, type_: str, prop: str, name: str) -> AwsResource | None:
    for each in query.account.of(type_):
        if name and name in (each.get(prop), each.get("arn"), each.id):
            return each
    return None


def digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def _iam(noun: str, argument: str) -> Callable[[Query, str], Mapping[str, Any]]:
    def unseen(query: Query, name: str) -> Mapping[str, Any]:
        arn = name if name.startswith("arn:") else f"arn:aws:iam::{query.account_id}:{noun}/{name}"
        return {"id": name, "arn": arn, argument: name.rpartition("/")[2], "path": "/"}

    return unseen


def _secret(query: Query, name: str) -> Mapping[str, Any]:
    arn = name if name.startswith("arn:") else query.arn("secretsmanager", f"secret:{name}-{digest(name, 6)}")
    plain = name.rpartition(":")[2].rpartition("-")[0] if name.startswith("arn:") else name
    return {"id": arn, "arn": arn, "name": plain, "createdDate": CREATED_AT, "lastChangedDate": CREATED_AT}


def _secret_version(query: Query) -> Mapping[str, Any]:
    raise InvokeError(
        f"the value of the secret {query.get('secretId')} is in no account file: hand App Runner the "
        "secret's ARN instead, or take the value from the stack's own secret config"
    )


def parameter(query: Query) -> Mapping[str, Any]:
    found = _named(query, "aws:ssm/parameter:Parameter", "name", str(query.get("name")))
    if found is None:
        raise InvokeError(
            f"reading SSM Parameter ({query.get('name')}): ParameterNotFound: the account shows no such "
            "parameter: take its value from the stack's config in a rehearsal"
        )
    return {**found.properties, "id": found.id}


def _hosted_zone_id(query: Query) -> Mapping[str, Any]:
    if query.region not in _APP_RUNNER_ZONES:
        raise InvokeError(f"App Runner is not in {query.region}: it is in {', '.join(_APP_RUNNER_ZONES)}")
    return {"id": _APP_RUNNER_ZONES[query.region]}


def _key(query: Query, name: str) -> Mapping[str, Any]:
    key = digest(name, 32)
    identity = name.rpartition("/")[2] if name.startswith("arn:") or "/" not in name else key
    return {
        "id": identity,
        "arn": query.arn("kms", f"key/{identity}"),
        "keyId": name,
        "awsAccountId": query.account_id,
        "enabled": True,
        "keyState": "Enabled",
    }


def _alias(query: Query, name: str) -> Mapping[str, Any]:
    arn = query.arn("kms", name)
    key = digest(name, 32)
    return {
        "id": arn,
        "arn": arn,
        "name": name,
        "targetKeyId": key,
        "targetKeyArn": query.arn("kms", f"key/{key}"),
    }


def _repository(query: Query, name: str) -> Mapping[str, Any]:
    registry = query.get("registryId") or query.account_id
    return {
        "id": name,
        "arn": query.arn("ecr", f"repository/{name}"),
        "name": name,
        "registryId": registry,
        "repositoryUrl": f"{registry}.dkr.ecr.{query.region}.amazonaws.com/{name}",
    }


def arn_named(service: str, form: str) -> Callable[[Query, str], Mapping[str, Any]]:
    """What a name alone says: an ARN; `{}` in `form` stands for the name."""

    def unseen(query: Query, name: str) -> Mapping[str, Any]:
        arn = name if name.startswith("arn:") else query.arn(service, form.format(name))
        return {"id": arn, "arn": arn, "name": name}

    return unseen


def _bucket(query: Query, name: str) -> Mapping[str, Any]:
    return {
        "id": name,
        "arn": f"arn:aws:s3:::{name}",
        "bucket": name,
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegion": query.region,
        "bucketRegionalDomainName": f"{name}.s3.{query.region}.amazonaws.com",
    }


def _queue(query: Query, name: str) -> Mapping[str, Any]:
    url = f"https://sqs.{query.region}.amazonaws.com/{query.account_id}/{name}"
    return {"id": url, "arn": query.arn("sqs", name), "name": name, "url": url}


def _image(query: Query) -> Mapping[str, Any]:
    """`getAmi`: some image; which one it is decides nothing here."""
    identity = f"ami-0{digest(repr(sorted(query.arguments.items())), 16)}"
    return {
        "id": identity,
        "imageId": identity,
        "arn": f"arn:aws:ec2:{query.region}::image/{identity}",
        "architecture": "x86_64",
        "name": identity,
        "rootDeviceName": "/dev/xvda",
        "rootDeviceType": "ebs",
        "state": "available",
        "virtualizationType": "hvm",
    }


def _email_identity(query: Query) -> Mapping[str, Any]:
    name = str(query.get("emailIdentity"))
    found = query.account.find(IDENTITY, name)
    if found is None:
        raise InvokeError(
            f"reading SESV2 (Simple Email V2) Email Identity Data Source ({name}): couldn't find resource"
        )
    signing = found.get("dkimSigningAttributes")
    verified = may_send(query.account, name)
    return {
        **found.properties,
        "id": found.id,
        "dkimSigningAttributes": [signing] if signing else [],
        "verificationStatus": "SUCCESS" if verified else "PENDING",
        "verifiedForSendingStatus": verified,
    }


def _configuration_set(query: Query) -> Mapping[str, Any]:
    """`getConfigurationSet`: the one of this name, if the account shows it."""
    name = str(query.get("configurationSetName"))
    found = query.account.find(CONFIGURATION_SET, name)
    if found is None:
        raise InvokeError(
            f"reading SESV2 (Simple Email V2) Configuration Set Data Source ({name}): couldn't find resource"
        )
    return {**found.properties, "id": found.id, "configurationSetName": name}


FUNCTIONS: Final[Mapping[str, Function]] = {
    "aws:apprunner/getHostedZoneId:getHostedZoneId": _hosted_zone_id,
    "aws:cloudwatch/getLogGroup:getLogGroup": lookup(
        "aws:cloudwatch/logGroup:LogGroup", "name", "name", arn_named("logs", "log-group:{}")
    ),
    "aws:ec2/getAmi:getAmi": _image,
    "aws:ecr/getRepository:getRepository": lookup(
        "aws:ecr/repository:Repository", "name", "name", _repository
    ),
    "aws:iam/getPolicy:getPolicy": lookup("aws:iam/policy:Policy", "name", "name", _iam("policy", "name")),
    "aws:iam/getRole:getRole": lookup("aws:iam/role:Role", "name", "name", _iam("role", "name")),
    "aws:iam/getUser:getUser": lookup("aws:iam/user:User", "userName", "name", _iam("user", "userName")),
    "aws:kms/getAlias:getAlias": lookup("aws:kms/alias:Alias", "name", "name", _alias),
    "aws:kms/getKey:getKey": lookup("aws:kms/key:Key", "keyId", "keyId", _key),
    "aws:route53/getRecords:getRecords": _records,
    "aws:route53/getZone:getZone": _zone,
    "aws:s3/getBucket:getBucket": lookup("aws:s3/bucket:Bucket", "bucket", "bucket", _bucket),
    "aws:sns/getTopic:getTopic": lookup("aws:sns/topic:Topic", "name", "name", arn_named("sns", "{}")),
    "aws:sqs/getQueue:getQueue": lookup("aws:sqs/queue:Queue", "name", "name", _queue),
    "aws:secretsmanager/getSecret:getSecret": lookup(
        "aws:secretsmanager/secret:Secret", "name", "name", _secret
    ),
    "aws:secretsmanager/getSecretVersion:getSecretVersion": _secret_version,
    "aws:sesv2/getConfigurationSet:getConfigurationSet": _configuration_set,
    "aws:sesv2/getEmailIdentity:getEmailIdentity": _email_identity,
}
