"""A region's default VPC and its default subnets, which a program adopts: AWS has made them already."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from ..account import Account, AwsResource
from ..errors import AwsError
from ..kind import Call, Caller, Kind
from . import vpc as vpcs
from .routing import INTERNET, TABLE

DEFAULT_VPC: Final = "aws:ec2/defaultVpc:DefaultVpc"
DEFAULT_SUBNET: Final = "aws:ec2/defaultSubnet:DefaultSubnet"
_BLOCK: Final = ipaddress.IPv4Network("172.31.0.0/16")
_SUBNET_PREFIX: Final = 20
_ABSENT_INSIDE: Final = frozenset({"default", "defaultForAz", "tags", "tagsAll"})
"""What the account keeps of a VPC or a subnet, and the resource that adopts it has not or has as its own."""


def zone_has_default_subnet(call: Call) -> None:
    """A default subnet is that of a zone ("Default subnets", Amazon VPC User Guide)."""
    vpcs.subnet_zone_exists(call)
    _adopted_subnet(call)


def _default_vpc(call: Call) -> tuple[AwsResource, ...]:
    """The default VPC, first, and what AWS makes with it that the account has not shown.

    Source: Amazon VPC User Guide, "Default VPC components".
    """
    for found in call.account.of(vpcs.VPC_TYPE):
        if found.get("default") and (found.get("region") or call.account.region) == call.region:
            return (found,)
    inputs = {"cidrBlock": str(_BLOCK), "enableDnsSupport": True, "enableDnsHostnames": True}
    of_region = replace(
        call, urn=f"default VPC of {call.caller.account_id} {call.region}", generation=0, inputs=inputs
    )
    identity = of_region.ec2_id("vpc")
    outputs = {**inputs, **vpcs.new_vpc(of_region, identity), "default": True, "region": call.region}
    vpc = AwsResource(vpcs.VPC_TYPE, identity, outputs)
    gateway = of_region.ec2_id("igw")
    route = {"cidrBlock": "0.0.0.0/0", "gatewayId": gateway}
    return (
        vpc,
        *(
            replace(part, outputs={**part.outputs, "routes": [route]}) if part.type == TABLE else part
            for part in vpcs.parts_of_new_vpc(vpc, of_region)
        ),
        AwsResource(INTERNET, gateway, {"vpcId": identity, "ownerId": call.caller.account_id}),
        *_default_subnets(of_region, identity),
    )


def default_network(account: Account) -> tuple[AwsResource, ...]:
    """The default VPC of the account's region, first, and what AWS makes with it."""
    vpc, *made = _default_vpc(Call(account, Caller(account.id, account.region), DEFAULT_VPC, "", 0, {}))
    subnets = [each.id for each in made if each.type == vpcs.SUBNET_TYPE]
    return (
        vpc,
        *(
            replace(each, outputs={**each.outputs, "subnetIds": subnets})
            if "subnetIds" in each.outputs
            else each
            for each in made
        ),
    )


def _default_subnets(of_region: Call, vpc: str) -> Iterable[AwsResource]:
    blocks = _BLOCK.subnets(new_prefix=_SUBNET_PREFIX)
    for zone, block in zip(of_region.account.zones(of_region.region), blocks, strict=False):
        inputs = {"cidrBlock": str(block), "availabilityZone": zone.name, "vpcId": vpc}
        call = replace(of_region, urn=f"{of_region.urn} {zone.id}", inputs=inputs)
        identity = call.ec2_id("subnet")
        outputs = {**inputs, **vpcs.new_subnet(call, identity), "mapPublicIpOnLaunch": True}
        yield AwsResource(vpcs.SUBNET_TYPE, identity, {**outputs, "defaultForAz": True})


def _adopted_subnet(call: Call) -> AwsResource:
    vpc, *made = _default_vpc(call)
    zone = call.inputs.get("availabilityZone")
    for subnet in (*made, *call.account.of(vpcs.SUBNET_TYPE)):
        place = (subnet.get("vpcId"), subnet.get("availabilityZone"))
        if subnet.get("defaultForAz") and place == (vpc.id, zone):
            return subnet
    raise AwsError("InvalidSubnet.NotFound", f"The default VPC has no default subnet in {zone}.")


def _as_adopted(call: Call, held: AwsResource) -> Mapping[str, Any]:
    shown = {name: value for name, value in held.outputs.items() if name not in _ABSENT_INSIDE}
    given = {name: value for name, value in call.inputs.items() if name in shown}
    return {**shown, **given}


def _vpc(call: Call, _identity: str) -> Mapping[str, Any]:
    held = _default_vpc(call)[0]
    existing = call.account.find(held.type, held.id) is not None
    return {**_as_adopted(call, held), "existingDefaultVpc": existing}


def _subnet(call: Call, _identity: str) -> Mapping[str, Any]:
    return {**_as_adopted(call, _adopted_subnet(call)), "existingDefaultSubnet": True}


def _implicit_vpc(adopted: AwsResource, call: Call) -> Iterable[AwsResource]:
    vpc, *made = _default_vpc(call)
    yield replace(vpc, outputs={**vpc.outputs, **_known_to(vpc, adopted)})
    yield from made


def _implicit_subnet(adopted: AwsResource, call: Call) -> Iterable[AwsResource]:
    made = () if call.account.find(vpcs.SUBNET_TYPE, adopted.id) else _default_vpc(call)
    held = _adopted_subnet(call)
    yield from made
    yield replace(held, outputs={**held.outputs, **_known_to(held, adopted)})


def _known_to(held: AwsResource, adopted: AwsResource) -> Mapping[str, Any]:
    """What the adopting resource has changed of it."""
    return {name: adopted.outputs[name] for name in held.outputs if name in adopted.outputs}


KINDS: Final = (
    Kind(
        DEFAULT_VPC,
        lambda call: _default_vpc(call)[0].id,
        _vpc,
        implicit_resources=_implicit_vpc,
    ),
    Kind(
        DEFAULT_SUBNET,
        lambda call: _adopted_subnet(call).id,
        _subnet,
        replaced_by=frozenset({"availabilityZone"}),
        rules=(zone_has_default_subnet,),
        implicit_resources=_implicit_subnet,
    ),
)
