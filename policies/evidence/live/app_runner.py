"""App Runner services and their VPC connectors.

Source: AWS App Runner API Reference, "Service" and "VpcConnector".
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from typing import Any

from .actions import Action
from .api import Answers, Api
from .request import Request
from .shapes import Answer, Entry, entry, kept, present


def named(api: Api, name: str) -> list[tuple[str, str]]:  # noqa: ARG001 App Runner lists them all
    """Every service, as its name and its ARN: App Runner finds none by its name."""
    listed = _fetched(api, [Request(Action.SERVICES)]).get(Action.SERVICES, ())
    return [(item["ServiceName"], item["ServiceArn"]) for item in listed]


def described(api: Api, arn: str, variables: Container[str]) -> list[Entry]:
    """The service with this ARN, and its connector where it has one; none where it is not there."""
    answers = _fetched(api, [Request(Action.SERVICE, {"ServiceArn": arn})])
    found = [service(item, variables) for item in answers.get(Action.SERVICE, ())]
    return [*found, *connectors(api, _connectors_of(found))]


def connectors(api: Api, arns: Iterable[str]) -> list[Entry]:
    """The VPC connectors with these ARNs, as far as they are there and can be read."""
    requests = [Request(Action.CONNECTOR, {"VpcConnectorArn": arn}) for arn in sorted(set(arns))]
    return [connector(item) for item in api.fetch(requests).get(Action.CONNECTOR, ())]


def all_in(api: Api, subnets: Collection[str], variables: Container[str]) -> list[Entry]:
    """Every connector that lies in some of `subnets`, and every service that uses one.

    Only `DescribeService` shows a service's connector, one service at a time.
    """
    answers = _fetched(api, [Request(Action.CONNECTORS), Request(Action.SERVICES)])
    links = [
        connector(item)
        for item in answers.get(Action.CONNECTORS, ())
        if not set(subnets).isdisjoint(item.get("Subnets") or ())
    ]
    arns = {link["id"] for link in links}
    listed = answers.get(Action.SERVICES, ()) if arns else ()
    described = api.fetch(Request(Action.SERVICE, {"ServiceArn": item["ServiceArn"]}) for item in listed)
    services = [service(item, variables) for item in described.get(Action.SERVICE, ())]
    return [*links, *(found for found in services if not arns.isdisjoint(_connectors_of([found])))]


def _fetched(api: Api, requests: Iterable[Request]) -> Answers:
    """The answers to `requests`; none in a region that has no App Runner."""
    return api.fetch(requests) if api.has("apprunner") else {}


def _connectors_of(services: Iterable[Entry]) -> Iterable[str]:
    for found in services:
        arn = found["properties"]["networkConfiguration"]["egressConfiguration"].get("vpcConnectorArn")
        if arn:
            yield arn


def connector(item: Answer) -> Entry:
    return entry(
        "aws:apprunner/vpcConnector:VpcConnector",
        item["VpcConnectorArn"],
        arn=item["VpcConnectorArn"],
        vpcConnectorName=item.get("VpcConnectorName"),
        vpcConnectorRevision=item.get("VpcConnectorRevision"),
        subnets=item.get("Subnets") or [],
        securityGroups=item.get("SecurityGroups") or [],
        status=item.get("Status"),
    )


def service(item: Answer, variables: Container[str], *, commands: bool = False) -> Entry:
    """An App Runner service, whose environment keeps the values of `variables` and of no others.

    Args:
        commands: whether its build and start commands are kept, which may hold secrets as well.
    """
    network = item.get("NetworkConfiguration", {})
    egress = network.get("EgressConfiguration", {})
    scaling = item.get("AutoScalingConfigurationSummary") or {}
    return entry(
        "aws:apprunner/service:Service",
        item["ServiceArn"],
        arn=item["ServiceArn"],
        serviceName=item["ServiceName"],
        serviceId=item.get("ServiceId"),
        serviceUrl=item.get("ServiceUrl"),
        status=item.get("Status"),
        autoScalingConfigurationArn=scaling.get("AutoScalingConfigurationArn"),
        encryptionConfiguration=_as_shown(item, "EncryptionConfiguration"),
        healthCheckConfiguration=_as_shown(item, "HealthCheckConfiguration"),
        instanceConfiguration=_as_shown(item, "InstanceConfiguration"),
        networkConfiguration=present(
            egressConfiguration=present(
                egressType=egress.get("EgressType"), vpcConnectorArn=egress.get("VpcConnectorArn")
            ),
            ingressConfiguration=_as_shown(network, "IngressConfiguration"),
            ipAddressType=network.get("IpAddressType"),
        ),
        observabilityConfiguration=_as_shown(item, "ObservabilityConfiguration"),
        sourceConfiguration=_source(item.get("SourceConfiguration", {}), variables, commands),
    )


def _as_shown(item: Answer, name: str) -> dict[str, Any] | None:
    """A part of an answer, of plain values alone, as pulumi-aws shows it; `None` where it is not there."""
    part = item.get(name)
    if part is None:
        return None
    return present(**{key[:1].lower() + key[1:]: value for key, value in part.items()})


def _source(source: Answer, variables: Container[str], commands: bool) -> dict[str, Any]:
    code, image = source.get("CodeRepository"), source.get("ImageRepository") or {}
    if code is not None:
        given = code.get("CodeConfiguration", {})
        values = given.get("CodeConfigurationValues")
        repository = {
            "codeRepository": present(
                repositoryUrl=code.get("RepositoryUrl"),
                sourceCodeVersion=_as_shown(code, "SourceCodeVersion"),
                sourceDirectory=code.get("SourceDirectory"),
                codeConfiguration=present(
                    configurationSource=given.get("ConfigurationSource"),
                    codeConfigurationValues=values
                    and {
                        **present(runtime=values.get("Runtime"), port=values.get("Port")),
                        **_commands(values, commands),
                        **_environment(values, variables),
                    },
                ),
            )
        }
    else:
        values = image.get("ImageConfiguration") or {}
        repository = {
            "imageRepository": present(
                imageIdentifier=image.get("ImageIdentifier"),
                imageRepositoryType=image.get("ImageRepositoryType"),
                imageConfiguration={
                    **present(port=values.get("Port")),
                    **_commands(values, commands),
                    **_environment(values, variables),
                },
            )
        }
    return present(
        autoDeploymentsEnabled=source.get("AutoDeploymentsEnabled"),
        authenticationConfiguration=_as_shown(source, "AuthenticationConfiguration"),
        **repository,
    )


def _commands(given: Answer, commands: bool) -> dict[str, Any]:
    """The commands that there are, each without its value where that is not to be kept."""
    names = {"BuildCommand": "buildCommand", "StartCommand": "startCommand"}
    return {shown: given[name] if commands else None for name, shown in names.items() if given.get(name)}


def _environment(given: Answer, variables: Container[str]) -> dict[str, Any]:
    return {
        "runtimeEnvironmentVariables": kept(given.get("RuntimeEnvironmentVariables") or {}, variables),
        "runtimeEnvironmentSecrets": dict(given.get("RuntimeEnvironmentSecrets") or {}),
    }
