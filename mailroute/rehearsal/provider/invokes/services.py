"""What programs look up of certificates, images, clusters and the like, and what AWS itself publishes."""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Mapping
from typing import Any, Final

from mailroute.wire import Secret

from ...account.kind import CREATED_AT
from .named import digest, lookup, parameter
from .query import Function, InvokeError, Query

_LOG_DELIVERY_ACCOUNTS: Final = {
    "af-south-1": "098369216593",
    "ap-east-1": "754344448648",
    "ap-northeast-1": "582318560864",
    "ap-northeast-2": "600734575887",
    "ap-northeast-3": "383597477331",
    "ap-south-1": "718504428378",
    "ap-southeast-1": "114774131450",
    "ap-southeast-2": "783225319266",
    "ap-southeast-3": "589379963580",
    "ca-central-1": "985666609251",
    "eu-central-1": "054676820928",
    "eu-north-1": "897822967062",
    "eu-south-1": "635631232127",
    "eu-west-1": "156460612806",
    "eu-west-2": "652711504416",
    "eu-west-3": "009996457667",
    "me-south-1": "076674570225",
    "sa-east-1": "507241528517",
    "us-east-1": "127311923021",
    "us-east-2": "033677994240",
    "us-west-1": "027434742980",
    "us-west-2": "797873946194",
}
"""Its own accounts ("Enable access logs for your Application Load Balancer", Elastic Load Balancing)."""
_PUNCTUATION: Final = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_LOAD_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"


def _certificate(query: Query, name: str) -> Mapping[str, Any]:
    arn = name if name.startswith("arn:") else query.arn("acm", f"certificate/{digest(name, 32)}")
    return {"id": arn, "arn": arn, "domain": name, "status": "ISSUED"}


def _registry_token(query: Query) -> Mapping[str, Any]:
    """A login that opens no registry."""
    registry = query.get("registryId") or query.account_id
    password = f"made-up-password-for-{registry}"
    token = base64.b64encode(f"AWS:{password}".encode()).decode()
    return {
        "id": query.region,
        "authorizationToken": Secret(token),
        "userName": "AWS",
        "password": Secret(password),
        "expiresAt": CREATED_AT,
        "proxyEndpoint": f"https://{registry}.dkr.ecr.{query.region}.amazonaws.com",
    }


def _image(query: Query) -> Mapping[str, Any]:
    """A digest that the name and tag make."""
    name = str(query.get("repositoryName"))
    tag = query.get("imageTag") or "latest"
    manifest = str(query.get("imageDigest") or f"sha256:{digest(f'{name}:{tag}', 64)}")
    registry = query.get("registryId") or query.account_id
    repository = f"{registry}.dkr.ecr.{query.region}.amazonaws.com/{name}"
    return {
        "id": manifest,
        "imageDigest": manifest,
        "imageTags": [tag],
        "imageUri": f"{repository}@{manifest}",
        "imagePushedAt": 1767603600,
        "imageSizeInBytes": 50_000_000,
        "registryId": registry,
    }


def _cluster(query: Query, name: str) -> Mapping[str, Any]:
    called = name.rpartition("/")[2]
    arn = query.arn("ecs", f"cluster/{called}")
    return {"id": arn, "arn": arn, "clusterName": called, "status": "ACTIVE"}


def _task_definition(query: Query) -> Mapping[str, Any]:
    """The latest revision of a family, or the one that is named."""
    name = str(query.get("taskDefinition")).rpartition("/")[2]
    family, _, revision = name.partition(":")
    found = [
        each
        for each in query.account.of("aws:ecs/taskDefinition:TaskDefinition")
        if each.get("family") == family and revision in ("", str(each.get("revision")))
    ]
    if found:
        latest = max(found, key=lambda each: int(each.get("revision") or 1))
        return {**latest.properties, "id": latest.id, "status": "ACTIVE"}
    arn = query.arn("ecs", f"task-definition/{family}:{revision or 1}")
    return {
        "id": arn,
        "arn": arn,
        "arnWithoutRevision": arn.rpartition(":")[0],
        "family": family,
        "revision": int(revision or 1),
        "status": "ACTIVE",
    }


def _load_balancer(query: Query) -> Mapping[str, Any]:
    """Only one that the account has: its subnets and groups decide where packets go."""
    wanted = {key: query.get(key) for key in ("arn", "name") if query.get(key)}
    tags: Mapping[str, str] = query.get("tags") or {}
    found = [
        each
        for each in query.account.of(_LOAD_BALANCER)
        if all(each.get(key) == value for key, value in wanted.items())
        and tags.items() <= (each.get("tags") or {}).items()
    ]
    if len(found) != 1:
        asked = ", ".join(f"{key}={value}" for key, value in wanted.items()) or "these constraints"
        raise InvokeError(f"{len(found)} load balancers of the account matched {asked}, not one")
    return {**found[0].properties, "id": found[0].id}


def _log_delivery_account(query: Query) -> Mapping[str, Any]:
    """The account of Elastic Load Balancing in the region."""
    if query.region not in _LOG_DELIVERY_ACCOUNTS:
        raise InvokeError(
            f"Elastic Load Balancing has no account of its own in {query.region}: grant access to the "
            "service principal logdelivery.elasticloadbalancing.amazonaws.com"
        )
    account = _LOG_DELIVERY_ACCOUNTS[query.region]
    return {"id": account, "arn": f"arn:aws:iam::{account}:root"}


def _random_password(query: Query) -> Mapping[str, Any]:
    """The same for the same arguments in every rehearsal."""
    allowed = string.ascii_letters + string.digits + _PUNCTUATION
    for argument, letters in (
        ("excludeLowercase", string.ascii_lowercase),
        ("excludeUppercase", string.ascii_uppercase),
        ("excludeNumbers", string.digits),
        ("excludePunctuation", _PUNCTUATION),
    ):
        if query.get(argument):
            allowed = "".join(letter for letter in allowed if letter not in letters)
    allowed = "".join(letter for letter in allowed if letter not in (query.get("excludeCharacters") or ""))
    if not allowed:
        raise InvokeError("every character of the password is excluded: leave one kind of them in")
    seed = repr(sorted(query.arguments.items()))
    drawn = (int(digest(f"{seed}{index}", 8), 16) for index in range(int(query.get("passwordLength") or 32)))
    password = "".join(allowed[number % len(allowed)] for number in drawn)
    return {"id": query.region, "randomPassword": Secret(password)}


def _public_parameter(query: Query) -> Mapping[str, Any] | None:
    """A parameter that AWS publishes for an image; `None` for any other.

    Source: AWS Systems Manager User Guide, "Finding public parameters"; Amazon ECS Developer Guide,
    "Retrieving Amazon ECS-optimized Linux AMI metadata".
    """
    name = str(query.get("name"))
    if not name.startswith("/aws/service/") or name.startswith("/aws/service/global-infrastructure"):
        return None
    family = name.removesuffix("/image_id")
    image = f"ami-0{digest(f'{query.region}{family}', 16)}"
    whole = name.endswith("/recommended") and "/ecs/" in name
    value = json.dumps({"image_id": image, "os": "Amazon Linux"}) if whole else image
    return {
        "id": name,
        "arn": f"arn:aws:ssm:{query.region}::parameter{name}",
        "name": name,
        "type": "String",
        "value": value,
        "insecureValue": value,
        "version": 1,
    }


def _ssm_parameter(query: Query) -> Mapping[str, Any]:
    """What the account shows; of AWS's public parameters (`/aws/service/...`) an image's id."""
    return _public_parameter(query) or parameter(query)


def _ip_ranges(_query: Query) -> Mapping[str, Any]:
    """Refused: made-up addresses would decide what rules let through.

    Source: Amazon VPC User Guide, "AWS IP address ranges": they change several times a week.
    """
    raise InvokeError(
        "which addresses AWS has is not known here, and decides what rules let through: in a rehearsal, take "
        "the blocks from the stack's config, or a managed prefix list of AWS by its id"
    )


FUNCTIONS: Final[Mapping[str, Function]] = {
    "aws:acm/getCertificate:getCertificate": lookup(
        "aws:acm/certificate:Certificate", "domain", "domainName", _certificate
    ),
    "aws:alb/getLoadBalancer:getLoadBalancer": _load_balancer,
    "aws:ecr/getAuthorizationToken:getAuthorizationToken": _registry_token,
    "aws:ecr/getCredentials:getCredentials": _registry_token,
    "aws:ecr/getImage:getImage": _image,
    "aws:ecs/getCluster:getCluster": lookup("aws:ecs/cluster:Cluster", "clusterName", "name", _cluster),
    "aws:ecs/getTaskDefinition:getTaskDefinition": _task_definition,
    "aws:elb/getServiceAccount:getServiceAccount": _log_delivery_account,
    "aws:index/getIpRanges:getIpRanges": _ip_ranges,
    "aws:lb/getLoadBalancer:getLoadBalancer": _load_balancer,
    "aws:ssm/getParameter:getParameter": _ssm_parameter,
    "aws:secretsmanager/getRandomPassword:getRandomPassword": _random_password,
}
