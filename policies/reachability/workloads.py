"""Workloads: services whose egress is judged, each as the places in which AWS may run it.

A new kind of workload is a function that reads its resource type; the proof does not change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from . import kinds
from .graph import Graph, Ref, Resource
from .groups import SecurityGroups
from .outcomes import open_question
from .settings import Settings
from .values import ABSENT, UNKNOWN, Unknown, Value, get, is_known, items, to_int
from .verdict import Destination, Outcome


@dataclass(frozen=True)
class Placement:
    """Where the packets of a workload leave from.

    Attributes:
        holder: the resource that says so.
        managed: outside any VPC of the account, with the service's own way to the internet.
        subnets: any of them may hold the workload, so all must have the path.
        groups: the security groups on its interfaces; none stands for the VPC's default group.
        public_address: whether its interfaces have public addresses.
        problem: why none of this can be known.
    """

    holder: Resource
    managed: bool = False
    subnets: tuple[Ref, ...] = ()
    groups: tuple[Ref, ...] = ()
    public_address: bool | Unknown = False
    problem: Outcome = field(default_factory=Outcome)


@dataclass(frozen=True)
class Workload:
    """A service: it runs in exactly one of `placements`, and needs every one of `destinations`."""

    resource: Resource
    name: str
    placements: tuple[Placement, ...]
    destinations: tuple[Destination, ...]


def app_runner_services(graph: Graph, groups: SecurityGroups, settings: Settings) -> Iterator[Workload]:
    """App Runner services with the egress that their network configuration chooses.

    Source: AWS App Runner Developer Guide, "Enabling VPC access for outgoing traffic".
    """
    for service in graph.of_type(*kinds.APP_RUNNER_SERVICE):
        name = service.get("serviceName")
        yield Workload(
            service,
            name if isinstance(name, str) else service.name,
            tuple(_app_runner_placements(graph, groups, service)),
            destinations(*_app_runner_environment(service), settings),
        )


def _app_runner_placements(graph: Graph, groups: SecurityGroups, service: Resource) -> Iterator[Placement]:
    egress = service.declared("networkConfiguration", "egressConfiguration")
    kind = get(egress, "egressType")
    arn = get(egress, "vpcConnectorArn")
    if kind in (ABSENT, "DEFAULT") and arn is ABSENT:
        yield Placement(service, managed=True)
        return
    if kind is UNKNOWN or kind == "DEFAULT":
        yield Placement(service, managed=True)
    if kind == "DEFAULT":
        return
    ref = graph.ref(service, arn, "networkConfiguration", kinds.VPC_CONNECTOR)
    for connector in ref.candidates:
        listed = items(connector.get("subnets"))
        values: tuple[Value, ...] = (UNKNOWN,) if isinstance(listed, Unknown) else listed
        subnets = tuple(graph.ref(connector, value, "subnets", kinds.SUBNET) for value in values)
        yield Placement(connector, subnets=subnets, groups=groups.group_refs(connector, "securityGroups"))
    if ref.open or ref.absent:
        where = ref.id if isinstance(ref.id, str) else "not known" if ref.id is UNKNOWN else "not set"
        problem = open_question(
            "CONNECTOR_NOT_READ",
            service.key,
            f"VPC connector {where} of service {service.label} is neither in the program nor in the evidence",
            "create the aws.apprunner.VpcConnector in the program, or give the account's evidence",
        )
        yield Placement(service, problem=problem)


def _app_runner_environment(service: Resource) -> tuple[Value, Value]:
    source = service.get("sourceConfiguration")
    image = get(source, "imageRepository", "imageConfiguration")
    code = get(source, "codeRepository", "codeConfiguration", "codeConfigurationValues")
    holder = image if is_known(image) or image is UNKNOWN else code
    return get(holder, "runtimeEnvironmentVariables"), get(holder, "runtimeEnvironmentSecrets")


def destinations(variables: Value, secrets: Value, settings: Settings) -> tuple[Destination, ...]:
    """The mail hosts that an environment names, and those of the settings.

    One with host `None` where none is named: the workload then needs any way to a mail server.
    """
    found: list[Destination] = []
    for host_name, port_name in settings.variables:
        host, port = get(variables, host_name), get(variables, port_name)
        hidden = is_known(get(secrets, host_name))
        if host is ABSENT and not hidden:
            continue
        found.append(
            Destination(
                UNKNOWN if hidden or not isinstance(host, str) else host.strip(), _port(port), secret=hidden
            )
        )
    found.extend(settings.destinations)
    return tuple(dict.fromkeys(found)) or (Destination(None, None),)


def _port(value: Value) -> int | Unknown | None:
    try:
        port = to_int(value)
    except ValueError:
        return UNKNOWN  # Not a number: the service's own fault, and nothing that can be proved.
    if port is ABSENT:
        return None
    return port if isinstance(port, (int, Unknown)) else None


Reader = Callable[[Graph, SecurityGroups, Settings], Iterator[Workload]]

READERS: Final[Mapping[str, Reader]] = {"apprunner": app_runner_services}
"""Every kind of workload, by the name of its service."""
