"""`awsx.ec2.Vpc`: a VPC with subnets in several zones, their tables and routes, and NAT gateways.

Source: Pulumi Registry, "AWSx", "awsx.ec2.Vpc".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mailroute import wire
from reachability.values import UNKNOWN, contains_unknown

from ..component import Child, NotSimulatedError, Surroundings
from .layout import Spec, Subnet, subnets

TYPE: Final = "awsx:ec2:Vpc"
_EC2: Final = "aws:ec2/"
_EVERYWHERE: Final = "0.0.0.0/0"
_USUAL_BLOCK: Final = "10.0.0.0/16"
_USUAL_ZONES: Final = 3
_ORDER: Final = ("public", "private", "isolated")
_OWN: Final = frozenset(
    {
        "availabilityZoneCidrMask",
        "availabilityZoneNames",
        "natGateways",
        "numberOfAvailabilityZones",
        "region",
        "subnetNameTagStrategy",
        "subnetSpecs",
        "subnetStrategy",
        "tags",
        "vpcEndpointSpecs",
        "vpcEndpointStrategy",
    }
)
"""The arguments that are not the VPC's own."""
_PLAIN: Final = _OWN - {"natGateways", "tags", "vpcEndpointSpecs"} | {"cidrBlock"}
"""Those that decide which children there are."""
_NOT_SIMULATED: Final = ("assignGeneratedIpv6CidrBlock", "ipv4IpamPoolId", "ipv6CidrBlock", "ipv6IpamPoolId")
_GATEWAYS: Final = frozenset({"none", "single", "oneperaz"})


@dataclass
class _Made:
    """The children so far, by what the outputs call them."""

    subnets: dict[str, list[Child]] = field(default_factory=lambda: {kind: [] for kind in _ORDER})
    all_subnets: list[Child] = field(default_factory=list)
    tables: list[Child] = field(default_factory=list)
    associations: list[Child] = field(default_factory=list)
    routes: list[Child] = field(default_factory=list)
    gateways: list[Child] = field(default_factory=list)
    addresses: list[Child] = field(default_factory=list)


class _Vpc:
    """One VPC, while its children are registered."""

    def __init__(self, name: str, arguments: Mapping[str, Any], around: Surroundings) -> None:
        self.name = name
        self.arguments = arguments
        self.around = around
        plain = wire.plain(arguments)
        _refuse(plain)
        self.region = plain.get("region")
        self.zones = _zones(plain, around)
        nat = plain.get("natGateways") or {}
        self.strategy = str(nat.get("strategy") or "OnePerAz").lower()
        self.allocations = list(nat.get("elasticIpAllocationIds") or ())
        self.block = plain.get("cidrBlock") or _USUAL_BLOCK
        specs = plain.get("subnetSpecs")
        with_secrets = wire.transform(arguments.get("subnetSpecs") or (), wire.flat)
        tags = [wire.transform(entry, wire.flat).get("tags") or {} for entry in with_secrets]
        pairs = None if specs is None else zip(specs, tags, strict=True)
        self.specs = None if pairs is None else [_spec(entry, own) for entry, own in pairs]
        self.layout = subnets(
            self.block,
            len(self.zones),
            self.specs,
            plain.get("subnetStrategy") or "Legacy",
            int(plain.get("availabilityZoneCidrMask") or 0),
        )
        self.by_zone = plain.get("subnetNameTagStrategy") == "AvailabilityZone"
        self._check_gateways()
        self.made = _Made()

    def _check_gateways(self) -> None:
        if self.strategy not in _GATEWAYS:
            raise ValueError(f"natGateways.strategy {self.strategy!r}: name None, Single or OnePerAz")
        kinds = {subnet.spec.kind for subnet in self.layout}
        if self.strategy != "none" and ("public" not in kinds or kinds == {"public"}):
            raise ValueError(
                "natGateways.strategy: NAT gateways need public subnets to be in and private or isolated "
                "ones beside them: name both in subnetSpecs, or the strategy None"
            )
        count = len(self.allocations)
        allowed = {"none": {0}, "single": {0, 1}, "oneperaz": {0, len(self.zones)}}[self.strategy]
        if count not in allowed:
            raise ValueError(
                f"natGateways.elasticIpAllocationIds: {count} addresses do not fit the strategy "
                f"{self.strategy} in {len(self.zones)} zones"
            )

    def register(self, type_: str, name: str, inputs: Mapping[str, Any], parent: Child, **tags: Any) -> Child:
        """A child with the tags of the component and its own."""
        own = {"tags": self._tags(tags)} if tags else {}
        given = {"region": self.region, **inputs, **own}
        return self.around.register(type_, name, given, parent=parent.urn, depends_on=(parent.urn,))

    def _tags(self, own: Mapping[str, Any]) -> Any:
        tags = self.arguments.get("tags")
        dependencies = tags.dependencies if isinstance(tags, wire.OutputValue) else ()
        given = wire.flat(tags) if tags is not None else {}
        merged = {**given, **own} if isinstance(given, Mapping) else given
        return wire.OutputValue(merged, dependencies) if dependencies else merged

    def expand(self) -> Mapping[str, Any]:
        own = {name: value for name, value in self.arguments.items() if name not in _OWN}
        inputs = {
            "region": self.region,
            **own,
            "cidrBlock": self.block,
            "tags": self._tags({"Name": self.name}),
        }
        vpc = self.around.register(f"{_EC2}vpc:Vpc", self.name, inputs)
        internet = self.register(
            f"{_EC2}internetGateway:InternetGateway", self.name, {"vpcId": vpc.id_output}, vpc, Name=self.name
        )
        for zone in range(len(self.zones)):
            here = [subnet for subnet in self.layout if subnet.zone == zone]
            for subnet in sorted(here, key=lambda each: _ORDER.index(each.spec.kind)):
                self._add(subnet, vpc, internet)
        return self._outputs(vpc, internet)

    def _add(self, subnet: Subnet, vpc: Child, internet: Child) -> None:
        kind, made = subnet.spec.kind, self.made
        stem = f"{self.name}-{subnet.spec.name or kind}"
        name = f"{stem}-{subnet.zone + 1}"
        zone = self.zones[subnet.zone]
        tags = {
            **subnet.spec.tags,
            "Name": f"{stem}-{zone.rpartition('-')[2]}" if self.by_zone else name,
            "SubnetType": kind.title(),
        }
        inputs = {
            "vpcId": vpc.id_output,
            "availabilityZone": zone,
            "mapPublicIpOnLaunch": kind == "public",
            "cidrBlock": str(subnet.block),
            "assignIpv6AddressOnCreation": False,
        }
        child = self.register(f"{_EC2}subnet:Subnet", name, inputs, vpc, **tags)
        made.subnets[kind].append(child)
        made.all_subnets.append(child)
        table_tags = {key: tags[key] for key in ("Name", "SubnetType")}
        table = self.register(
            f"{_EC2}routeTable:RouteTable", name, {"vpcId": vpc.id_output}, child, **table_tags
        )
        made.tables.append(table)
        joined = {"routeTableId": table.id_output, "subnetId": child.id_output}
        association = f"{_EC2}routeTableAssociation:RouteTableAssociation"
        made.associations.append(self.register(association, name, joined, table))
        if kind == "public" and self._wants_gateway(subnet.zone):
            self._add_gateway(subnet.zone, child)
        target = self._target(subnet, internet)
        if target:
            route = {"routeTableId": table.id_output, "destinationCidrBlock": _EVERYWHERE, **target}
            made.routes.append(self.register(f"{_EC2}route:Route", name, route, table))

    def _wants_gateway(self, zone: int) -> bool:
        wanted = {"none": 0, "single": 1, "oneperaz": zone + 1}[self.strategy]
        return len(self.made.gateways) < wanted

    def _add_gateway(self, zone: int, subnet: Child) -> None:
        name = f"{self.name}-{zone + 1}"
        if self.allocations:
            allocation = self._allocation(zone)
        else:
            address = self.register(f"{_EC2}eip:Eip", name, {}, subnet, Name=name)
            self.made.addresses.append(address)
            allocation = address.output("allocationId")
        inputs = {"subnetId": subnet.id_output, "allocationId": allocation}
        self.made.gateways.append(
            self.register(f"{_EC2}natGateway:NatGateway", name, inputs, subnet, Name=name)
        )

    def _allocation(self, zone: int) -> Any:
        """An address that the program gives, with what the argument as a whole depends on."""
        given = self.arguments["natGateways"]
        dependencies = given.dependencies if isinstance(given, wire.OutputValue) else ()
        return wire.OutputValue(self.allocations[zone], dependencies)

    def _target(self, subnet: Subnet, internet: Child) -> Mapping[str, Any]:
        if subnet.spec.kind == "public":
            return {"gatewayId": internet.id_output}
        if subnet.spec.kind != "private" or self.strategy == "none":
            return {}
        gateway = self.made.gateways[0 if self.strategy == "single" else subnet.zone]
        return {"natGatewayId": gateway.id_output}

    def _outputs(self, vpc: Child, internet: Child) -> Mapping[str, Any]:
        made = self.made
        return {
            "vpc": vpc.reference,
            "vpcId": vpc.id_output,
            "internetGateway": internet.reference,
            "subnets": _references(made.all_subnets),
            **{f"{kind}SubnetIds": [each.id_output for each in made.subnets[kind]] for kind in _ORDER},
            "routeTables": _references(made.tables),
            "routeTableAssociations": _references(made.associations),
            "routes": _references(made.routes),
            "natGateways": _references(made.gateways),
            "eips": _references(made.addresses),
            "vpcEndpoints": [],
        }


def expand(name: str, arguments: Mapping[str, Any], around: Surroundings) -> Mapping[str, Any]:
    """Register the children of a VPC: see `Expand`."""
    return _Vpc(name, arguments, around).expand()


def _references(children: list[Child]) -> list[wire.ResourceReference]:
    return [child.reference for child in children]


def _refuse(plain: Mapping[str, Any]) -> None:
    """Arguments of which it is not known here what becomes of them."""
    unknown = sorted(name for name in _PLAIN if contains_unknown(plain.get(name)))
    nat = plain.get("natGateways")
    if nat is not None and (nat is UNKNOWN or contains_unknown(nat.get("strategy"))):
        unknown.append("natGateways.strategy")
    if unknown:
        raise NotSimulatedError(f"with unknown {', '.join(unknown)}")
    asked = [name for name in (*_NOT_SIMULATED, "vpcEndpointSpecs") if plain.get(name)]
    specs = plain.get("subnetSpecs") or ()
    asked += ["subnetSpecs.assignIpv6AddressOnCreation"] * any(
        spec.get("assignIpv6AddressOnCreation") for spec in specs
    )
    if asked:
        raise NotSimulatedError(f"with {', '.join(asked)}")


def _zones(plain: Mapping[str, Any], around: Surroundings) -> list[str]:
    named, count = plain.get("availabilityZoneNames"), plain.get("numberOfAvailabilityZones")
    if named and count:
        raise ValueError("availabilityZoneNames and numberOfAvailabilityZones: name one of them only")
    if named:
        return list(named)
    wanted, found = int(count or _USUAL_ZONES), _all_zones(plain.get("region"), around)
    if len(found) < wanted:
        raise ValueError(
            f"numberOfAvailabilityZones: {wanted} are wanted, and the region has {len(found)}: "
            f"set numberOfAvailabilityZones to {len(found)}, or name availabilityZoneNames"
        )
    return found[:wanted]


def _all_zones(region: str | None, around: Surroundings) -> list[str]:
    """The names of the availability zones of a region, of the provider's where none is named."""
    arguments = {"region": region} if region else {}
    answer = around.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", arguments)
    return list(answer.get("names") or ())


def _spec(entry: Mapping[str, Any], tags: Mapping[str, Any]) -> Spec:
    kind = str(entry.get("type")).lower()
    if kind not in (*_ORDER, "unused"):
        raise ValueError(
            f"subnetSpecs: the type {entry.get('type')!r} is none of Public, Private, Isolated, Unused"
        )
    length = int(entry.get("cidrMask") or 0)
    size = int(entry.get("size") or 0)
    if size and size & (size - 1):
        raise ValueError(f"subnetSpecs: the size {size} is no power of two")
    of_size = 33 - size.bit_length() if size else 0
    if length and of_size and length != of_size:
        raise ValueError(f"subnetSpecs: the size {size} is not that of a /{length}")
    blocks = tuple(entry.get("cidrBlocks") or ())
    return Spec(kind, entry.get("name") or "", length or of_size, blocks, tags)
