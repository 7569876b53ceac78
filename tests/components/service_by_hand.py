"""The incident's service with every setting made by hand, and what an update changes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mailroute.rehearsal.account import Account, AwsResource

SERVICE = "aws:apprunner/service:Service"
APP_RUNNER = "arn:aws:apprunner:us-east-1:123456789012"
ROLE = "arn:aws:iam::123456789012:role/daadaar-backend-instance"
OF_IMAGE = "sourceConfiguration.imageRepository"
OF_CODE = "sourceConfiguration.codeRepository.codeConfiguration.codeConfigurationValues"
CONNECTOR = "networkConfiguration.egressConfiguration.vpcConnectorArn"
TAGS = {"tags.Name", "tags.pulumi:project", "tags.pulumi:stack", "tags.team"}
UNSET = {
    "image": "",
    "port": "",
    "autoDeploy": "",
    "cpu": "",
    "memory": "",
    "instanceRoleArn": ROLE,
}
"""A config of the incident's stack that says nothing of the service, but which role reads its secrets."""
CODE_KEYS = {
    "repositoryUrl": "https://github.com/daadaar/backend",
    "branch": "main",
    "connectionArn": f"{APP_RUNNER}:connection/github/0123456789abcdef",
    "runtime": "PYTHON_311",
}
_BY_HAND: dict[str, Any] = {
    "instanceConfiguration": {"cpu": "2048", "memory": "6144", "instanceRoleArn": ROLE},
    "healthCheckConfiguration": {
        "protocol": "HTTP",
        "path": "/up",
        "interval": 10,
        "timeout": 4,
        "healthyThreshold": 2,
        "unhealthyThreshold": 7,
    },
    "observabilityConfiguration": {
        "observabilityEnabled": True,
        "observabilityConfigurationArn": f"{APP_RUNNER}:observabilityconfiguration/xray/1/00000001",
    },
    "autoScalingConfigurationArn": f"{APP_RUNNER}:autoscalingconfiguration/high/1/00000001",
    "encryptionConfiguration": {"kmsKey": "arn:aws:kms:us-east-1:123456789012:key/one"},
    "tags": {"team": "backend"},
}
CODE = {
    "authenticationConfiguration": {"connectionArn": f"{APP_RUNNER}:connection/github/0123456789abcdef"},
    "autoDeploymentsEnabled": True,
    "codeRepository": {
        "repositoryUrl": "https://github.com/daadaar/backend",
        "sourceDirectory": "/api",
        "sourceCodeVersion": {"type": "BRANCH", "value": "main"},
        "codeConfiguration": {
            "configurationSource": "API",
            "codeConfigurationValues": {
                "runtime": "PYTHON_311",
                "buildCommand": "make",
                "startCommand": "gunicorn app",
                "port": "3000",
                "runtimeEnvironmentVariables": {"SMTP_HOST": "smtp-relay.brevo.com", "SMTP_PORT": "587"},
            },
        },
    },
}


def set_up(account: Account, source: Mapping[str, Any] | None = None) -> None:
    """Have somebody set up the incident's service by hand, with an image or else what `source` says."""
    [service] = account.of(SERVICE)
    found = {**service.outputs, **_BY_HAND}
    found["networkConfiguration"] = {
        **found["networkConfiguration"],
        "ipAddressType": "DUAL_STACK",
        "ingressConfiguration": {"isPubliclyAccessible": False},
    }
    if source is None:
        more = {"port": "3000", "startCommand": "gunicorn app"}
        image = found["sourceConfiguration"]["imageRepository"]
        image = {**image, "imageConfiguration": {**image["imageConfiguration"], **more}}
        source = {**found["sourceConfiguration"], "imageRepository": image}
    account.put(AwsResource(SERVICE, service.id, {**found, "sourceConfiguration": source}))


def mail(settings: str) -> set[str]:
    """The variables below `settings` that change where mail goes to SES instead of the relay."""
    return {
        f"{settings}.runtimeEnvironmentVariables.SMTP_HOST",
        f"{settings}.runtimeEnvironmentSecrets.SMTP_USER",
        f"{settings}.runtimeEnvironmentSecrets.SMTP_PASS",
    }


def changed(before: AwsResource, after: AwsResource) -> set[str]:
    """The settings of a service that differ, without what the provider shows of every resource."""
    assert after.id == before.id
    paths = _differences(before.properties, after.properties)
    return {path for path in paths if path.partition(".")[0] not in ("id", "region", "tagsAll")}


def _differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """The paths of the parts that differ."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before.keys() | after.keys()):
            yield from _differences(before.get(name), after.get(name), f"{path}.{name}".lstrip("."))
    elif before != after:
        yield path
