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


def service(item: Answer, variables: Container[str]) -> Entry:
    """An App Runner service, whose environment keeps the values of `variables` and of no others."""
    network = item.get("NetworkConfiguration", {})
    egress = network.get("EgressConfiguration", {})
    return entry(
        "aws:apprunner/service:Service",
        item["ServiceArn"],
        arn=item["ServiceArn"],
        serviceName=item["ServiceName"],
        serviceId=item.get("ServiceId"),
        serviceUrl=item.get("ServiceUrl"),
        status=item.get("Status"),
        networkConfiguration={
            "egressConfiguration": present(
                egressType=egress.get("EgressType"), vpcConnectorArn=egress.get("VpcConnectorArn")
            )
        },
        sourceConfiguration=_source(item.get("SourceConfiguration", {}), variables),
    )


def _source(source: Answer, variables: Container[str]) -> dict[str, Any]:
    image = source.get("ImageRepository", {}).get("ImageConfiguration")
    code = source.get("CodeRepository", {}).get("CodeConfiguration", {}).get("CodeConfigurationValues")
    if code is not None:
        values = {"codeConfigurationValues": _environment(code, variables)}
        return {"codeRepository": {"codeConfiguration": values}}
    return {"imageRepository": {"imageConfiguration": _environment(image or {}, variables)}}


def _environment(given: Answer, variables: Container[str]) -> dict[str, Any]:
    return {
        "runtimeEnvironmentVariables": kept(given.get("RuntimeEnvironmentVariables") or {}, variables),
        "runtimeEnvironmentSecrets": dict(given.get("RuntimeEnvironmentSecrets") or {}),
    }
