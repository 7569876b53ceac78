"""Runs programs against Pulumi's mock monitor and keeps the graph that they register.

A run is a preview (no ids, no computed values) or an up (both). The account behind the invokes is the
incident's, or what a test made of it.
"""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime import mocks, rpc

from mailroute import wire
from mailroute.rehearsal.project import Project
from tests.components.programs import RefusedError, run_program

REPOSITORY = Path(__file__).resolve().parents[2]
REGION = "us-east-1"


@dataclass(frozen=True)
class Registered:
    """A resource as the program registered it."""

    type: str
    name: str
    parent: str | None
    custom: bool
    inputs: dict[str, Any]
    property_dependencies: dict[str, frozenset[str]]
    dependencies: frozenset[str]
    delete_before_replace: bool
    aliases: tuple[str, ...] = ()
    ignore_changes: frozenset[str] = frozenset()
    creation_timeout: str = ""

    @property
    def key(self) -> str:
        return f"{self.type}::{self.name}"


@dataclass
class Graph:
    """Everything that a run registered, by `type::name`, and the outputs of its components and stack."""

    resources: dict[str, Registered] = field(default_factory=dict)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Registered:
        return self.resources[key]

    def of_type(self, kind: str) -> list[Registered]:
        return sorted((one for one in self.resources.values() if one.type == kind), key=lambda one: one.name)

    def one(self, kind: str) -> Registered:
        (found,) = self.of_type(kind)
        return found

    @property
    def custom(self) -> dict[str, Registered]:
        return {key: one for key, one in self.resources.items() if one.custom}

    @property
    def stack_outputs(self) -> dict[str, Any]:
        return next(values for key, values in self.outputs.items() if key.startswith("pulumi:pulumi:Stack"))


class Monitor(mocks.MockMonitor):
    """Pulumi's mock monitor, which also keeps every request."""

    def __init__(self, account: Account, preview: bool) -> None:
        super().__init__(_Aws(account, preview))
        self.graph = Graph()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 (the protocol's name)
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            registered = Registered(
                type=request.type,
                name=request.name,
                parent=_key(request.parent) if request.parent else None,
                custom=request.custom,
                inputs=wire.decode(request.object),
                property_dependencies={
                    name: frozenset(map(_key, found.urns))
                    for name, found in request.propertyDependencies.items()
                },
                dependencies=frozenset(map(_key, request.dependencies)),
                delete_before_replace=request.deleteBeforeReplace,
                creation_timeout=request.customTimeouts.create,
                aliases=tuple("no parent" if alias.spec.noParent else alias.urn for alias in request.aliases),
                ignore_changes=frozenset(request.ignoreChanges),
            )
            assert registered.key not in self.graph.resources, f"{registered.key} is registered twice"
            self.graph.resources[registered.key] = registered
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 (the protocol's name)
        self.graph.outputs[_key(request.urn)] = wire.decode(request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]


class Account:
    """What the invokes find: the incident's account until a test changes it."""

    def __init__(self) -> None:
        self.document = json.loads((REPOSITORY / "accounts" / "prod.json").read_text())
        self.asked: list[str] = []

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        return {one["id"]: one["properties"] for one in self.document["resources"] if one["type"] == kind}

    def add(self, kind: str, identifier: str, properties: dict[str, Any]) -> None:
        self.document["resources"].append({"type": kind, "id": identifier, "properties": properties})

    @property
    def vpcs(self) -> dict[str, dict[str, Any]]:
        return self.of_type("aws:ec2/vpc:Vpc")

    @property
    def subnets(self) -> dict[str, dict[str, Any]]:
        return self.of_type("aws:ec2/subnet:Subnet")

    @property
    def route_tables(self) -> dict[str, dict[str, Any]]:
        return self.of_type("aws:ec2/routeTable:RouteTable")

    @property
    def service_zones(self) -> list[str]:
        (service,) = (
            one for one in self.document["endpointServices"] if one["serviceName"].endswith(".email-smtp")
        )
        zones: list[str] = service["availabilityZones"]
        return zones

    def answer(self, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append(f"{token} {json.dumps(args, sort_keys=True)}")
        name = token.rsplit(":", 1)[1]
        if name in _FIXED:
            return _FIXED[name]
        if name == "getAvailabilityZones":
            return {"names": [zone["name"] for zone in self.document["availabilityZones"]]}
        if name == "getVpcEndpointService":
            assert args["serviceName"] == f"com.amazonaws.{REGION}.email-smtp"
            return {"availabilityZones": self.service_zones}
        if name in ("getVpc", "getSubnet", "getSecurityGroup", "getZone"):
            groups = self.of_type("aws:ec2/securityGroup:SecurityGroup")
            zones = self.of_type("aws:route53/zone:Zone")
            zones |= {zone["name"]: zone for zone in zones.values()}
            wanted = args.get("id") or args.get("zoneId") or args["name"]
            return _one(wanted, self.vpcs | self.subnets | groups | zones)
        if name == "getSubnets":
            filters = args.get(
                "filters", [{"values": []}]
            )  # by tags alone: those of the stack, which has none
            return {"ids": [one for one, it in self.subnets.items() if it["vpcId"] in filters[0]["values"]]}
        if name == "getRouteTables":
            return {"ids": [one for one, it in self.route_tables.items() if it["vpcId"] == args["vpcId"]]}
        if name == "getRouteTable":
            return {"tags": {}, **deepcopy(self.route_tables[args["routeTableId"]])}
        if name == "getNatGateways":
            gateways = self.of_type("aws:ec2/natGateway:NatGateway")
            return {
                "ids": [one for one, it in gateways.items() if args["tags"].items() <= it["tags"].items()]
            }
        if name == "getRole" and args["name"] != "nobody":
            return {"name": args["name"]}
        if name in ("getEmailIdentity", "getVpcEndpoint", "getRole"):
            raise RefusedError("no matching resource found")
        raise AssertionError(f"nothing answers {token}")


_FIXED: dict[str, dict[str, Any]] = {
    "getRegion": {"region": REGION, "name": REGION},
    "getCallerIdentity": {"accountId": "123456789012"},
    "getHostedZoneId": {"id": "Z01915732ZBZKC8D32TPT"},
    "getRecords": {"resourceRecordSets": []},
    "getSecurityGroups": {"ids": []},
}
"""The answers that hang on nothing."""


def _one(name: str, found: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    if name not in found:
        raise RefusedError(f"no matching {name} found")
    return dict(found[name])


class _Aws(mocks.Mocks):
    def __init__(self, account: Account, preview: bool) -> None:
        self._account, self._preview = account, preview

    def call(self, args: mocks.MockCallArgs) -> Any:
        return self._account.answer(args.token, args.args)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        identifier = None if self._preview or not args.custom else f"{args.name}-id"
        outputs = {"arn": _arn(args.typ), "name": "NAME", **_COMPUTED.get(args.typ, {})}
        computed = json.loads(json.dumps(outputs).replace("NAME", args.name))
        if self._preview:
            computed = dict.fromkeys(computed, rpc.UNKNOWN)
        return identifier, {**computed, **args.inputs, **_replaced(args.typ, computed)}


def _replaced(kind: str, computed: dict[str, Any]) -> dict[str, Any]:
    """The computed values that the program's own input of the same name does not hide."""
    return {name: computed[name] for name in _COMPUTED.get(kind, {})}


_COMPUTED: dict[str, dict[str, Any]] = {
    "aws:sesv2/emailIdentity:EmailIdentity": {
        "dkimSigningAttributes": {"tokens": ["token-a", "token-b", "token-c"]}
    },
    "aws:ec2/eip:Eip": {"publicIp": "ip-of-NAME"},
    "aws:ec2/vpcEndpoint:VpcEndpoint": {"dnsEntries": [{"dnsName": "NAME.vpce.amazonaws.com"}]},
    "aws:secretsmanager/secretVersion:SecretVersion": {"versionId": "version-1"},
    "aws:iam/accessKey:AccessKey": {"sesSmtpPasswordV4": "the-password"},
    "aws:apprunner/service:Service": {"serviceUrl": "NAME.awsapprunner.com"},
    "aws:apprunner/customDomainAssociation:CustomDomainAssociation": {
        "dnsTarget": "abcde12345.us-east-1.awsapprunner.com",
        "certificateValidationRecords": [
            {
                "name": f"_{at}.NAME.",
                "type": "CNAME",
                "value": f"_{at}.acm-validations.aws.",
                "status": "PENDING",
            }
            for at in "ba"
        ],
    },
}


def _arn(kind: str) -> str:
    package, _, name = kind.partition("/")
    return f"arn:aws:{package.split(':')[-1]}:{REGION}:123456789012:{name.partition(':')[0]}:NAME"


def _key(urn: str) -> str:
    _, _, kind, name = urn.split("::", 3)
    return f"{kind.rsplit('$', 1)[-1]}::{name}"


def run(
    program: Callable[[], object],
    *,
    preview: bool = False,
    account: Account | None = None,
    config: Mapping[str, str] | None = None,
) -> Graph:
    """Run `program` in a stack of its own; an exception of the program comes out as it is.

    Raises:
        BaseException: what the program raised; `graph` of it is what had been registered before.
    """
    monitor = Monitor(account or Account(), preview)
    try:
        run_program(program, monitor, config or {}, preview=preview)
    except BaseException as error:
        error.graph = monitor.graph  # type: ignore[attr-defined]
        raise
    return monitor.graph


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def register() -> Callable[..., Graph]:
    """Run a function that makes resources, and give the graph."""
    return run


@pytest.fixture
def program() -> Callable[..., Graph]:
    """Run the program of this repository with a stack's config, some of it changed."""

    def run_stack(
        stack: str = "prod", *, preview: bool = False, account: Account | None = None, **changes: Any
    ) -> Graph:
        if account is not None:
            return _run_program(stack, preview, account, json.dumps(changes))
        return _known_program(stack, preview, json.dumps(changes))

    return run_stack


@cache
def _known_program(stack: str, preview: bool, changes: str) -> Graph:
    """The same run twice gives the same graph, which no test changes: one run is enough."""
    return _run_program(stack, preview, Account(), changes)


def _run_program(stack: str, preview: bool, account: Account, changes: str) -> Graph:
    config = dict(Project.load(REPOSITORY, stack).config)
    for key, value in json.loads(changes).items():
        config[f"mailroute:{key}"] = value if isinstance(value, str) else json.dumps(value)
    return run(
        lambda: runpy.run_path(str(REPOSITORY / "__main__.py"), run_name="__main__"),
        preview=preview,
        account=account,
        config=config,
    )
