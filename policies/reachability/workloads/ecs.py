"""Amazon ECS services in awsvpc mode, and ECS Express Mode.

Sources: Amazon ECS Developer Guide, "Amazon ECS task networking options for Fargate" and "Amazon ECS Express
Mode"; Amazon EventBridge API Reference, "AwsVpcConfiguration": public addresses are for Fargate.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..findings import placement
from ..graph import tokens
from ..ranges import EPHEMERAL_PORTS, LINUX_PORTS, Ranges
from ..values import ABSENT, UNKNOWN, Truth, Unknown, Value, get, items
from ..verdict import PASSES, Origin
from .capacity import by_default, lacks_provider, runs_on_fargate, takes_launch_type_ec2
from .environment import CONTAINERS, environments, refused
from .mail import destinations_of, names_none
from .model import ANY_MAIL_SERVER, EVERY_MAIL_SERVER, Placement, Workload, in_vpc, named
from .task_definitions import needs_instances, task_definitions, unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..aws import Network
    from ..egress import Destination
    from ..graph import Graph
    from ..graph.resource import Resource
    from ..settings import Settings
    from .environment import Environment

_PORT_RANGE: Final = "ip_local_port_range"
"""The system control by which a container takes other ports."""


def services(network: Network, settings: Settings) -> Iterator[Workload]:
    """Every service; one whose containers name no mail host needs none."""
    for service in network.graph.of_type(*tokens.ECS_SERVICE):
        tasks = task_definitions(network.graph, service)
        by_task = [None if task is None else list(environments(task)) for task in tasks]
        read = [environment for each in by_task for environment in each or ()]
        of_each = [_of_task(each, settings) for each in by_task]
        hosts = [host for each in of_each for host in each]
        ports = _ports(network.graph, service, tasks)
        placed = _of(read, replace(_placement(network, service, tasks), reply_ports=ports))
        silent = (
            names_none(read, settings) if tasks else "it names no task definition: its task sets are judged"
        )
        yield Workload(
            service,
            named(service, service.get("name")),
            (placed,),
            tuple(dict.fromkeys(hosts)),
            silent,
            frozenset(host for host in hosts if not all(host in each for each in of_each)),
            unread(service) if None in tasks else "",
        )
    for service in network.graph.of_type(*tokens.ECS_EXPRESS_SERVICE):
        read = list(environments(service))
        hosts = _of_task(read, settings)
        placed = _of(read, _express(network, service))
        name = named(service, service.get("serviceName"))
        yield Workload(service, name, (placed,), tuple(hosts), names_none(read, settings))


def unused_definitions(graph: Graph) -> list[Resource]:
    """The task definitions of the program that none of its services runs."""
    used = {task for each in graph.of_type(*tokens.ECS_SERVICE) for task in task_definitions(graph, each)}
    found = graph.of_type(*tokens.ECS_TASK_DEFINITION)
    return [task for task in found if task.origin is Origin.PROGRAM and task not in used]


def _of(read: Iterable[Environment], placed: Placement) -> Placement:
    """`placed`, where the containers with these environments run: nowhere where ECS refuses them."""
    faults = refused(read)
    return replace(placed, problem=faults) if faults.findings else placed


def _placement(network: Network, service: Resource, tasks: Sequence[Resource | None]) -> Placement:
    config = service.declared("networkConfiguration")
    if config is ABSENT:
        awsvpc = bool(tasks) and all(task and task.get("networkMode") == "awsvpc" for task in tasks)
        says = placement.AWSVPC_WITHOUT_NETWORK if awsvpc else placement.ECS_WITHOUT_NETWORK
        return Placement(service, problem=says(service))
    on_fargate = runs_on_fargate(network.graph, service)
    if on_fargate is True and tasks and all(task and needs_instances(task) for task in tasks):
        return Placement(service, problem=placement.TASK_ON_INSTANCES_ALONE(service))
    lacking = lacks_provider(network.graph, service)
    if lacking != PASSES:
        return Placement(service, problem=lacking)
    if get(config, "assignPublicIp") is True and takes_launch_type_ec2(network.graph, service):
        return Placement(service, problem=placement.PUBLIC_IP_ON_INSTANCES(service))
    placed = in_vpc(
        network,
        service,
        "networkConfiguration",
        config=config,
        subnets="subnets",
        security_groups="securityGroups",
        public_address=_has_public_address(network.graph, service, config),
        ipv6=_dual_stack(network.graph, service),
        ipv6_only=True,
        dedicated=True if on_fargate is False else UNKNOWN,  # Not documented of Fargate.
    )
    problem = by_default(network.graph, service) if placed.public_address is True else PASSES
    return replace(placed, on_instances=on_fargate is False, problem=problem)


def _ports(graph: Graph, service: Resource, tasks: Sequence[Resource | None]) -> Ranges:
    """Where its packets come from: on Fargate a task has an interface of its own, and Linux takes the port.

    Source: Amazon ECS Developer Guide, "Amazon ECS task definition parameters for Fargate".
    """
    on_linux = bool(tasks) and all(task is not None and _on_linux(task) for task in tasks)
    on_fargate = runs_on_fargate(graph, service) is True and by_default(graph, service) == PASSES
    return LINUX_PORTS if on_linux and on_fargate else EPHEMERAL_PORTS


def _on_linux(task: Resource) -> bool:
    """Whether its containers certainly run on Linux, and keep the ports that this takes."""
    family, containers = task.declared("runtimePlatform", "operatingSystemFamily"), task.get(CONTAINERS)
    known = isinstance(containers, str) and _PORT_RANGE not in containers
    return known and (family is ABSENT or family == "LINUX")


def _has_public_address(graph: Graph, service: Resource, config: Value) -> Truth:
    """Tasks on Fargate alone get public addresses."""
    public = get(config, "assignPublicIp")
    on_fargate = runs_on_fargate(graph, service)
    if public is UNKNOWN:
        return UNKNOWN if on_fargate is not False else False
    return on_fargate if public is True else False


def _express(network: Network, service: Resource) -> Placement:
    """Express Mode gives a task a public address where its subnets are public."""
    configured = items(service.declared("networkConfigurations"))
    if configured == ():
        return Placement(service, problem=placement.EXPRESS_IN_DEFAULT_VPC(service))
    return in_vpc(
        network,
        service,
        "networkConfigurations",
        config=UNKNOWN if isinstance(configured, Unknown) else configured[0],
        subnets="subnets",
        security_groups="securityGroups",
        public_address=UNKNOWN,
        ipv6=_dual_stack(network.graph, service),
        ipv6_only=True,
        dedicated=UNKNOWN,
    )


def _dual_stack(graph: Graph, service: Resource) -> Truth:
    """Whether tasks get IPv6 addresses beside IPv4 ones: a setting of the account in a region.

    Source: Amazon ECS Developer Guide, "Access Amazon ECS features with account settings".
    """
    for setting in graph.of_type(*tokens.ECS_ACCOUNT_SETTING):
        if setting.get("name") == "dualStackIPv6" and setting.in_place_of(service) is True:
            value = setting.get("value")
            return UNKNOWN if value is UNKNOWN else str(value) == "enabled"
    return UNKNOWN


def _of_task(read: Iterable[Environment] | None, settings: Settings) -> list[Destination]:
    """The mail hosts that the containers of a task name; of one that nobody has read, every one."""
    if read is None:
        return [EVERY_MAIL_SERVER]
    return [host for environment in read for host in _hosts(environment, settings)]


def _hosts(environment: Environment, settings: Settings) -> tuple[Destination, ...]:
    """The mail hosts of a container; where files set more of its variables, one that nobody knows.

    Source: Amazon ECS Developer Guide, "Pass environment variables to an Amazon ECS container".
    """
    hosts = destinations_of(environment, settings)
    return hosts if hosts or not environment.files else (ANY_MAIL_SERVER,)
