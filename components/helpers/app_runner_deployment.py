"""Whether a service runs what an update gave it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi
import pulumi_aws as aws

from . import checks
from .app_runner_args import NEW, AppRunnerServiceArgs
from .app_runner_rules import ECR

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
    What the arguments hold back is another one too, and then it says why.
    That a service shows its old settings after a rollback is what its users report (aws/apprunner-roadmap,
    issues 59 and 272); AWS documents no more than the operation's status, which no resource or function of
    pulumi-aws reads.

    Raises:
        DeploymentError: in an update, some setting is another one.
    """

    def compare(parts: Sequence[Any]) -> None:
        name, asked, *outputs = parts
        found = _found(*outputs)
        variables = found.keys() - {*_SETTINGS, _ROLE}
        other = sorted(key for key in asked.keys() | variables if asked.get(key) != found.get(key))
        if other and not pulumi.runtime.is_dry_run():
            if "hold" in args:
                kept = f"App Runner service {name!r} keeps {checks.listed(other)}: {args['hold']['reason']}"
                raise DeploymentError(kept)
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
        _CONNECTOR: connector_arn,
    }
    if "instance_role_arn" in args:
        asked[_ROLE] = instance_role_arn
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


def require_roles(
    label: checks.Label,
    args: AppRunnerServiceArgs,
    origin: str,
    service: aws.apprunner.Service,
    instance_role_arn: pulumi.Output[str],
) -> pulumi.Output[None]:
    """Known once a service whose arguments name no role has one that serves.

    A service that is there keeps the roles that it has. Its instance role may do what the application does in
    AWS, and has to read the secrets as well. In a preview its role is known, and a new one is not.

    Args:
        origin: `ECR`, `ECR_PUBLIC` or `CODE`.

    Raises:
        ArgumentError: it runs with another role than the stack's, or has none to pull a private image.
    """

    def compare_instance(parts: Sequence[Any]) -> None:
        instance, own = parts
        found = (instance or {}).get("instance_role_arn")
        if found != own:
            rule = f"the service has the role {found}" if found else "the service has no role"
            named = f"{found!r}, or to " if found else ""
            remedy = f"set it to {named}{NEW!r} for one of the stack's"
            checks.refuse(instance_label, None, f"{rule}, and the secrets are to be read", remedy)

    def compare_access(found: Any) -> None:
        if not found:
            rule = "the service has no role to pull a private image with"
            checks.refuse(access_label, None, rule, f"set it, or to {NEW!r} for one of the stack's")

    instance_label, access_label = label("instance_role_arn"), label("access_role_arn")
    checked: list[pulumi.Output[None]] = []
    if "instance_role_arn" not in args:
        own = instance_role_arn.future()
        checked.append(pulumi.Output.all(service.instance_configuration, own).apply(compare_instance))
    if origin == ECR and "access_role_arn" not in args:
        access = service.source_configuration.apply(_authentication, run_with_unknowns=True)
        checked.append(access.apply(compare_access))
    return pulumi.Output.unsecret(pulumi.Output.all(*checked).apply(lambda _: None))


def _authentication(source: Any) -> Any:
    """What a private image is pulled with: known in a preview too, where other parts are not."""
    return source.get("authentication_configuration") if isinstance(source, Mapping) else source


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
