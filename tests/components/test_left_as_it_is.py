"""What the config does not set of a service that is there stays as somebody has set it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from components import AppRunnerService
from components.helpers.app_runner_settings import left_as_it_is
from mailroute.rehearsal.account import AwsResource
from tests.components.deployment import SERVICE, Stack, left
from tests.components.programs import RefusedError
from tests.components.sending import cannot_send

_APP_RUNNER = "arn:aws:apprunner:us-east-1:123456789012"
_ROLE = "arn:aws:iam::123456789012:role/daadaar-backend-instance"
_OF_IMAGE = "sourceConfiguration.imageRepository"
_OF_CODE = "sourceConfiguration.codeRepository.codeConfiguration.codeConfigurationValues"
_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/daadaar-backend:v2"
_UNSET: dict[str, Any] = {"image": "", "port": "", "autoDeploy": "", "cpu": "", "memory": ""}
_BY_HAND: dict[str, Any] = {
    "instanceConfiguration": {"cpu": "2048", "memory": "6144", "instanceRoleArn": _ROLE},
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
        "observabilityConfigurationArn": f"{_APP_RUNNER}:observabilityconfiguration/xray/1/00000001",
    },
    "autoScalingConfigurationArn": f"{_APP_RUNNER}:autoscalingconfiguration/high/1/00000001",
    "encryptionConfiguration": {"kmsKey": "arn:aws:kms:us-east-1:123456789012:key/one"},
    "tags": {"team": "backend"},
}
_CODE_BY_HAND = {
    "authenticationConfiguration": {"connectionArn": f"{_APP_RUNNER}:connection/github/0123456789abcdef"},
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
_CODE_KEYS = {
    "repositoryUrl": "https://github.com/daadaar/backend",
    "branch": "main",
    "connectionArn": f"{_APP_RUNNER}:connection/github/0123456789abcdef",
    "runtime": "PYTHON_311",
}


def by_hand(config: dict[str, Any], **properties: Any) -> Stack:
    """The incident's stack with what `config` says alone, its service set up by hand and imported."""
    stack = Stack.of("prod", **{**_UNSET, "instanceRoleArn": _ROLE, **config})
    [service] = stack.account.of(SERVICE)
    found = {**service.outputs, **_BY_HAND, **properties}
    found["networkConfiguration"] = {
        **found["networkConfiguration"],
        "ipAddressType": "DUAL_STACK",
        "ingressConfiguration": {"isPubliclyAccessible": False},
    }
    image = found["sourceConfiguration"].get("imageRepository")
    if image:
        more = {"port": "3000", "startCommand": "gunicorn app"}
        image = {**image, "imageConfiguration": {**image["imageConfiguration"], **more}}
        found["sourceConfiguration"] = {**found["sourceConfiguration"], "imageRepository": image}
    stack.account.put(AwsResource(SERVICE, service.id, found))
    stack.account.changed.clear()
    stack.state.clear()
    [imported] = stack.account.of(SERVICE)
    stack.adopt(f"mailroute:index:AppRunnerService${SERVICE}", "service", imported)
    return stack


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """The paths of the parts that differ."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before.keys() | after.keys()):
            yield from differences(before.get(name), after.get(name), f"{path}.{name}".lstrip("."))
    elif before != after:
        yield path


def changed(stack: Stack, **config: Any) -> set[str]:
    """What an update changes of the service."""
    [before] = stack.account.of(SERVICE)
    assert stack.up(**config).error is None
    [after] = stack.account.of(SERVICE)
    assert after.id == before.id
    shown_of_every_resource = ("id", "region", "tagsAll")
    paths = differences(before.properties, after.properties)
    return {path for path in paths if not path.startswith(shown_of_every_resource)}


CONNECTOR = "networkConfiguration.egressConfiguration.vpcConnectorArn"
TAGS = {"tags.Name", "tags.pulumi:project", "tags.pulumi:stack", "tags.team"}


def mail(settings: str) -> set[str]:
    return {
        f"{settings}.runtimeEnvironmentVariables.SMTP_HOST",
        f"{settings}.runtimeEnvironmentSecrets.SMTP_USER",
        f"{settings}.runtimeEnvironmentSecrets.SMTP_PASS",
    }


def test_only_mail_connector_and_tags_change() -> None:
    stack = by_hand({})
    assert changed(stack) == {CONNECTOR, *TAGS, *mail(f"{_OF_IMAGE}.imageConfiguration")}
    assert cannot_send(stack.account, stack.account.live()) == ""
    assert stack.up().writes == ()


def test_of_source_code_only_mail_connector_and_tags_change() -> None:
    stack = by_hand({"sourceCode": _CODE_KEYS}, sourceConfiguration=_CODE_BY_HAND)
    # The config's own secrets are the first of this service.
    database = f"{_OF_CODE}.runtimeEnvironmentSecrets"
    assert changed(stack) - {database} == {
        CONNECTOR,
        *TAGS,
        f"{_OF_CODE}.runtimeEnvironmentVariables.SMTP_HOST",
    }
    assert cannot_send(stack.account, stack.account.live()) == ""
    assert stack.up().writes == ()


_KEYS: dict[str, tuple[Any, set[str]]] = {
    "cpu": ("1024", {"instanceConfiguration.cpu"}),
    "memory": ("3072", {"instanceConfiguration.memory"}),
    "healthCheck": (
        {"interval": 20, "protocol": "TCP"},
        {"healthCheckConfiguration.interval", "healthCheckConfiguration.protocol"},
    ),
    "image": (_IMAGE, {f"{_OF_IMAGE}.imageIdentifier"}),
    "accessRoleArn": (
        "arn:aws:iam::123456789012:role/pull",
        {"sourceConfiguration.authenticationConfiguration.accessRoleArn"},
    ),
    "port": ("8080", {f"{_OF_IMAGE}.imageConfiguration.port"}),
    "startCommand": ("uvicorn app", {f"{_OF_IMAGE}.imageConfiguration.startCommand"}),
    "ingress": ("public", {"networkConfiguration.ingressConfiguration.isPubliclyAccessible"}),
    "ipAddressType": ("IPV4", {"networkConfiguration.ipAddressType"}),
    "autoDeploy": ("false", {"sourceConfiguration.autoDeploymentsEnabled"}),
    "observabilityConfigurationArn": (
        f"{_APP_RUNNER}:observabilityconfiguration/other/1/00000002",
        {"observabilityConfiguration.observabilityConfigurationArn"},
    ),
    "autoScalingConfigurationArn": (
        f"{_APP_RUNNER}:autoscalingconfiguration/low/1/00000002",
        {"autoScalingConfigurationArn"},
    ),
}


def test_a_key_changes_what_it_names_and_unset_nothing() -> None:
    stack = by_hand({})
    assert stack.up().error is None
    given = {key: value for key, (value, _) in _KEYS.items()}
    assert changed(stack, **given) == {path for _, paths in _KEYS.values() for path in paths}
    unset = {key: {} if isinstance(value, dict) else "" for key, value in given.items()}
    assert changed(stack, **unset) == set()


def test_an_access_role_stays_while_its_image_is_not_named(register: Callable[..., Any]) -> None:
    """The service may run a private image that the arguments named before."""
    assert "aws:iam/role:Role::api-access" in register(lambda: AppRunnerService("api", args())).resources
    left_out = args(access_role_arn="arn:aws:iam::123456789012:role/pull")
    graph = register(lambda: AppRunnerService("api", left_out))
    assert "aws:iam/role:Role::api-access" not in graph.resources


def args(**changes: Any) -> Any:
    return {
        "service_name": "backend",
        "vpc_id": "vpc-00000001",
        "subnet_ids": ["subnet-00000001"],
        "destinations": [],
        **changes,
    }


_ALWAYS = {
    "auto_deploy": (True, "sourceConfiguration.autoDeploymentsEnabled"),
    "cpu": ("256", "instanceConfiguration.cpu"),
    "memory": ("512", "instanceConfiguration.memory"),
    "publicly_accessible": (False, "networkConfiguration.ingressConfiguration"),
    "ip_address_type": ("IPV4", "networkConfiguration.ipAddressType"),
    "observability_configuration_arn": ("arn", "observabilityConfiguration"),
    "auto_scaling_configuration_arn": ("arn", "autoScalingConfigurationArn"),
    "encryption_kms_key_arn": ("arn", "encryptionConfiguration"),
}


@pytest.mark.parametrize(
    ("origin", "settings", "more"),
    [
        (
            {},
            f"{_OF_IMAGE}.imageConfiguration",
            {
                f"{_OF_IMAGE}.imageIdentifier",
                f"{_OF_IMAGE}.imageRepositoryType",
                "sourceConfiguration.authenticationConfiguration",
            },
        ),
        ({"image": _IMAGE}, f"{_OF_IMAGE}.imageConfiguration", set()),
        (
            {"source_code": {}},
            _OF_CODE,
            {f"{_OF_CODE}.buildCommand", "sourceConfiguration.codeRepository.sourceDirectory"},
        ),
        ({"source_code": {"build_command": "make", "source_directory": "/api"}}, _OF_CODE, set()),
    ],
)
def test_an_argument_is_left_alone_unless_it_is_given(
    origin: dict[str, Any], settings: str, more: set[str]
) -> None:
    of_origin = {"port": (80, f"{settings}.port"), "start_command": ("run", f"{settings}.startCommand")}
    arguments = {**_ALWAYS, **of_origin}
    everything = {path for _, path in arguments.values()} | more | {"healthCheckConfiguration"}
    assert set(left_as_it_is(args(**origin))) == everything
    for argument, (value, path) in arguments.items():
        assert set(left_as_it_is(args(**origin, **{argument: value}))) == everything - {path}


def test_what_apprunner_yaml_says_is_not_named() -> None:
    code = {"source_code": {"configuration": "REPOSITORY"}}
    assert not any("codeConfigurationValues" in path for path in left_as_it_is(args(**code)))


@pytest.mark.parametrize(
    ("health", "names"),
    [
        ({}, {""}),
        (
            {"health_check_path": "/up"},
            {".interval", ".timeout", ".healthyThreshold", ".unhealthyThreshold"},
        ),
        (
            {"health_check": {"interval": 9, "timeout": 9}},
            {".protocol", ".path", ".healthyThreshold", ".unhealthyThreshold"},
        ),
        (
            {"health_check": {"healthy_threshold": 1, "unhealthy_threshold": 2, "protocol": "TCP"}},
            {".path", ".interval", ".timeout"},
        ),
    ],
)
def test_a_part_of_the_health_check_is_left_alone(health: dict[str, Any], names: set[str]) -> None:
    prefix = "healthCheckConfiguration"
    found = {path for path in left_as_it_is(args(**health)) if path.startswith(prefix)}
    assert found == {f"{prefix}{name}" for name in names}


def test_an_image_does_not_take_the_place_of_source_code() -> None:
    stack = by_hand({}, sourceConfiguration=_CODE_BY_HAND)
    failed = stack.up()
    assert "cannot ignore changes to sourceConfiguration.imageRepository" in str(failed.error)
    assert SERVICE not in {write.type for write in failed.writes}


@pytest.mark.parametrize(
    ("given", "olds", "kept"),
    [
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {}, {}),
        ({}, {"a": 2}, {"a": 2}),
        ({"b": {"c": 1}}, {}, {"b": {}}),
        ({}, {}, {}),
        ({"d": {"e": {"f": 1}}}, {"d": {"e": {}}}, {"d": {"e": {}}}),
        ({"d": {"e": {"f": 1}}}, {}, None),
        ({}, {"b": {"c": 1}}, None),
    ],
)
def test_the_engine_resets_a_path(
    given: dict[str, Any], olds: dict[str, Any], kept: dict[str, Any] | None
) -> None:
    if kept is not None:
        assert left(given, olds, ["a", "b.c", "d.e.f"]) == kept
        return
    with pytest.raises(RefusedError, match="one or more elements of the path are missing"):
        left(given, olds, ["a", "b.c", "d.e.f"])
