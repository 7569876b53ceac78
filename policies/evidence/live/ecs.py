"""ECS services and their task definitions, and the services of ECS Express Mode.

Source: Amazon ECS API Reference, "Service", "TaskDefinition" and "ECSExpressGatewayService".
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Container, Iterable
from typing import Any, Final

from .actions import Action
from .api import Api
from .request import Request
from .shapes import Answer, Entry, entry, kept, present

_BATCH: Final = 10
"""How many services one call describes."""
_PAGE: Final = 100
_GONE: Final = "INACTIVE"
_MANAGED_BY_ECS: Final = "ECS"
"""How a service says that Express Mode made it."""


def named(api: Api, name: str) -> list[tuple[str, str]]:
    """The services with the name `name`, or `CLUSTER/NAME`, each as the name and its ARN."""
    cluster, _, service = name.rpartition("/")
    clusters = [cluster] if cluster else _clusters(api)
    requests = [Request(Action.ECS_SERVICES, {"cluster": one, "services": [service]}) for one in clusters]
    return [(name, item["serviceArn"]) for item in _there(api, requests)]


def described(api: Api, arn: str, variables: Container[str]) -> list[Entry]:
    """The service with this ARN and its task definition; none where it is not there."""
    start, _, path = arn.partition(":service/")
    cluster = path.rpartition("/")[0] or "default"
    request = Request(Action.ECS_SERVICES, {"cluster": f"{start}:cluster/{cluster}", "services": [arn]})
    return _entries(api, _there(api, [request]), variables)


def all_in(api: Api, subnets: Collection[str], variables: Container[str]) -> list[Entry]:
    """Every service that runs in some of `subnets`. One call describes ten services, of one cluster."""
    pages = [
        Request(Action.ECS_LISTED, {"cluster": cluster, "maxResults": _PAGE}, {"cluster": cluster})
        for cluster in _clusters(api)
    ]
    listed: defaultdict[str, list[str]] = defaultdict(list)
    for item in api.fetch(pages).get(Action.ECS_LISTED, ()):
        listed[item["cluster"]].append(item["Arn"])
    batches = [
        Request(Action.ECS_SERVICES, {"cluster": cluster, "services": arns[start : start + _BATCH]})
        for cluster, arns in listed.items()
        for start in range(0, len(arns), _BATCH)
    ]
    wanted = set(subnets)
    here = [item for item in _there(api, batches) if not wanted.isdisjoint(_network(item).get("subnets", ()))]
    return _entries(api, here, variables)


def _clusters(api: Api) -> list[str]:
    return [item["Arn"] for item in api.fetch([Request(Action.ECS_CLUSTERS)]).get(Action.ECS_CLUSTERS, ())]


def _there(api: Api, requests: Iterable[Request]) -> list[Answer]:
    found = api.fetch(requests).get(Action.ECS_SERVICES, ())
    return [item for item in found if item.get("status") != _GONE]


def _network(item: Answer) -> Answer:
    configuration: Answer = item.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    return configuration


def _entries(api: Api, services: Iterable[Answer], variables: Container[str]) -> list[Entry]:
    plain, express, tasks = [], [], set()
    for item in services:
        if item.get("resourceManagementType") == _MANAGED_BY_ECS:
            express.append(Request(Action.ECS_EXPRESS_SERVICE, {"serviceArn": item["serviceArn"]}))
        else:
            plain.append(service(item))
            tasks.add(item.get("taskDefinition"))
    wanted = [
        Request(Action.ECS_TASK_DEFINITION, {"taskDefinition": task}) for task in sorted(filter(None, tasks))
    ]
    answers = api.fetch([*express, *wanted])
    return [
        *plain,
        *(express_service(item, variables) for item in answers.get(Action.ECS_EXPRESS_SERVICE, ())),
        *(task_definition(item, variables) for item in answers.get(Action.ECS_TASK_DEFINITION, ())),
    ]


def service(item: Answer) -> Entry:
    network = _network(item)
    providers = [
        {"capacityProvider": one["capacityProvider"]} for one in item.get("capacityProviderStrategy") or ()
    ]
    return entry(
        "aws:ecs/service:Service",
        item["serviceArn"],
        arn=item["serviceArn"],
        name=item["serviceName"],
        cluster=item.get("clusterArn"),
        launchType=item.get("launchType"),
        capacityProviderStrategies=providers or None,
        taskDefinition=item.get("taskDefinition"),
        networkConfiguration=present(
            assignPublicIp=network["assignPublicIp"] == "ENABLED",
            subnets=network.get("subnets"),
            securityGroups=network.get("securityGroups"),
        )
        if network
        else None,
    )


def task_definition(item: Answer, variables: Container[str]) -> Entry:
    """A revision of a task definition, by its ARN: two revisions of a family may be in use at once."""
    containers = [
        {
            "name": container.get("name"),
            "environment": _environment(container, variables),
            "environmentFiles": container.get("environmentFiles", []),
            "secrets": _secrets(container),
        }
        for container in item.get("containerDefinitions") or ()
    ]
    return entry(
        "aws:ecs/taskDefinition:TaskDefinition",
        item["taskDefinitionArn"],
        arn=item["taskDefinitionArn"],
        family=item.get("family"),
        revision=item.get("revision"),
        networkMode=item.get("networkMode"),
        containerDefinitions=json.dumps(containers, sort_keys=True),
    )


def express_service(item: Answer, variables: Container[str]) -> Entry:
    """A service of ECS Express Mode, as its latest configuration has it."""
    latest: Answer = max(
        item.get("activeConfigurations") or ({},), key=lambda one: str(one.get("createdAt", ""))
    )
    network, container = latest.get("networkConfiguration", {}), latest.get("primaryContainer", {})
    return entry(
        "aws:ecs/expressGatewayService:ExpressGatewayService",
        item["serviceArn"],
        serviceArn=item["serviceArn"],
        serviceName=item.get("serviceName"),
        cluster=item.get("cluster"),
        networkConfigurations=[
            {"subnets": network.get("subnets") or [], "securityGroups": network.get("securityGroups") or []}
        ]
        if network
        else [],
        primaryContainer={
            "image": container.get("image"),
            "environments": _environment(container, variables),
            "secrets": _secrets(container),
        },
    )


def _environment(container: Answer, variables: Container[str]) -> list[dict[str, Any]]:
    plain = {given["name"]: given.get("value") for given in container.get("environment") or ()}
    return [{"name": name, "value": value} for name, value in kept(plain, variables).items()]


def _secrets(container: Answer) -> list[dict[str, Any]]:
    return [
        {"name": given["name"], "valueFrom": given["valueFrom"]} for given in container.get("secrets") or ()
    ]
