"""What the config does not set of a service that is there stays as somebody has set it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from components import AppRunnerService
from components.helpers.app_runner_rules import ECR
from components.helpers.app_runner_settings import left_as_it_is
from components.helpers.app_runner_source import CODE as CODE_ORIGIN
from tests.components.deployment import SERVICE, Stack, left
from tests.components.sending import cannot_send
from tests.components.service_by_hand import (
    APP_RUNNER,
    CODE,
    CODE_KEYS,
    CONNECTOR,
    OF_CODE,
    OF_IMAGE,
    ROLE,
    TAGS,
    UNSET,
    changed,
    mail,
    set_up,
)

_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/daadaar-backend:v2"


def by_hand(config: Mapping[str, Any], source: Mapping[str, Any] | None = None) -> Stack:
    """The incident's stack with what `config` says alone, its service set up by hand and imported."""
    stack = Stack.of("prod", **{**UNSET, **config})
    set_up(stack.account, source)
    stack.account.changed.clear()
    stack.state.clear()
    [imported] = stack.account.of(SERVICE)
    stack.adopt(f"mailroute:index:AppRunnerService${SERVICE}", "service", imported)
    return stack


def changed_by_update(stack: Stack, **config: Any) -> set[str]:
    [before] = stack.account.of(SERVICE)
    assert stack.up(**config).error is None
    [after] = stack.account.of(SERVICE)
    return changed(before, after)


def test_only_mail_connector_and_tags_change() -> None:
    stack = by_hand({})
    assert changed_by_update(stack) == {CONNECTOR, *TAGS, *mail(f"{OF_IMAGE}.imageConfiguration")}
    assert cannot_send(stack.account, stack.account.live()) == ""
    assert stack.up().writes == ()


def test_of_source_code_only_mail_connector_and_tags_change() -> None:
    stack = by_hand({"sourceCode": CODE_KEYS}, CODE)
    # The config's own secrets are the first of this service.
    database = f"{OF_CODE}.runtimeEnvironmentSecrets"
    assert changed_by_update(stack) - {database} == {
        CONNECTOR,
        *TAGS,
        f"{OF_CODE}.runtimeEnvironmentVariables.SMTP_HOST",
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
    "image": (_IMAGE, {f"{OF_IMAGE}.imageIdentifier"}),
    "accessRoleArn": (
        "arn:aws:iam::123456789012:role/pull",
        {"sourceConfiguration.authenticationConfiguration.accessRoleArn"},
    ),
    "port": ("8080", {f"{OF_IMAGE}.imageConfiguration.port"}),
    "startCommand": ("uvicorn app", {f"{OF_IMAGE}.imageConfiguration.startCommand"}),
    "ingress": ("public", {"networkConfiguration.ingressConfiguration.isPubliclyAccessible"}),
    "ipAddressType": ("IPV4", {"networkConfiguration.ipAddressType"}),
    "autoDeploy": ("false", {"sourceConfiguration.autoDeploymentsEnabled"}),
    "observabilityConfigurationArn": (
        f"{APP_RUNNER}:observabilityconfiguration/other/1/00000002",
        {"observabilityConfiguration.observabilityConfigurationArn"},
    ),
    "autoScalingConfigurationArn": (
        f"{APP_RUNNER}:autoscalingconfiguration/low/1/00000002",
        {"autoScalingConfigurationArn"},
    ),
}


def test_a_key_changes_what_it_names_and_unset_nothing() -> None:
    stack = by_hand({})
    assert stack.up().error is None
    given = {key: value for key, (value, _) in _KEYS.items()}
    assert changed_by_update(stack, **given) == {path for _, paths in _KEYS.values() for path in paths}
    unset = {key: {} if isinstance(value, dict) else "" for key, value in given.items()}
    assert changed_by_update(stack, **unset) == set()
    assert changed_by_update(stack, startCommand="none", observabilityConfigurationArn="none") == {
        f"{OF_IMAGE}.imageConfiguration.startCommand",
        "observabilityConfiguration.observabilityConfigurationArn",
        "observabilityConfiguration.observabilityEnabled",
    }


def test_an_access_role_stays_while_its_image_is_not_named(register: Callable[..., Any]) -> None:
    """The service may run a private image that the arguments named before."""
    assert "aws:iam/role:Role::api-access" in register(lambda: AppRunnerService("api", args())).resources
    left_out = args(access_role_arn="arn:aws:iam::123456789012:role/pull")
    graph = register(lambda: AppRunnerService("api", left_out))
    assert "aws:iam/role:Role::api-access" not in graph.resources


def test_a_role_stays_where_the_config_names_none() -> None:
    stack = by_hand({"instanceRoleArn": ""})
    [before] = stack.account.of(SERVICE)
    failed = stack.up()
    assert str(failed.error) == (
        f"config mailroute:instanceRoleArn is None: the service has the role {ROLE}, and the secrets are to "
        f"be read; set it to '{ROLE}', or to 'new' for one of the stack's"
    )
    [after] = stack.account.of(SERVICE)
    for roles in ("instanceConfiguration", "sourceConfiguration.authenticationConfiguration"):
        assert not {path for path in changed(before, after) if path.startswith(roles)}
    assert "delete" not in [write.operation for write in failed.writes]
    assert changed_by_update(stack, instanceRoleArn="new") == {"instanceConfiguration.instanceRoleArn"}
    assert changed_by_update(stack, instanceRoleArn="") == set()


def test_a_private_image_needs_a_role_to_be_pulled() -> None:
    """In a preview of the official engine it is one line: `tests/parity/test_left_as_it_is.py`."""
    public = {"imageIdentifier": "public.ecr.aws/nginx/nginx:1", "imageRepositoryType": "ECR_PUBLIC"}
    stack = by_hand(
        {}, {"autoDeploymentsEnabled": False, "imageRepository": {**public, "imageConfiguration": {}}}
    )
    assert stack.up().error is None
    assert "AccessRoleArn" in str(stack.up(image=_IMAGE).error)
    assert stack.up(accessRoleArn="new").error is None


def args(**changes: Any) -> Any:
    return {
        "service_name": "backend",
        "vpc_id": "vpc-00000001",
        "subnet_ids": ["subnet-00000001"],
        "destinations": [],
        **changes,
    }


_CODE = "sourceConfiguration.codeRepository"
_ALWAYS = {
    "auto_deploy": (True, "sourceConfiguration.autoDeploymentsEnabled"),
    "cpu": ("256", "instanceConfiguration.cpu"),
    "memory": ("512", "instanceConfiguration.memory"),
    "instance_role_arn": ("arn", "instanceConfiguration.instanceRoleArn"),
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
            f"{OF_IMAGE}.imageConfiguration",
            {
                f"{OF_IMAGE}.imageIdentifier",
                f"{OF_IMAGE}.imageRepositoryType",
                "sourceConfiguration.authenticationConfiguration",
                _CODE,
            },
        ),
        (
            {"image": _IMAGE},
            f"{OF_IMAGE}.imageConfiguration",
            {"sourceConfiguration.authenticationConfiguration", _CODE},
        ),
        ({"image": _IMAGE, "access_role_arn": "new"}, f"{OF_IMAGE}.imageConfiguration", {_CODE}),
        (
            {"source_code": {}},
            OF_CODE,
            {f"{OF_CODE}.buildCommand", f"{_CODE}.sourceDirectory", OF_IMAGE},
        ),
        ({"source_code": {"build_command": "make", "source_directory": "/api"}}, OF_CODE, {OF_IMAGE}),
    ],
)
def test_an_argument_is_left_alone_unless_it_is_given(
    origin: dict[str, Any], settings: str, more: set[str]
) -> None:
    of_origin = {"port": (80, f"{settings}.port"), "start_command": ("run", f"{settings}.startCommand")}
    arguments = {**_ALWAYS, **of_origin}
    everything = {path for _, path in arguments.values()} | more | {"healthCheckConfiguration"}
    assert set(left_as_it_is(args(**origin), ECR)) == everything
    for argument, (value, path) in arguments.items():
        assert set(left_as_it_is(args(**origin, **{argument: value}), ECR)) == everything - {path}


def test_what_apprunner_yaml_says_is_not_named() -> None:
    code = {"source_code": {"configuration": "REPOSITORY"}}
    assert not any("codeConfigurationValues" in path for path in left_as_it_is(args(**code), CODE_ORIGIN))


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
    found = {path for path in left_as_it_is(args(**health), ECR) if path.startswith(prefix)}
    assert found == {f"{prefix}{name}" for name in names}


_BOTH = ": exactly one of codeRepository, imageRepository must be set, not codeRepository and imageRepository"


@pytest.mark.parametrize(
    ("source", "config", "refusal"),
    [
        (CODE, {}, ".imageRepository.imageIdentifier: a value is required, none is given"),
        (CODE, {"image": _IMAGE}, _BOTH),
        (None, {"sourceCode": CODE_KEYS}, _BOTH),
    ],
    ids=["neither for code", "an image for code", "code for an image"],
)
def test_a_check_refuses_another_kind_of_source(
    source: dict[str, Any] | None, config: dict[str, Any], refusal: str
) -> None:
    """A preview makes the check too, before anything is written."""
    failed = by_hand(config, source).up()
    assert str(failed.error) == f"service: property sourceConfiguration{refusal}"
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
        ({"d": {"e": {"f": 1}}}, {}, {"d": {"e": {"f": 1}}}),
        ({}, {"b": {"c": 1}}, {}),
    ],
)
def test_the_engine_resets_a_path(given: dict[str, Any], olds: dict[str, Any], kept: dict[str, Any]) -> None:
    assert left(given, olds, ["a", "b.c", "d.e.f"]) == kept
