"""Whether a service runs what an update gave it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi
import pulumi_aws as aws

from . import checks
from .app_runner_args import AppRunnerServiceArgs

_IMAGE, _PORT, _COMMAND, _CPU, _MEMORY, _PATH = _SETTINGS = (
    "the image",
    "the port",
    "the start command",
    "the CPU units",
    "the memory",
    "the health check's path",
)
_REPOSITORY, _BRANCH = "the repository", "the branch"
_ROLE, _CONNECTOR = "the instance role", "VPC connector"
_ARGUMENTS = ("image", "port", "start_command", "cpu", "memory", "health_check_path")
"""The arguments that ask for each of the settings."""


class DeploymentError(pulumi.RunError):
    """The service does not run what the program asked for."""


def confirmed(
    args: AppRunnerServiceArgs,
    service: aws.apprunner.Service,
    connector_arn: pulumi.Input[str],
    instance_role_arn: pulumi.Input[str],
) -> pulumi.Output[None]:
    """Known once the service runs with the settings that it was given.

    App Runner rolls a failed deployment back, and the provider takes the service, RUNNING again, for updated.
    What fails here fails the update before the engine deletes anything: what the service still uses stays.
    That a service shows its old settings after a rollback is what its users report (aws/apprunner-roadmap,
    issues 59 and 272); AWS documents no more than the operation's status, which no resource or function of
    pulumi-aws reads.

    Raises:
        DeploymentError: in an update, some setting is another one.
    """

    def compare(parts: Sequence[Any]) -> None:
        name, asked, *outputs = parts
        found = _found(*outputs)
        variables = found.keys() - set(_SETTINGS)
        other = sorted(key for key in asked.keys() | variables if asked.get(key) != found.get(key))
        if other and not pulumi.runtime.is_dry_run():
            raise DeploymentError(
                f"App Runner service {name!r} does not run with what this update gave it: "
                f"{checks.listed(other)}; App Runner has rolled the deployment back, and nothing was "
                "deleted: see its event and application logs, fix what fails, and run: pulumi up --refresh"
            )

    given: Mapping[str, Any] = cast(Any, args)
    asked: dict[str, Any] = {
        **args.get("environment", {}),
        **args.get("secrets", {}),
        **{called: given[name] for name, called in zip(_ARGUMENTS, _SETTINGS, strict=True) if name in given},
        _ROLE: instance_role_arn,
        _CONNECTOR: connector_arn,
    }
    if _PORT in asked:
        asked[_PORT] = str(asked[_PORT])
    if "source_code" in args:
        code = args["source_code"]
        asked |= {_REPOSITORY: code["repository_url"], _BRANCH: code["branch"]}
    outputs = (
        service.source_configuration,
        service.instance_configuration,
        service.network_configuration,
        service.health_check_configuration,
    )
    return pulumi.Output.unsecret(pulumi.Output.all(service.service_name, asked, *outputs).apply(compare))


def _found(source: Any, instance: Any, network: Any, health_check: Any) -> dict[str, Any]:
    """What a service runs with, as the provider has read it."""
    if repository := source.get("code_repository"):
        configuration = repository.get("code_configuration") or {}
        runtime = configuration.get("code_configuration_values") or {}
        version = repository["source_code_version"]
        origin = {_REPOSITORY: repository["repository_url"], _BRANCH: version["value"]}
    else:
        repository = source["image_repository"]
        runtime = repository["image_configuration"]
        origin = {_IMAGE: repository["image_identifier"]}
    return {
        **(runtime.get("runtime_environment_variables") or {}),
        **(runtime.get("runtime_environment_secrets") or {}),
        **origin,
        _PORT: runtime.get("port"),
        _COMMAND: runtime.get("start_command") or "",
        _CPU: instance.get("cpu"),
        _MEMORY: instance.get("memory"),
        _PATH: (health_check or {}).get("path"),
        _ROLE: instance.get("instance_role_arn"),
        _CONNECTOR: network["egress_configuration"].get("vpc_connector_arn"),
    }
