"""Changing the word `route`: at no instant of the deployment is the service without a path for its mail.

The engine creates and updates in an order that the dependencies allow, and deletes after that, users before
what they use. Every such order is possible, so the test takes the worst ones and many random ones, and looks
at the account after every single step.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

SERVICE = "aws:apprunner/service:Service::service"
SWITCHES = [
    (stack, old, new)
    for stack in ("prod", "dev")
    for old in ("ses", "nat", "both")
    for new in ("ses", "nat", "both")
    if old != new
]
switches = pytest.mark.parametrize(("stack", "old", "new"), SWITCHES)

Live = Mapping[str, Any]


def of_type(live: Live, kind: str) -> list[Any]:
    return [resource for key, resource in live.items() if key.startswith(f"{kind}::")]


def has_path(live: Live) -> bool:
    """Whether the service's mail host of this instant has all that it needs."""
    (connector,) = of_type(live, "aws:apprunner/vpcConnector:VpcConnector")
    image = live[SERVICE].inputs["sourceConfiguration"]["imageRepository"]["imageConfiguration"]
    variables, secrets = image["runtimeEnvironmentVariables"], image["runtimeEnvironmentSecrets"]
    readable = "".join(policy.inputs["policy"] for policy in of_type(live, "aws:iam/rolePolicy:RolePolicy"))
    if not all(":".join(reference.split(":")[:7]) in readable for reference in secrets.values()):
        return False
    groups, port = connector.inputs["securityGroups"], int(variables["SMTP_PORT"])
    if variables["SMTP_HOST"].startswith("email-smtp."):
        return has_endpoint(live, groups, port) and has_sender(live)
    return all(has_nat(live, subnet, groups, port) for subnet in connector.inputs["subnets"])


def has_endpoint(live: Live, clients: list[str], port: int) -> bool:
    return any(
        allows(live, clients, endpoint_groups=endpoint.inputs["securityGroupIds"], port=port)
        for endpoint in of_type(live, "aws:ec2/vpcEndpoint:VpcEndpoint")
        if f"aws:ec2/securityGroup:SecurityGroup::{endpoint.name}" in live
    )


def allows(live: Live, clients: list[str], endpoint_groups: list[str], port: int) -> bool:
    out = any(
        rule.inputs["securityGroupId"] in clients
        and rule.inputs["referencedSecurityGroupId"] in endpoint_groups
        and rule.inputs["fromPort"] <= port <= rule.inputs["toPort"]
        for rule in of_type(live, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
        if "referencedSecurityGroupId" in rule.inputs
    )
    into = any(
        rule.inputs["securityGroupId"] in endpoint_groups
        and rule.inputs["referencedSecurityGroupId"] in clients
        and rule.inputs["fromPort"] <= port <= rule.inputs["toPort"]
        for rule in of_type(live, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    )
    return out and into


def has_sender(live: Live) -> bool:
    wanted = {
        "aws:iam/user:User::sender",
        "aws:iam/userPolicy:UserPolicy::sender",
        "aws:iam/accessKey:AccessKey::sender",
        "aws:secretsmanager/secret:Secret::sender",
        "aws:secretsmanager/secretVersion:SecretVersion::sender",
        "aws:sesv2/emailIdentity:EmailIdentity::identity",
    }
    return wanted <= set(live)


def has_nat(live: Live, subnet: str, clients: list[str], port: int) -> bool:
    gateways = {f"{gateway.name}-id": gateway for gateway in of_type(live, "aws:ec2/natGateway:NatGateway")}
    addresses = {f"{address.name}-id" for address in of_type(live, "aws:ec2/eip:Eip")}
    routed = any(
        route.inputs["routeTableId"] == table_of(live, subnet)
        and route.inputs.get("natGatewayId") in gateways
        and gateways[route.inputs["natGatewayId"]].inputs["allocationId"] in addresses
        for route in of_type(live, "aws:ec2/route:Route")
    )
    return routed and any(
        rule.inputs["securityGroupId"] in clients
        and rule.inputs.get("cidrIpv4") == "0.0.0.0/0"
        and rule.inputs["fromPort"] <= port <= rule.inputs["toPort"]
        for rule in of_type(live, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
    )


def table_of(live: Live, subnet: str) -> str:
    for association in of_type(live, "aws:ec2/routeTableAssociation:RouteTableAssociation"):
        if association.inputs["subnetId"] == subnet:
            return str(association.inputs["routeTableId"])
    return "rtb-0b5e21f97c4d38a06"  # the incident's private table, which the program adopts


def instants(old: Live, new: Live, pick: Callable[[list[str]], str]) -> Iterator[dict[str, Any]]:
    """The account after every step of the deployment, `pick` choosing among what could come next."""
    live = dict(old)
    waiting = {key: set(resource.dependencies) & set(new) for key, resource in new.items()}
    while waiting:
        key = pick(sorted(key for key, needs in waiting.items() if not needs & set(waiting)))
        del waiting[key]
        live[key] = new[key]
        yield live
    gone = {key: old[key] for key in old if key not in new}
    while gone:
        needed = {need for resource in gone.values() for need in resource.dependencies}
        key = pick(sorted(set(gone) - needed))
        del gone[key], live[key]
        yield live


def service_early(new: Live) -> Callable[[list[str]], str]:
    """Before the service only what it depends on, and of the rest nothing."""
    needed: set[str] = set()
    queue = [SERVICE]
    while queue:
        key = queue.pop()
        if key in new and key not in needed:
            needed.add(key)
            queue.extend(new[key].dependencies)
    return lambda ready: next((key for key in ready if key in needed), ready[0])


def service_late(ready: list[str]) -> str:
    return next((key for key in reversed(ready) if key != SERVICE), SERVICE)


@switches
def test_the_service_has_a_path_at_every_instant(
    program: Callable[..., Any], stack: str, old: str, new: str
) -> None:
    before = program(stack, route=old, domain="daadaar.com").custom
    after = program(stack, route=new, domain="daadaar.com").custom
    assert has_path(before)
    assert has_path(after)
    orders: list[Callable[[list[str]], str]] = [
        service_early(after),
        service_late,
        *(random.Random(seed).choice for seed in range(20)),
    ]
    for pick in orders:
        for live in instants(before, after, pick):
            assert has_path(live)


@switches
def test_nothing_that_stays_is_replaced(program: Callable[..., Any], stack: str, old: str, new: str) -> None:
    before = program(stack, route=old, domain="daadaar.com").custom
    after = program(stack, route=new, domain="daadaar.com").custom
    changed = {
        (key, name)
        for key in before.keys() & after.keys()
        for name in before[key].inputs.keys() | after[key].inputs.keys()
        if before[key].inputs.get(name) != after[key].inputs.get(name)
    }
    assert changed <= {
        (SERVICE, "sourceConfiguration")  # updated in place: the old instances serve until the new are well
    }


@switches
def test_no_replacement_would_delete_first(
    program: Callable[..., Any], stack: str, old: str, new: str
) -> None:
    """A resource with a name of one's own is deleted before it is created again: none on the path has one."""
    for route in (old, new):
        for resource in program(stack, route=route, domain="daadaar.com").custom.values():
            assert not resource.delete_before_replace
            assert "name" not in resource.inputs or resource.type == "aws:route53/record:Record"


def test_connector_name_changes_with_subnets_and_group(
    program: Callable[..., Any],
) -> None:
    def name(**changes: Any) -> str:
        graph = program("prod", **changes)
        found: str = graph.one("aws:apprunner/vpcConnector:VpcConnector").inputs["vpcConnectorName"]
        return found

    both = ["subnet-058489269eab00608", "subnet-0a836887b9508ed97"]
    names = [name(), name(privateSubnetIds=both[:1]), name(privateSubnetIds=both[1:])]
    assert len(set(names)) == 3
    assert name(privateSubnetIds=both[::-1]) == name(route="nat") == names[0]
    assert all(4 <= len(one) <= 40 and one.startswith("daadaar-backend-") for one in names)
