"""No change of a stack's config cuts mail: the service can send after every single write of the update.

The engine creates and updates in any order that the dependencies allow, and deletes after that. Beside the
order in which the program registers, the two worst are taken: nothing before the service but what it depends
on, and everything before the service that does not depend on it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from components.helpers.checks import ArgumentError
from mailroute.rehearsal.account import AwsResource
from mailroute.rehearsal.account.regions import EndpointService
from tests.components.deployment import SERVICE, ProtectedError, Stack
from tests.components.sending import cannot_send
from tests.components.updating import gaps, running

SECRET = "aws:secretsmanager/secret:Secret"
ROLE = "aws:iam/role:Role"
ZONE = "aws:route53/zone:Zone"
IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity"
SUBNET = "aws:ec2/subnet:Subnet"
RECORD = "aws:route53/record:Record"
INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway"
GATEWAY = "aws:ec2/natGateway:NatGateway"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
Config = dict[str, Any]
_PRIVATE = ["subnet-058489269eab00608", "subnet-0a836887b9508ed97"]
_PUBLIC = ["subnet-0c31f6a7de52b8941", "subnet-07be90d42f1a6c385"]
_RELAY = "arn:aws:secretsmanager:us-east-1:123456789012:secret:daadaar/smtp-Kq3vTz"
_ROLE = "arn:aws:iam::123456789012:role/daadaar-backend-instance"
_CODE = {
    "repositoryUrl": "https://github.com/daadaar/backend",
    "branch": "main",
    "connectionArn": "arn:aws:apprunner:us-east-1:123456789012:connection/github/0123456789abcdef",
    "runtime": "PYTHON_311",
}
_SES_HOST = "email-smtp.us-east-1.amazonaws.com"
_POSTGRES = {"port": 5432, "securityGroupId": "sg-08c3d5e60fa1b7294"}
_REDIS = {"port": 6379, "securityGroupId": "sg-0f47a91c2bd6e8053"}
_ROUTES: list[Config] = [
    {"route": "ses"},
    {"route": "nat"},
    {"route": "both", "mailThrough": "ses"},
    {"route": "both", "mailThrough": "nat"},
]
_MODES: list[Config] = [{"route": "nat", "natMode": mode} for mode in ("single", "per-zone", "regional")]


_GROUPS: dict[str, tuple[str, list[Config]]] = {
    "routes of the incident": ("prod", _ROUTES),
    "routes of a new VPC": ("dev", _ROUTES[:3]),
    "NAT modes": ("dev", [*_MODES, {"route": "ses"}]),
    "SMTP ports": ("prod", [{"route": "ses", "smtpPort": port} for port in (587, 465)]),
    "relay ports": ("prod", [{"route": "nat", "relayPort": port} for port in (587, 2525)]),
    "routes and ports": ("dev", [{"route": "nat", "relayPort": 587}, {"route": "ses", "relayPort": 465}]),
    "SES's host as the relay": (
        "prod",
        [{"relayHost": _SES_HOST, "route": route} for route in ("nat", "ses")],
    ),
    "zones behind NAT": ("dev", [{"route": "nat", "zoneCount": count} for count in (2, 3)]),
    "zones of the endpoint": ("dev", [{"route": "ses", "zoneCount": count} for count in (2, 3)]),
    "the connector's subnets": (
        "prod",
        [
            {"route": "ses", "privateSubnetIds": _PRIVATE},
            {"route": "nat", "privateSubnetIds": _PRIVATE[1:]},
        ],
    ),
    "the gateway's subnet": ("prod", [{"route": "nat", "publicSubnetIds": [subnet]} for subnet in _PUBLIC]),
    "the relay's secret": ("prod", [{"route": "nat", "relaySecretArn": arn} for arn in (_RELAY, "")]),
    "zones of a regional gateway": (
        "dev",
        [{"route": "nat", "natMode": "regional", "zoneCount": count} for count in (2, 3)],
    ),
    "the instance role": ("prod", [{"route": "ses", "instanceRoleArn": arn} for arn in ("new", _ROLE)]),
    "routes of source code": (
        "dev",
        [{"route": route, "image": "", "sourceCode": _CODE} for route in ("nat", "ses")],
    ),
    "who opens a rule, and what it is called": (
        "prod",
        [
            {
                "route": "nat",
                "reachVpc": reach,
                "destinations": [{**_POSTGRES, "name": one}, {**_REDIS, "name": other}, block],
            }
            for reach, one, other, block in (
                (False, "postgres", "redis", {"name": "inside", "cidrBlock": "172.31.0.0/16"}),
                (True, "redis", "postgres", {"name": "anywhere", "port": 587, "cidrBlock": "0.0.0.0/0"}),
            )
        ],
    ),
    "the rest of the VPC": ("prod", [{"route": "ses", "reachVpc": reach} for reach in (True, False)]),
}


def tour(configs: list[Config]) -> list[Config]:
    """`configs` in an order in which each one comes right after each other one."""
    made: list[Config] = []
    for at, one in enumerate(configs[:-1]):
        made.append(one)
        for other in configs[at + 1 :]:
            made += [other, one]
    return made


@pytest.mark.parametrize("group", _GROUPS)
def test_mail_is_never_cut(group: str) -> None:
    name, configs = _GROUPS[group]
    first, *others = tour(configs)
    stack = running(name, **first)
    for config in others:
        update = stack.up(**config)
        assert update.error is None
        assert gaps(stack, update) == [], config
    assert stack.up().writes == ()


SES, NAT = {"route": "ses"}, {"route": "nat"}


@pytest.mark.parametrize("end", ["rolled back", "refused", "slow"])
@pytest.mark.parametrize(("old", "new"), [(NAT, SES), ({"smtpPort": 587}, {"smtpPort": 465})])
def test_a_deployment_that_fails_deletes_nothing(old: Config, new: Config, end: str) -> None:
    stack = running("prod", **old)
    stack.account.deployments["daadaar-backend"] = end
    for _again in range(2):
        failed = stack.up(**new)
        assert failed.error is not None
        assert "delete" not in [write.operation for write in failed.writes]
        assert gaps(stack, failed) == []
    stack.account.finish()
    assert cannot_send(stack.account, stack.account.live()) == ""
    repaired = stack.up()
    assert repaired.error is None
    assert "delete" in [write.operation for write in repaired.writes]
    assert gaps(stack, repaired) == []
    assert stack.up().writes == ()


def test_a_rolled_back_deployment_is_told_in_one_line() -> None:
    stack = running("prod", **NAT)
    stack.account.deployments["daadaar-backend"] = "rolled back"
    assert str(stack.up(**SES, privateSubnetIds=_PRIVATE[:1]).error) == (
        "App Runner service 'daadaar-backend' does not run with what this update gave it: SMTP_HOST, "
        "SMTP_PASS, SMTP_USER, VPC connector; App Runner has rolled the deployment back, and nothing was "
        "deleted: see its event and application logs, fix what fails, and run: pulumi up --refresh"
    )


def test_each_setting_that_is_rolled_back_is_named() -> None:
    stack = running("prod", **NAT)
    stack.account.deployments["daadaar-backend"] = "rolled back"
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/daadaar-backend:v2"
    changes = {"image": image, "port": "3000", "cpu": "2048", "memory": "4096", "startCommand": "run"}
    failed = stack.up(**changes, healthCheckPath="/up", instanceRoleArn=_ROLE)
    assert "delete" not in [write.operation for write in failed.writes]
    assert str(failed.error).partition(": ")[2].partition(";")[0] == (
        "the CPU units, the health check's path, the image, the instance role, the memory, the port, the "
        "start command"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"serviceName": "other-name"},
        {"domain": "news.daadaar.com", "zoneName": "daadaar.com"},
        {"domain": ""},
    ],
)
def test_service_and_identity_are_replaced_only_when_asked(change: Config) -> None:
    stack = running("prod", **NAT)
    held = {(each.type, each.id) for each in stack.account.of(SERVICE, IDENTITY, SECRET)}
    assert isinstance(stack.up(**change).error, ProtectedError)
    assert held <= {(each.type, each.id) for each in stack.account.of(SERVICE, IDENTITY, SECRET)}
    assert cannot_send(stack.account, stack.account.live()) == ""
    stack = running("prod", **NAT, protect=False)
    assert stack.up(**change).error is None


def test_credentials_stay_where_mail_leaves_ses() -> None:
    stack = running("prod", **SES)
    [before] = [each for each in stack.account.of(SECRET) if "sender" in each.id]
    for route in (NAT, SES):
        assert stack.up(**route).error is None
        assert stack.account.find(SECRET, before.id) is before


def test_a_policy_stays_attached_when_another_one_goes() -> None:
    arns = [f"arn:aws:iam::aws:policy/Amazon{name}ReadOnlyAccess" for name in ("S3", "SQS", "SNS")]
    stack = running("prod", policyArns=arns)
    for kept in (arns[1:], arns, arns[::-1], arns[:1]):
        assert stack.up(policyArns=kept).error is None
        [role] = [each.id for each in stack.account.of(ROLE) if each.id.startswith("service-instance")]
        attached = [each for each in stack.account.of(ATTACHMENT) if each.get("role") == role]
        assert sorted(each.get("policyArn") for each in attached) == sorted(kept)


def test_rules_of_a_stack_that_is_there_keep_what_they_are() -> None:
    """Rules were called by the names of destinations once."""
    stack = running("prod", **NAT, reachVpc=True)
    called = {
        "172.31.0.0-16": "vpc-172.31.0.0-16",
        "0.0.0.0-0-587": "relay-587",
        "sg-08c3d5e60fa1b7294-5432": "postgres-5432",
        "sg-0f47a91c2bd6e8053-6379": "redis-6379",
    }
    rules = {
        urn: called[urn.partition("::service-")[2]]
        for urn in stack.state
        if re.search("Group(Egress|Ingress)Rule", urn)
    }
    assert len(rules) == 6
    for urn, name in rules.items():
        former = f"{urn.rpartition('::')[0]}::service-{name}"
        stack.state[former] = replace(stack.state.pop(urn), urn=former)
    update = stack.up()
    assert (update.error, update.writes) == (None, ())
    assert rules.keys() <= stack.state.keys()


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_tour_holds_every_change(count: int) -> None:
    configs = [{"n": number} for number in range(count)]
    made = tour(configs)
    wanted = [(one, other) for one in configs for other in configs if one is not other]
    assert all(pair in list(pairwise(made)) for pair in wanted)


@pytest.mark.parametrize(
    ("adopt", "change", "own"),
    [
        ("nat", {"route": "nat"}, GATEWAY),
        ("endpoint", {"route": "ses"}, "aws:ec2/vpcEndpoint:VpcEndpoint"),
        ("identity", {"route": "ses"}, IDENTITY),
        ("identity", {"route": "nat"}, IDENTITY),
    ],
)
def test_a_stack_does_not_adopt_what_it_has_created(adopt: str, change: Config, own: str) -> None:
    stack = running("prod", protect=False, **change)
    [found] = [each.id for each in stack.account.of(own)]
    name = f"the identity {found}" if own == IDENTITY else found
    refused = stack.up(adopt=[adopt])
    assert (str(refused.error), refused.writes) == (
        f"config mailroute:adopt: [{adopt}]: {name} is this stack's own by its tags, and adopting it would "
        "delete it; leave it out",
        (),
    )
    assert cannot_send(stack.account, stack.account.live()) == ""
    assert stack.up(adopt=[]).writes == ()


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "dev",
            {"cidrBlock": "10.0.0.0/16"},
            {"cidrBlock": "10.1.0.0/16"},
            "cidrBlock is '10.1.0.0/16': it would replace {vpc}, which {nat} of this stack is in and cannot "
            "leave with its address; set it to '10.0.0.0/16', or ",
        ),
        (
            "prod",
            {"vpcId": "vpc-0e9cd2c204069ca54", "privateSubnetIds": _PRIVATE},
            {"vpcId": "", "privateSubnetIds": []},
            "vpcId is '': {nat}, this stack's own, is in {vpc}, and moves to no other VPC with its address; "
            "set it to '{vpc}', or ",
        ),
    ],
)
def test_a_nat_gateway_keeps_its_vpc(name: str, old: Config, new: Config, message: str) -> None:
    stack = running(name, **NAT, **old)
    [gateway] = stack.account.of(GATEWAY)
    refused = stack.up(**new)
    assert (str(refused.error), refused.writes) == (
        f"config mailroute:{message.format(nat=gateway.id, vpc=gateway.get('vpcId'))}"
        "change it after an update to the route 'ses' alone",
        (),
    )
    assert stack.up(**old).writes == ()
    for change in (SES, new, NAT):
        moved = stack.up(**change)
        assert moved.error is None
        assert {cannot_send(stack.account, live) for _write, live in moved.instants()} == {""}, change
        assert "update" not in [each.operation for each in moved.writes if each.type == INTERNET_GATEWAY]
    back = stack.up(**old)
    assert (type(back.error), back.writes) == (ArgumentError, ())


def test_mail_leaves_nat_before_its_vpc_goes() -> None:
    stack = running("dev", **NAT)
    refused = stack.up(**SES, cidrBlock="10.1.0.0/16")
    assert "config mailroute:cidrBlock is '10.1.0.0/16'" in str(refused.error)
    assert refused.writes == ()
    assert stack.up(**NAT, cidrBlock="10.0.0.0/16").writes == ()


def test_zones_that_aws_offers_later_move_no_subnet() -> None:
    stack = Stack.of("dev", **NAT)
    smtp = EndpointService(
        "com.amazonaws.us-east-1.email-smtp", "Interface", _SES_HOST, ("us-east-1c", "us-east-1d")
    )
    stack.account._services = (replace(smtp, zones=("us-east-1c",)),)
    assert stack.up().error is None
    own = [each for each in stack.account.of(SUBNET) if "network" in str(each.get("tags"))]
    zones = {each.get("availabilityZone") for each in own}
    assert zones == {"us-east-1a", "us-east-1c"}
    stack.account._services = (smtp,)
    assert stack.up().writes == ()


def test_a_nat_gateway_keeps_its_subnet() -> None:
    stack = running("prod", **NAT)
    [gateway] = stack.account.of(GATEWAY)
    home = stack.account.find(SUBNET, gateway.get("subnetId"))
    assert home is not None
    other = "subnet-00000000000000001"
    twin = {**home.outputs, "id": other, "cidrBlock": "172.31.250.0/24"}
    stack.account.put(AwsResource(SUBNET, other, twin))
    stack.account.changed.clear()
    refused = stack.up(publicSubnetIds=[other])
    assert (str(refused.error), refused.writes) == (
        f"config mailroute:publicSubnetIds is ['{other}']: {gateway.id}, this stack's own, is in {home.id}, "
        f"and moves to no other subnet of its zone with its address; name {home.id} too, or change it after "
        "an update without NAT gateways",
        (),
    )
    assert stack.up(publicSubnetIds=[other, home.id]).writes == ()
    assert stack.up(publicSubnetIds=[]).writes == ()
    assert GATEWAY not in {write.type for write in stack.up(privateSubnetIds=_PRIVATE[::-1]).writes}
