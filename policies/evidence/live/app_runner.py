"""App Runner services and their VPC connectors.

Source: AWS App Runner API Reference, "Service" and "VpcConnector".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from .actions import Action
from .api import AccessError, Answer, Api, Request
from .shapes import Entry, entry, present

_BY_SUBNETS: Final = "judge its connector by --subnets and --security-groups instead"


def find(api: Api, wanted: str, variables: Collection[str]) -> list[Entry]:
    """The service with the name or ARN `wanted`, and its connector where it has one.

    Args:
        variables: the environment variables whose values may be kept.

    Raises:
        AccessError: there is no such service, or it cannot be read.
    """
    arn = wanted if wanted.startswith("arn:") else _arn_of(api, wanted)
    services = _required(api, Action.SERVICE, {"ServiceArn": arn})
    if not services:
        raise AccessError(f"there is no App Runner service {wanted} in {api.region}")
    found = service(services[0], variables)
    return [found, *connectors(api, _connectors_of([found]))]


def connectors(api: Api, arns: Iterable[str]) -> list[Entry]:
    """The VPC connectors with these ARNs, as far as they are there and can be read."""
    requests = [Request(Action.CONNECTOR, {"VpcConnectorArn": arn}) for arn in sorted(set(arns))]
    return [connector(item) for item in api.fetch(requests).get(Action.CONNECTOR, ())]


def all_in(api: Api, subnets: Collection[str], variables: Collection[str]) -> list[Entry]:
    """Every connector that lies in some of `subnets`, and every service that uses one.

    App Runner tells how a service is connected only of one service at a time.
    """
    if not api.has("apprunner"):
        return []
    answers = api.fetch([Request(Action.CONNECTORS), Request(Action.SERVICES)])
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


def _arn_of(api: Api, name: str) -> str:
    listed = _required(api, Action.SERVICES, {})
    arns = {item["ServiceName"]: str(item["ServiceArn"]) for item in listed}
    if name not in arns:
        there = f"; there are {', '.join(sorted(arns))}" if arns else ""
        raise AccessError(f"there is no App Runner service {name!r} in {api.region}{there}")
    return arns[name]


def _required(api: Api, action: Action, parameters: dict[str, Any]) -> list[Answer]:
    answers = api.fetch([Request(action, parameters)])
    if action in api.unread:
        raise AccessError(
            f"{action.permission}: {api.unread[action]}: allow it ('mailroute iam-policy'), or {_BY_SUBNETS}"
        )
    return answers[action]


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


def service(item: Answer, variables: Collection[str]) -> Entry:
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
        sourceConfiguration=_source(item.get("SourceConfiguration", {}), frozenset(variables)),
    )


def _source(source: Answer, variables: frozenset[str]) -> dict[str, Any]:
    image = source.get("ImageRepository", {}).get("ImageConfiguration")
    code = source.get("CodeRepository", {}).get("CodeConfiguration", {}).get("CodeConfigurationValues")
    if code is not None:
        values = {"codeConfigurationValues": _environment(code, variables)}
        return {"codeRepository": {"codeConfiguration": values}}
    return {"imageRepository": {"imageConfiguration": _environment(image or {}, variables)}}


def _environment(given: Answer, variables: frozenset[str]) -> dict[str, Any]:
    plain = given.get("RuntimeEnvironmentVariables") or {}
    return {
        "runtimeEnvironmentVariables": {
            name: value if name in variables else None for name, value in plain.items()
        },
        "runtimeEnvironmentSecrets": dict(given.get("RuntimeEnvironmentSecrets") or {}),
    }
