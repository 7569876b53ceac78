"""An App Runner service as it is today, as the configuration and the imports of this project's stack.

Pure: an evidence document goes in, and what is to be written comes out. `reading` alone asks AWS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reachability import Graph, parse

from . import destinations, edge, mail, network, settings
from .environment import Environment
from .mail import IDENTITY, NAT, ROUTES, SES, Wanted
from .part import Adoption, AdoptionError, Part, given, inside

__all__ = ["ROUTES", "Adoption", "AdoptionError", "Wanted", "adopt", "service_in"]

SERVICE: Final = "aws:apprunner/service:Service"
_CONNECTOR: Final = "aws:apprunner/vpcConnector:VpcConnector"
_COMPONENT: Final = "mailroute:index:AppRunnerService"
_LOGICAL_NAME: Final = "service"
"""What the stack's program calls its service, and its component."""
_RUNNING: Final = "RUNNING"
SMTP_PORT: Final = 587
RELAY_PORT: Final = 587
"""The stack's defaults for `smtpPort` and `relayPort`."""
_NEEDED: Final = frozenset(
    {
        "apprunner:DescribeCustomDomains",
        "apprunner:DescribeService",
        "apprunner:DescribeVpcConnector",
        "apprunner:ListTagsForResource",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcs",
        "route53:ListHostedZones",
        "ses:GetEmailIdentity",
        "wafv2:GetWebACLForResource",
    }
)
"""The calls without whose answers a configuration would leave something out unsaid."""


def service_in(document: Mapping[str, Any], wanted: str) -> Mapping[str, Any]:
    """The App Runner service with the name or ARN `wanted`.

    Raises:
        AdoptionError: the document has none such, or several.
    """
    services: list[Mapping[str, Any]] = [each for each in document["resources"] if each["type"] == SERVICE]
    found = [each for each in services if wanted in (each["id"], each["properties"].get("serviceName"))]
    if len(found) == 1:
        return found[0]
    if found:
        arns = ", ".join(sorted(each["id"] for each in found))
        raise AdoptionError(f"{wanted!r} is the name of {len(found)} services: give one of {arns}")
    names = sorted(str(each["properties"].get("serviceName")) for each in services)
    there = f"App Runner has {', '.join(names)}" if names else "it has none of App Runner"
    raise AdoptionError(f"there is no App Runner service {wanted!r} in the account: {there}")


def adopt(document: Mapping[str, Any], service: Mapping[str, Any], wanted: Wanted, *, live: bool) -> Adoption:
    """The configuration and the imports of a stack that takes over `service`, changing its mail alone.

    Args:
        document: an evidence document of the service's VPC.
        live: whether it was read for this, so that what it does not show does not exist.

    Raises:
        AdoptionError: the service cannot be adopted, or something of it was not read.
    """
    unread = [each for each in document.get("unread", ()) if each["action"] in _NEEDED]
    if unread:
        reasons = ", ".join(f"{each['action']}: {each['reason']}" for each in unread)
        raise AdoptionError(
            f"not read: {reasons}: allow it ('mailroute iam-policy --for adopt') or try again"
        )
    properties, region = service["properties"], document["region"]
    status = properties.get("status", _RUNNING)
    if status != _RUNNING:
        raise AdoptionError(
            f"{properties['serviceName']} is {status}, and App Runner updates a service that is {_RUNNING}: "
            "see to it first"
        )
    resources = document["resources"]
    connector = _connector(properties, resources)
    known = parse(document)
    place = network.placement(Graph(known.resources, known.coverage), connector)
    paths = network.part(place, resources, region)
    environment = _environment(service, document)
    shows_identities = live or any(each["type"] == IDENTITY for each in resources)
    sending = mail.part(
        environment,
        wanted,
        resources,
        shows_identities=shows_identities,
        through_endpoint="endpoint" in paths.config.get("adopt", ()),
    )
    whole = (
        Part({"aws:region": region})
        + sending
        + paths
        + Part(given(adopt=sorted({*paths.config.get("adopt", ()), *sending.config.get("adopt", ())})))
        + settings.part(properties)
        + edge.part(resources, service["id"], live=live)
        + environment.config()
        + destinations.part(
            place,
            resources,
            connector.get("securityGroups") or (),
            _of_route(network.smtp_endpoints(place, resources, region), sending.config),
        )
    )
    imports = _imports(resources, service["id"])
    return Adoption(whole.config, whole.left_out, imports)


def _imports(resources: Sequence[Mapping[str, Any]], arn: str) -> tuple[Mapping[str, Any], ...]:
    """The component, what is beneath it, each under a name of its own in the file."""
    component = {"type": _COMPONENT, "name": "component", "logicalName": _LOGICAL_NAME, "component": True}
    parts = (
        {"type": SERVICE, "name": _LOGICAL_NAME, "id": arn},
        *edge.imports(resources, arn, _LOGICAL_NAME),
    )
    return (component, *({**part, "parent": "component"} for part in parts))


def _of_route(endpoints: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> list[tuple[str, int]]:
    """What the stack's paths open: the relay, and the first group of an endpoint that it uses."""
    relay = [(destinations.EVERYWHERE, config.get("relayPort", RELAY_PORT))] if config["route"] != SES else []
    if config["route"] == NAT:
        return relay
    used = (each["properties"] for each in endpoints if each["properties"].get("privateDnsEnabled"))
    groups = (properties.get("securityGroupIds") or () for properties in used)
    return relay + [(group, config.get("smtpPort", SMTP_PORT)) for listed in groups for group in listed[:1]]


def _connector(properties: Mapping[str, Any], resources: Any) -> Mapping[str, Any]:
    name = properties["serviceName"]
    arn = inside(properties, "networkConfiguration", "egressConfiguration").get("vpcConnectorArn")
    if not arn:
        raise AdoptionError(
            f"{name} has no VPC connector: its mail leaves by App Runner's own network, not through a VPC"
        )
    found = next((each for each in resources if each["type"] == _CONNECTOR and each["id"] == arn), None)
    if found is None:
        raise AdoptionError(f"{name}: its VPC connector {arn} was not read")
    connector: Mapping[str, Any] = found["properties"]
    return connector


def _environment(service: Mapping[str, Any], document: Mapping[str, Any]) -> Environment:
    running = settings.runtime(service["properties"])
    head, _, rest = service["id"].partition(":")
    if head != "arn":
        raise AdoptionError(
            f"the id of the service is {service['id']!r}: it has to be its ARN, which is imported"
        )
    partition = rest.partition(":")[0]
    return Environment(
        running.get("runtimeEnvironmentVariables") or {},
        running.get("runtimeEnvironmentSecrets") or {},
        f"arn:{partition}:ssm:{document['region']}:{document['accountId']}:parameter/",
        document["region"],
    )
