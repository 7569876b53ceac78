"""What pulumi-aws is given for an App Runner service, and what it is told to leave as it is.

What is not asked for is not only left out: of most settings the provider takes the absence for App Runner's
default, and would put a service back to it that has something else ("aws.apprunner.Service", pulumi-aws).
"""

from collections.abc import Iterator
from typing import Any, Optional, cast

import pulumi
import pulumi_aws as aws

from .app_runner_args import AppRunnerServiceArgs
from .app_runner_rules import ECR, ECR_PUBLIC
from .app_runner_source import API, CODE, SAMPLE_IMAGE, SourceCodeArgs, is_from_file

_SOURCE = "sourceConfiguration"
_IMAGE = f"{_SOURCE}.imageRepository"
_CODE = f"{_SOURCE}.codeRepository"
_ROLE = "instanceConfiguration.instanceRoleArn"
_OF_IMAGE = f"{_IMAGE}.imageConfiguration"
_OF_CODE = f"{_CODE}.codeConfiguration.codeConfigurationValues"
_HEALTH = "healthCheckConfiguration"
_HEALTH_PROPERTIES = {
    "interval": "interval",
    "timeout": "timeout",
    "healthy_threshold": "healthyThreshold",
    "unhealthy_threshold": "unhealthyThreshold",
}
_PROPERTIES = {
    "auto_deploy": f"{_SOURCE}.autoDeploymentsEnabled",
    "cpu": "instanceConfiguration.cpu",
    "memory": "instanceConfiguration.memory",
    "instance_role_arn": _ROLE,
    "publicly_accessible": "networkConfiguration.ingressConfiguration",
    "ip_address_type": "networkConfiguration.ipAddressType",
    "observability_configuration_arn": "observabilityConfiguration",
    "auto_scaling_configuration_arn": "autoScalingConfigurationArn",
    "encryption_kms_key_arn": "encryptionConfiguration",
}
"""Arguments, and the property of the service that stays as it is where they are not given."""


def left_as_it_is(args: AppRunnerServiceArgs, origin: str) -> list[str]:
    """The properties of the service, for `ignore_changes`, that the arguments say nothing about, or hold.

    Args:
        origin: `ECR`, `ECR_PUBLIC` or `CODE`.
    """
    return [
        *(path for argument, path in _PROPERTIES.items() if argument not in args),
        *_health_left(args),
        *_source_left(args, origin),
        *_held(args),
    ]


def _held(args: AppRunnerServiceArgs) -> Iterator[str]:
    if "hold" not in args:
        return
    of_origin = _OF_CODE if "source_code" in args else _OF_IMAGE
    for variable in args["hold"]["variables"]:
        for kind in ("Variables", "Secrets"):
            yield f"{of_origin}.runtimeEnvironment{kind}.{variable}"
    yield "networkConfiguration.egressConfiguration"
    if "instance_role_arn" in args:
        yield _ROLE


def _health_left(args: AppRunnerServiceArgs) -> Iterator[str]:
    asked = args.get("health_check", {})
    if not asked and "health_check_path" not in args:
        yield _HEALTH
        return
    for argument, name in _HEALTH_PROPERTIES.items():
        if argument not in asked:
            yield f"{_HEALTH}.{name}"
    if "health_check_path" not in args:
        yield f"{_HEALTH}.path"
        if "protocol" not in asked:
            yield f"{_HEALTH}.protocol"


def _source_left(args: AppRunnerServiceArgs, origin: str) -> Iterator[str]:
    # App Runner keeps the kind of source: with the other one left as it is, the provider refuses both in a
    # preview.
    yield _IMAGE if "source_code" in args else _CODE
    of_origin = _OF_CODE if "source_code" in args else _OF_IMAGE
    settings = "" if is_from_file(args) else of_origin
    if settings:
        for argument, name in (("port", "port"), ("start_command", "startCommand")):
            if argument not in args:
                yield f"{settings}.{name}"
    if "source_code" in args:
        if settings and "build_command" not in args["source_code"]:
            yield f"{settings}.buildCommand"
        if "source_directory" not in args["source_code"]:
            yield f"{_CODE}.sourceDirectory"
        return
    if "image" not in args:
        yield from (f"{_IMAGE}.imageIdentifier", f"{_IMAGE}.imageRepositoryType")
    if "image" not in args or (origin == ECR and "access_role_arn" not in args):
        yield f"{_SOURCE}.authenticationConfiguration"


def source(
    args: AppRunnerServiceArgs, origin: str, access_role_arn: Optional[pulumi.Input[str]], is_own_image: bool
) -> aws.apprunner.ServiceSourceConfigurationArgsDict:
    """Where what runs comes from, and how it runs.

    Args:
        origin: `ECR`, `ECR_PUBLIC` or `CODE`.
        access_role_arn: the role that pulls a private image.
        is_own_image: whether a private image is in the account's own registry, which App Runner can watch.
    """
    watched = origin == CODE or (origin != ECR_PUBLIC and is_own_image)
    given: aws.apprunner.ServiceSourceConfigurationArgsDict = {
        "auto_deployments_enabled": args.get("auto_deploy", watched)
    }
    if "source_code" in args:
        code = args["source_code"]
        given["code_repository"] = _code_repository(code, {} if is_from_file(args) else _runtime(args))
        given["authentication_configuration"] = {"connection_arn": code["connection_arn"]}
        return given
    given["image_repository"] = {
        "image_identifier": args.get("image", SAMPLE_IMAGE),
        "image_repository_type": origin,
        "image_configuration": cast(Any, _runtime(args)),
    }
    if origin != ECR_PUBLIC and access_role_arn is not None:
        given["authentication_configuration"] = {"access_role_arn": access_role_arn}
    return given


def _code_repository(
    code: SourceCodeArgs, runtime: dict[str, Any]
) -> aws.apprunner.ServiceSourceConfigurationCodeRepositoryArgsDict:
    values: Any = {"configuration_source": code.get("configuration", API)}
    if runtime:
        given = {name: value for name, value in code.items() if name in ("runtime", "build_command")}
        values["code_configuration_values"] = {**given, **runtime}
    repository: aws.apprunner.ServiceSourceConfigurationCodeRepositoryArgsDict = {
        "repository_url": code["repository_url"],
        "source_code_version": {"type": "BRANCH", "value": code["branch"]},
        "code_configuration": values,
    }
    if "source_directory" in code:
        repository["source_directory"] = code["source_directory"]
    return repository


def _runtime(args: AppRunnerServiceArgs) -> dict[str, Any]:
    """What an image and source code are run with alike."""
    runtime: dict[str, Any] = {
        "port": str(args.get("port", 8080)),
        "runtime_environment_variables": args.get("environment", {}),
        "runtime_environment_secrets": args.get("secrets", {}),
    }
    if command := args.get("start_command"):
        runtime["start_command"] = command
    return runtime


def instance(
    args: AppRunnerServiceArgs, role_arn: pulumi.Input[str]
) -> aws.apprunner.ServiceInstanceConfigurationArgsDict:
    """The size of an instance, and the role that the application runs with."""
    given: aws.apprunner.ServiceInstanceConfigurationArgsDict = {"instance_role_arn": role_arn}
    if "cpu" in args and "memory" in args:
        given["cpu"], given["memory"] = args["cpu"], args["memory"]
    return given


def health_check(
    args: AppRunnerServiceArgs,
) -> Optional[aws.apprunner.ServiceHealthCheckConfigurationArgsDict]:
    """How App Runner watches an instance, as far as the arguments say."""
    given: aws.apprunner.ServiceHealthCheckConfigurationArgsDict = {**args.get("health_check", {})}
    if "health_check_path" in args:
        given["protocol"], given["path"] = "HTTP", args["health_check_path"]
    return given or None


def network(
    args: AppRunnerServiceArgs, connector_arn: pulumi.Input[str]
) -> aws.apprunner.ServiceNetworkConfigurationArgsDict:
    """The way out through the connector, and where requests come from as far as the arguments say."""
    given: aws.apprunner.ServiceNetworkConfigurationArgsDict = {
        "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector_arn}
    }
    if "publicly_accessible" in args:
        given["ingress_configuration"] = {"is_publicly_accessible": args["publicly_accessible"]}
    if "ip_address_type" in args:
        given["ip_address_type"] = args["ip_address_type"]
    return given


def observability(
    args: AppRunnerServiceArgs,
) -> Optional[aws.apprunner.ServiceObservabilityConfigurationArgsDict]:
    """How requests are traced."""
    if "observability_configuration_arn" not in args:
        return None
    arn = args["observability_configuration_arn"]
    if not arn:
        return {"observability_enabled": False}
    return {"observability_enabled": True, "observability_configuration_arn": arn}


def encryption(
    args: AppRunnerServiceArgs,
) -> Optional[aws.apprunner.ServiceEncryptionConfigurationArgsDict]:
    """The key for App Runner's copies of the image."""
    return {"kms_key": args["encryption_kms_key_arn"]} if "encryption_kms_key_arn" in args else None
