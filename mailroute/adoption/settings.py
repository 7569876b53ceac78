"""A service's settings as the keys of the stack's configuration.

Source: AWS App Runner API Reference, "Service".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .part import AdoptionError, Part, given, inside
from .plain_secrets import command_holds_secret

_SIZES: Final = {
    **{f"{count} vCPU": str(int(float(count) * 1024)) for count in ("0.25", "0.5", "1", "2", "4")},
    **{
        f"{count} GB": str(int(float(count) * 1024))
        for count in ("0.5", "1", "2", "3", "4", "6", "8", "10", "12")
    },
}
"""The other notation that App Runner takes for CPU and memory."""
_HTTP: Final = "HTTP"
_API: Final = "API"
_THRESHOLDS: Final = ("interval", "timeout", "healthyThreshold", "unhealthyThreshold")
_OF_AWS: Final = "aws:"
_OF_STACK: Final = ("Name", "pulumi:project", "pulumi:stack")
"""Tags that the stack sets itself."""


def runtime(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the service runs with: port, commands and environment."""
    source = inside(properties, "sourceConfiguration")
    if source.get("codeRepository"):
        return inside(source, "codeRepository", "codeConfiguration", "codeConfigurationValues")
    return inside(source, "imageRepository", "imageConfiguration")


def part(properties: Mapping[str, Any]) -> Part:
    """Every setting but the environment and the network.

    Raises:
        AdoptionError: no stack can set its mail, or something that every service has is not there.
    """
    name = str(properties["serviceName"])
    return (
        Part({"serviceName": name})
        + _source(name, properties)
        + _instance(name, properties)
        + _health_check(inside(properties, "healthCheckConfiguration"))
        + _network(properties)
        + _tags(properties.get("tags"))
    )


def _source(name: str, properties: Mapping[str, Any]) -> Part:
    source, running = inside(properties, "sourceConfiguration"), runtime(properties)
    roles = inside(source, "authenticationConfiguration")
    config = given(port=running.get("port"), accessRoleArn=roles.get("accessRoleArn"))
    if "autoDeploymentsEnabled" in source:
        config["autoDeploy"] = str(source["autoDeploymentsEnabled"]).lower()
    started = Part(config) + _command("startCommand", running)
    if source.get("codeRepository"):
        return started + _source_code(name, source["codeRepository"], roles.get("connectionArn"))
    image = inside(source, "imageRepository").get("imageIdentifier")
    return started + Part(
        {"image": _present(name, "sourceConfiguration.imageRepository.imageIdentifier", image)}
    )


def _source_code(name: str, repository: Mapping[str, Any], connection: str | None) -> Part:
    configuration = inside(repository, "codeConfiguration")
    if configuration.get("configurationSource") != _API:
        raise AdoptionError(
            f"{name} takes its settings from apprunner.yaml, where no stack can set its mail: set them in "
            "App Runner first (configuration source API)"
        )
    values = inside(configuration, "codeConfigurationValues")
    build = _command("buildCommand", values)
    code = given(
        repositoryUrl=_present(name, "the URL of its repository", repository.get("repositoryUrl")),
        branch=_present(
            name, "the branch of its repository", inside(repository, "sourceCodeVersion").get("value")
        ),
        connectionArn=_present(name, "the connection to its repository", connection),
        runtime=_present(name, "its runtime", values.get("runtime")),
        sourceDirectory=repository.get("sourceDirectory"),
        **build.config,
    )
    return Part({"sourceCode": code}, build.left_out)


def _command(key: str, running: Mapping[str, Any]) -> Part:
    """A command of the service: one that is not set stays as it is."""
    if key not in running:
        return Part()
    command = running[key]
    if command is not None and not command_holds_secret(command):
        return Part(given(**{key: command}))
    why = "it was not read" if command is None else "it may hold a secret"
    return Part({}, (f"{key}: {why}: it stays as it is, outside of the configuration",))


def _instance(name: str, properties: Mapping[str, Any]) -> Part:
    instance = inside(properties, "instanceConfiguration")
    cpu, memory = (
        str(_present(name, f"instanceConfiguration.{key}", instance.get(key))) for key in ("cpu", "memory")
    )
    role = instance.get("instanceRoleArn")
    left_out = (
        () if role else ("instanceRoleArn: the service has none: the stack gives it a role of its own",)
    )
    config = given(
        cpu=_SIZES.get(cpu, cpu),
        memory=_SIZES.get(memory, memory),
        instanceRoleArn=role or "new",
        autoScalingConfigurationArn=properties.get("autoScalingConfigurationArn"),
        encryptionKmsKeyArn=inside(properties, "encryptionConfiguration").get("kmsKey"),
    )
    return Part(config, left_out)


def _health_check(check: Mapping[str, Any]) -> Part:
    """Of a TCP check the path means nothing."""
    counts = {key: int(check[key]) for key in _THRESHOLDS if check.get(key)}
    path = check.get("path") if check.get("protocol") == _HTTP else None
    if path and command_holds_secret(path):
        named = "healthCheckPath: it may hold a secret: it stays as it is, outside of the configuration"
        return Part({"healthCheck": {**counts, "protocol": _HTTP}}, (named,))
    return Part(given(healthCheckPath=path, healthCheck=counts))


def _network(properties: Mapping[str, Any]) -> Part:
    network = inside(properties, "networkConfiguration")
    public = inside(network, "ingressConfiguration").get("isPubliclyAccessible")
    observability = inside(properties, "observabilityConfiguration")
    traced = observability.get("observabilityEnabled")
    return Part(
        given(
            observabilityConfigurationArn=observability.get("observabilityConfigurationArn")
            if traced
            else None,
            ingress={True: "public", False: "private", None: None}[public],
            ipAddressType=network.get("ipAddressType"),
        )
    )


def _tags(tags: Mapping[str, str] | None) -> Part:
    if tags is None:
        return Part(
            {}, ("tags: the file does not show them: set those of the service, or the stack takes them away",)
        )
    kept = {
        key: value
        for key, value in sorted(tags.items())
        if not key.startswith(_OF_AWS) and key not in _OF_STACK
    }
    left_out = (f"tags.{key}: the stack sets this tag itself" for key in sorted(tags) if key in _OF_STACK)
    return Part(given(tags=kept), tuple(left_out))


def _present(name: str, path: str, value: Any) -> Any:
    if value in (None, ""):
        raise AdoptionError(
            f"{name}: {path} is not there: read the account itself, or save it anew with 'mailroute snapshot'"
        )
    return value
