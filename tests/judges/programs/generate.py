"""Small programs at random: a service whose mail leaves through a VPC that the program creates or adopts.

What is written works; then values are written in ways that hide what they are, and things are claimed twice.
The same random number makes the same program.
"""

from __future__ import annotations

from random import Random
from typing import Any, Final

from tests.judges import topologies as t
from tests.judges.programs import claims, hosts
from tests.judges.programs import types as kinds
from tests.judges.programs.choices import with_adoption, with_choices
from tests.judges.programs.existing import ADOPTED, existing
from tests.judges.programs.expressions import Expression
from tests.judges.programs.model import COMPONENT, Declared, Program
from tests.judges.programs.writer import Writer, output
from tests.judges.topologies import Draft

SMTP_RULE: Final = {"protocol": "tcp", "fromPort": 587, "toPort": 587}
TYPES_OF_ACCOUNT: Final = (t.VPC, t.SUBNET, t.ROUTE_TABLE, t.NAT_GATEWAY, t.GROUP, t.INTERNET_GATEWAY, t.ACL)


def program(seed: int) -> Program:
    """The program of `seed`."""
    chosen = with_choices(Scene(Random(seed)).write(), Random(f"choices {seed}"))
    return with_adoption(chosen, Random(f"adoption {seed}"))


class Scene:
    """One program in the making: what it does, step by step."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.adopts = rng.random() < 0.7
        self.account = existing(rng) if self.adopts or rng.random() < 0.3 else Draft(rng)
        self.writer = Writer(rng, self.account)
        self.route = rng.choice(("nat", "nat", "nat", "endpoint", "endpoint", "both"))
        self.number = 0
        self.default_group: Expression = None
        self.start = "10.1" if self.adopts else "10.0"

    def write(self) -> Program:
        writer = self.writer
        self._vpc()
        self._decoys()
        groups = self._groups()
        subnets = self._subnets()
        if self.route != "nat":
            self._endpoint(subnets, groups)
        self._claims(subnets)
        self._service(subnets, groups)
        hidden: list[str] = []
        if self.adopts and writer.chance(0.12):
            ids = [key for type_ in TYPES_OF_ACCOUNT for key in self.account.ids(type_) if type_ != t.VPC]
            dead = [key for key in ids if key.endswith(("shut", "dead", "bare"))]
            hidden = dead or self.rng.sample(ids, min(len(ids), 2))
        return writer.program(evidence=writer.chance(0.75), hidden=tuple(hidden))

    def _cidr(self) -> str:
        self.number += 1
        return f"{self.start}.{(self.number + 7) * 16}.0/20"

    def _zone(self) -> str:
        return self.rng.choice(list(t.ZONES.values()))

    # The VPC ---------------------------------------------------------------------------------------

    def _vpc(self) -> None:
        writer = self.writer
        if self.adopts:
            writer.vpc = writer.known(ADOPTED, t.VPC)
        else:
            names = {"enableDnsSupport": True, "enableDnsHostnames": self.rng.random() < 0.95}
            writer.vpc = writer.add(t.VPC, "vpc", cidrBlock="10.0.0.0/16", **names)
        for type_ in TYPES_OF_ACCOUNT:
            for key in self.account.ids(type_):
                inside = self.adopts and ADOPTED in (key, self.account[key].get("vpcId"))
                if inside or writer.chance(0.1 if self.adopts else 0.3):
                    writer.there[type_].append(writer.known(key, type_))

    def _existing(self, key: str) -> Expression | None:
        """A thing of the adopted VPC that works."""
        if not self.adopts or key not in self.account.resources:
            return None
        return self.writer.known(key, self.account.resources[key][0])

    def _decoys(self) -> None:
        """New things that nothing of the path needs, and in which it is dead."""
        writer = self.writer
        if writer.chance(0.3):
            decoy = self._new_subnet("decoy")
            if writer.chance(0.5):
                table = writer.add(t.ROUTE_TABLE, "decoy-table", vpcId=writer.vpc)
                writer.add(kinds.ASSOCIATION, "decoy-association", subnetId=decoy, routeTableId=table)
        if writer.chance(0.2):
            writer.add(t.GROUP, "decoy-group", vpcId=writer.vpc)
        if writer.chance(0.1):
            writer.add(kinds.EIP, "decoy-address")
        if writer.chance(0.1):
            away = {"region": t.OTHER_REGION}
            vpc = writer.add(t.VPC, "away", cidrBlock="10.0.0.0/16", enableDnsHostnames=True, **away)
            writer.add(t.GROUP, "away-group", vpcId=vpc, **away)

    # Security groups -------------------------------------------------------------------------------

    def _groups(self) -> list[Expression]:
        writer, existing_group = self.writer, self._existing("sg-open")
        if writer.chance(0.12):
            self.default_group = claims.default_group(writer)
            return [self.default_group]
        if existing_group is not None and writer.chance(0.3):
            return [existing_group]
        if writer.chance(0.5):
            group = writer.add(t.GROUP, "group", vpcId=writer.vpc, egress=[dict(t.OPEN_RULE)])
        else:
            group = writer.add(t.GROUP, "group", vpcId=writer.vpc)
            peer: dict[str, Any] = {"cidrBlocks": [t.ANYWHERE]}
            given = {**SMTP_RULE, **peer, "type": "egress"}
            writer.add(kinds.GROUP_RULE, "rule", securityGroupId=writer.one(group, t.GROUP), **given)
        return [group]

    # Subnets, and their way out ---------------------------------------------------------------------

    def _new_subnet(self, name: str) -> Expression:
        writer = self.writer
        given = {"cidrBlock": self._cidr(), "availabilityZoneId": self._zone()}
        return writer.add(t.SUBNET, name, vpcId=writer.one(writer.vpc, t.VPC, plain=0.95), **given)

    def _subnets(self) -> list[Expression]:
        writer, found = self.writer, self._existing("subnet-alive")
        alive = found is not None and "nat-alive" in self.account.resources
        count = self.rng.choice((1, 1, 2))
        if found is not None and alive and writer.chance(0.3):
            return [found] if count == 1 else [found, *self._routed(1)]
        return self._routed(count)

    def _routed(self, count: int) -> list[Expression]:
        """New subnets with a table; without a NAT gateway where the mail leaves by the endpoint."""
        writer = self.writer
        inside = writer.chance(0.15)
        if inside:
            writer.component = "network"
            writer.declared.append(Declared("network", COMPONENT, kind="component"))
        subnets = [self._new_subnet(f"private{number}") for number in range(count)]
        if self.route != "endpoint" and not inside and writer.chance(0.2):
            self._routed_by_main_table()
            return subnets
        table = self._table() if self.route != "endpoint" else None
        for number, subnet in enumerate(subnets if table is not None else ()):
            given = {"subnetId": writer.one(subnet, t.SUBNET, plain=0.85)}
            given["routeTableId"] = writer.one(table, t.ROUTE_TABLE, plain=0.8)
            writer.add(kinds.ASSOCIATION, f"association{number}", **given)
        writer.component = None
        if inside and table is not None and writer.chance(0.5):
            linked = [each for each in writer.declared if each.parent and each.type == kinds.ASSOCIATION]
            return [output(each.name, "subnetId") for each in linked]
        return subnets

    def _routed_by_main_table(self) -> None:
        if self.writer.chance(0.5):
            claims.main_table(self.writer, self._table())
        else:
            claims.default_table(self.writer, self._nat())

    def _table(self) -> Expression:
        writer, alive = self.writer, self._existing("rtb-alive")
        if alive is not None and writer.chance(0.2):
            return alive
        target = {"natGatewayId": writer.one(self._nat(), t.NAT_GATEWAY)}
        if writer.chance(0.4):
            routes = [{"cidrBlock": t.ANYWHERE, **target}]
            return writer.add(t.ROUTE_TABLE, "table", vpcId=writer.vpc, routes=routes)
        table = writer.add(t.ROUTE_TABLE, "table", vpcId=writer.vpc)
        given = {"destinationCidrBlock": t.ANYWHERE, **target}
        writer.add(kinds.ROUTE, "route", routeTableId=writer.one(table, t.ROUTE_TABLE, plain=0.8), **given)
        return table

    def _nat(self) -> Expression:
        writer, alive = self.writer, self._existing("nat-alive")
        if alive is not None and writer.chance(0.3):
            return alive
        address = writer.add(kinds.EIP, "address")
        subnet = self._public_subnet()
        given = {"subnetId": writer.one(subnet, t.SUBNET), "connectivityType": "public"}
        waits = tuple(each.name for each in writer.declared if each.type == t.INTERNET_GATEWAY)
        given["allocationId"] = writer.one(address, kinds.EIP, plain=0.85)
        return writer.add(t.NAT_GATEWAY, "nat", waits, **given)

    def _public_subnet(self) -> Expression:
        writer, public = self.writer, self._existing("subnet-public")
        routed = public is not None and "rtb-public" in self.account.resources
        if public is not None and routed and writer.chance(0.4):
            return public
        gateway = self._existing("igw-a") if "igw-a" in self.account.resources else None
        if gateway is None:
            gateway = writer.add(t.INTERNET_GATEWAY, "gateway", vpcId=writer.vpc)
        subnet = self._new_subnet("public")
        routes = [{"cidrBlock": t.ANYWHERE, "gatewayId": gateway}]
        table = writer.add(t.ROUTE_TABLE, "public-table", vpcId=writer.vpc, routes=routes)
        given = {"routeTableId": writer.one(table, t.ROUTE_TABLE, plain=0.9)}
        writer.add(kinds.ASSOCIATION, "public-association", subnetId=subnet, **given)
        return subnet

    # The endpoint ----------------------------------------------------------------------------------

    def _endpoint(self, subnets: list[Expression], groups: list[Expression]) -> None:
        writer = self.writer
        if "vpce-a" in self.account.resources and self.adopts and writer.chance(0.9):
            return
        peer = self.rng.choice(({"securityGroups": groups[:1]}, {"cidrBlocks": [f"{self.start}.0.0/16"]}))
        rules = {"ingress": [{**SMTP_RULE, **peer}]} if writer.chance(0.6) else {}
        group = writer.add(t.GROUP, "endpoint-group", vpcId=writer.vpc, **rules)
        if not rules:
            flat = {"cidrBlocks": peer.get("cidrBlocks"), "sourceSecurityGroupId": None}
            if "securityGroups" in peer:
                flat = {"sourceSecurityGroupId": groups[0]}
            named = {"securityGroupId": writer.one(group, t.GROUP, plain=0.7)}
            writer.add(kinds.GROUP_RULE, "endpoint-rule", **named, **SMTP_RULE, type="ingress", **flat)
        writer.add(
            t.ENDPOINT,
            "endpoint",
            vpcId=writer.one(writer.vpc, t.VPC, plain=0.8),
            serviceName=f"com.amazonaws.{t.REGION}.email-smtp",
            vpcEndpointType="Interface",
            privateDnsEnabled=True,
            subnetIds=writer.listed(subnets[:1], t.SUBNET),
            securityGroupIds=writer.listed([group], t.GROUP),
        )

    # Claims ----------------------------------------------------------------------------------------

    def _claims(self, subnets: list[Expression]) -> None:
        """Beyond the path: who has the ACL of its subnets, and what is in the default one."""
        writer = self.writer
        if writer.chance(0.15):
            claims.acl_of_subnet(writer, subnets)
        elif writer.chance(0.1):
            claims.default_acl(writer)
        if writer.there[kinds.EIP] and writer.chance(0.08):
            claims.address(writer, writer.there[kinds.EIP][0])

    # The service -----------------------------------------------------------------------------------

    def _service(self, subnets: list[Expression], groups: list[Expression]) -> None:
        writer = self.writer
        named: Expression = groups if writer.chance(0.5 if self.default_group else 0.95) else []
        if named and writer.chance(0.6):
            named = writer.listed(groups, t.GROUP)
        given = {"subnets": writer.listed(subnets, t.SUBNET), "securityGroups": named}
        writer.add(t.CONNECTOR, "connector", vpcConnectorName="connector", **given)
        if writer.chance(0.15):
            others = [each for each in writer.there[t.SUBNET] if each not in subnets] or subnets
            other = {"subnets": [self.rng.choice(others)], "securityGroups": groups}
            writer.add(t.CONNECTOR, "other", vpcConnectorName="other", **other)
        writer.there["arn"] = [
            output(each.name, "arn") for each in writer.declared if each.type == t.CONNECTOR
        ]
        arn = writer.one(output("connector", "arn"), "arn")
        host = {"nat": t.RELAY, "endpoint": t.SES, "both": self.rng.choice((t.SES, t.RELAY, None))}[
            self.route
        ]
        if writer.chance(0.15):
            host = hosts.named_host(writer, inside=f"{self.start}.128.77")
        environment = {"SMTP_HOST": host, "SMTP_PORT": "587"} if host else {}
        image = {"imageIdentifier": "public.ecr.aws/nginx/nginx:1", "imageRepositoryType": "ECR_PUBLIC"}
        configured = {"runtimeEnvironmentVariables": environment}
        writer.add(
            t.SERVICE,
            "service",
            serviceName="service",
            networkConfiguration={"egressConfiguration": {"egressType": "VPC", "vpcConnectorArn": arn}},
            sourceConfiguration={"imageRepository": {**image, "imageConfiguration": configured}},
        )
