"""AWS App Runner services.

Sources: AWS App Runner Developer Guide, "Enabling VPC access for outgoing traffic"; App Runner API Reference,
"CreateVpcConnector" and "NetworkConfiguration".
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from ..findings import placement, routing
from ..graph import tokens
from ..graph.provider_scope import in_one_region
from ..graph.zones import APP_RUNNER_REGIONS
from ..values import ABSENT, UNKNOWN, get, items
from ..verdict import Origin
from .environment import environments, refused
from .mail import destinations_of
from .model import ANY_MAIL_SERVER, Placement, Workload, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..aws import Network
    from ..graph.resource import Resource
    from ..settings import Settings


def services(network: Network, settings: Settings) -> Iterator[Workload]:
    """Every service; one that names no mail host must at least have some way to a mail server."""
    for service in network.graph.of_type(*tokens.APP_RUNNER_SERVICE):
        read = () if _reads_its_file(service) else tuple(environments(service))
        found = (destinations_of(each, settings) for each in read)
        hosts = (*chain.from_iterable(found), *settings.destinations)
        faults = refused(read)
        yield Workload(
            service,
            named(service, service.get("serviceName")),
            (Placement(service, problem=faults),)
            if faults.findings
            else tuple(_placements(network, service)),
            hosts or (ANY_MAIL_SERVER,),
        )


def _reads_its_file(service: Resource) -> bool:
    """Whether App Runner takes the environment from apprunner.yaml, and ignores what the service says of it.

    Source: App Runner API Reference, "CodeConfiguration".
    """
    code = service.get("sourceConfiguration", "codeRepository", "codeConfiguration", "configurationSource")
    return bool(code == "REPOSITORY")


def _placements(network: Network, service: Resource) -> Iterator[Placement]:
    if service.origin is Origin.PROGRAM and service.region not in (UNKNOWN, *APP_RUNNER_REGIONS):
        yield Placement(service, problem=placement.REGION_WITHOUT_APP_RUNNER(service))
        return
    egress = service.declared("networkConfiguration", "egressConfiguration")
    kind, arn = get(egress, "egressType"), get(egress, "vpcConnectorArn")
    if kind == "DEFAULT" or (kind is ABSENT and arn is ABSENT):
        yield Placement(service, managed=True)
        return
    if kind is UNKNOWN:
        yield Placement(service, managed=True)
    # A configuration that is one output may name any connector: see `resolve_list`.
    named_as = UNKNOWN if egress is UNKNOWN else (arn,)
    (ref,) = network.graph.refs(service, named_as, "networkConfiguration", tokens.VPC_CONNECTOR)
    for connector in ref.candidates:
        yield _behind(network, service, connector)
    if ref.absent:
        yield Placement(service, problem=placement.NO_CONNECTOR(service))
    elif ref.open and ref.candidates:
        found = ", ".join(connector.label for connector in ref.candidates)
        yield Placement(service, problem=placement.CHOSEN_CONNECTOR(service, names=found))
    elif ref.open:
        yield Placement(service, problem=placement.UNREAD_CONNECTOR(service, place=ref.place))


def _behind(network: Network, service: Resource, connector: Resource) -> Placement:
    """Behind a connector: its interfaces have private addresses alone."""
    elsewhere = in_one_region(service, connector)
    if elsewhere.findings:
        return Placement(connector, problem=elsewhere)
    if connector.get("status") == "INACTIVE":
        return Placement(connector, problem=routing.CONNECTOR_INACTIVE(connector))
    groups = items(connector.declared("securityGroups"))
    return Placement(
        connector,
        subnets=network.subnets.refs(connector, items(connector.get("subnets")), "subnets"),
        groups=network.security_groups.refs(connector, groups, "securityGroups"),
        # A connector takes dual-stack subnets. Whether the service's IpAddressType, of its endpoint, decides
        # what leaves too, is not documented.
        ipv6=UNKNOWN,
    )
