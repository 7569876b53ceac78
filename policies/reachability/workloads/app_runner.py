"""AWS App Runner services.

Sources: AWS App Runner Developer Guide, "Enabling VPC access for outgoing traffic"; App Runner API Reference,
"CreateVpcConnector" and "NetworkConfiguration".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import kinds
from ..outcomes import blocked, open_question
from ..places import in_one_region
from ..values import ABSENT, UNKNOWN, Value, elements, get
from .model import ANY_MAIL_SERVER, Placement, Workload, named, named_hosts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..graph import Graph, Resource
    from ..groups import SecurityGroups
    from ..settings import Settings


def services(graph: Graph, groups: SecurityGroups, settings: Settings) -> Iterator[Workload]:
    """Every service; one that names no mail host must at least have some way to a mail server."""
    for service in graph.of_type(*kinds.APP_RUNNER_SERVICE):
        hosts = (
            *named_hosts(*_environment(service), settings, service, "sourceConfiguration"),
            *settings.destinations,
        )
        yield Workload(
            service,
            named(service, service.get("serviceName")),
            tuple(_placements(graph, groups, service)),
            hosts or (ANY_MAIL_SERVER,),
        )


def _placements(graph: Graph, groups: SecurityGroups, service: Resource) -> Iterator[Placement]:
    egress = service.declared("networkConfiguration", "egressConfiguration")
    kind, arn = get(egress, "egressType"), get(egress, "vpcConnectorArn")
    if kind == "DEFAULT" or (kind is ABSENT and arn is ABSENT):
        yield Placement(service, managed=True)
        return
    if kind is UNKNOWN:
        yield Placement(service, managed=True)
    ref = graph.ref(service, arn, "networkConfiguration", kinds.VPC_CONNECTOR)
    for connector in ref.candidates:
        yield _behind(graph, groups, service, connector)
    if ref.open or ref.absent:
        where = "not set" if ref.absent else ref.place
        problem = open_question(
            "CONNECTOR_NOT_READ",
            service.key,
            f"VPC connector {where} of service {service.label} is neither in the program nor in the evidence",
            "create the aws.apprunner.VpcConnector in the program, or give the account's evidence",
        )
        yield Placement(service, problem=problem)


def _behind(graph: Graph, groups: SecurityGroups, service: Resource, connector: Resource) -> Placement:
    """Behind a connector: its interfaces have private addresses alone."""
    elsewhere = in_one_region(service, connector)
    if elsewhere.findings:
        return Placement(connector, problem=elsewhere)
    if connector.get("status") == "INACTIVE":
        problem = blocked(
            "BAD_STATE",
            connector.key,
            f"VPC connector {connector.label} is inactive",
            "give the service a new connector",
        )
        return Placement(connector, problem=problem)
    return Placement(
        connector,
        subnets=graph.refs(connector, elements(connector.get("subnets")), "subnets", kinds.SUBNET),
        groups=groups.group_refs(connector, elements(connector.declared("securityGroups")), "securityGroups"),
        # A connector takes dual-stack subnets. Whether the service's IpAddressType, of its endpoint, decides
        # what leaves too, is not documented.
        ipv6=UNKNOWN,
    )


def _environment(service: Resource) -> tuple[Value, Value]:
    source = service.get("sourceConfiguration")
    image = get(source, "imageRepository", "imageConfiguration")
    code = get(source, "codeRepository", "codeConfiguration", "codeConfigurationValues")
    holder = code if image is ABSENT else image
    return get(holder, "runtimeEnvironmentVariables"), get(holder, "runtimeEnvironmentSecrets")
