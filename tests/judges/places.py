"""The accounts of `twists.py` in other places: in another region or account, or shared by two accounts.

Those of two places have the same ids, though AWS would give them others. Source of who may do and see what in
a shared VPC: Amazon VPC User Guide, "Responsibilities and permissions for owners and participants".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from reachability import UNKNOWN, Resource
from tests.judges import topologies as t
from tests.judges.compare import texts
from tests.judges.program import Program, urn


@dataclass(frozen=True)
class Place:
    """A region of an account."""

    region: str
    account: str


HERE: Final = Place(t.REGION, "123456789012")
GUEST: Final = Place(t.REGION, "444455556666")
ELSEWHERE: Final = (
    Place(t.OTHER_REGION, HERE.account),
    GUEST,
    Place(t.OTHER_REGION, GUEST.account),
)
CONNECTOR: Final = f"{t.ARN}:vpcconnector/c/1/c"
SERVICE: Final = f"{t.ARN}:service/s/s"
_REGIONS: Final = re.compile(f"{t.REGION}|{t.OTHER_REGION}")


def moved(value: Any, place: Place) -> Any:
    """`value` with `place` in it for `HERE`; its other region becomes the one that it has left."""
    if isinstance(value, str):
        text = value.replace(HERE.account, place.account)
        return text if place.region == HERE.region else _REGIONS.sub(_other, text)
    if isinstance(value, Mapping):
        return {name: moved(element, place) for name, element in value.items()}
    return [moved(element, place) for element in value] if isinstance(value, list) else value


def _other(region: re.Match[str]) -> str:
    return t.REGION if region.group() == t.OTHER_REGION else t.OTHER_REGION


def placed(resources: Iterable[Resource], place: Place, *, told: bool = True) -> list[Resource]:
    """The resources of a program through a provider of `place`, which tells its account or does not."""
    return [
        replace(
            resource,
            key=_key(resource.key, place),
            dependencies={
                prop: tuple(_key(key, place) for key in keys) for prop, keys in resource.dependencies.items()
            },
        )
        for resource in through(resources, place, told=told)
    ]


def _key(key: str, place: Place) -> str:
    return f"{key}@{place.account}/{place.region}"


def through(resources: Iterable[Resource], place: Place, *, told: bool = True) -> list[Resource]:
    """The same under the keys that they have."""
    return [
        replace(
            resource,
            id=moved(resource.id, place),
            properties=moved(resource.properties, place),
            region=place.region,
            account=place.account if told else UNKNOWN,
            access=f"the credentials of {place.account}",
        )
        for resource in resources
    ]


# One network, two accounts ----------------------------------------------------------------------------


class SharedNetwork:
    """An account whose service and security group are those of a guest, to which the owner shares subnets.

    Attributes:
        whole: as if all of it were the owner's. The connector has the guest's own group: it may use no other.
        subnets: those that are shared.
    """

    def __init__(self, document: t.Document, rng: Random) -> None:
        self.rng = rng
        self.whole: t.Document = {**document, "resources": list(map(_with_own_group, document["resources"]))}
        self._held = {found["id"]: found for found in self.whole["resources"]}
        used = self._held[CONNECTOR]["properties"]["subnets"]
        others = [key for key, found in self._held.items() if found["type"] == t.SUBNET and key not in used]
        self.subnets = [*used, *rng.sample(others, rng.randint(0, len(others)))]

    def without_guest(self) -> t.Document:
        """`whole` before the guest comes."""
        return {
            **self.whole,
            "resources": [found for found in self.whole["resources"] if not _is_guests(found)],
        }

    def owners(self, *, own: bool) -> t.Document:
        """What the owner is shown: the guest's group too, if that is there already, and not the service."""
        kept = [
            _shown(found)
            for found in self.whole["resources"]
            if not _is_guests(found) or (own and found["type"] == t.GROUP)
        ]
        return {**self.whole, "resources": kept}

    def guests(self, *, own: bool) -> t.Document:
        """What a guest is shown: what it shares, and what is its own if that is there already.

        Whether tables and ACLs tell of subnets that are not shared, AWS's documents do not say.
        """
        vpcs = {self._held[subnet]["properties"]["vpcId"] for subnet in self.subnets}
        named = set(texts(self._held["sg-connector"]["properties"]))
        found = [self._held[subnet] for subnet in self.subnets]
        found += [held for held in self.whole["resources"] if _is_guests(held) and own]
        found += [held for held in self._of(t.VPC) if held["id"] in vpcs]
        found += [held for held in self._of(t.INTERNET_GATEWAY, t.SECONDARY_BLOCK) if _vpc(held) in vpcs]
        found += [held for held in self._of(t.PREFIX_LIST) if held["id"] in named]
        found += self._of(t.DHCP_OPTIONS)
        whole = self.rng.random() < 0.5
        for held in self._of(t.ROUTE_TABLE, t.ACL):
            prop = "associations" if held["type"] == t.ROUTE_TABLE else "subnetIds"
            listed = held["properties"][prop]
            shared = [
                each for each in listed if set(texts(each)) & set(self.subnets) or each == {"main": True}
            ]
            if shared and _vpc(held) in vpcs:
                properties = {**held["properties"], prop: listed if whole else shared}
                found.append({**held, "properties": properties})
        visible = {held["id"] for held in found}
        resources = [_less(_shown(held), visible) for held in found]
        return {**self.whole, "accountId": GUEST.account, "vpcs": [], "resources": resources}

    def _of(self, *types: str) -> list[dict[str, Any]]:
        return [found for found in self.whole["resources"] if found["type"] in types]

    def adopting(self, program: Program) -> Program:
        """`program` with what is the guest's alone: it names the network by ids."""
        program.made_by.clear()
        for key, (type_, _) in list(program.declared.items()):
            if not is_guests(type_, key):
                del program.declared[key]
        return program

    def program(
        self, resources: Iterable[Resource], *, preview: bool, forget: bool = False
    ) -> list[Resource]:
        """A program of both accounts, whose owner shares the subnets, or all but one of the connector's."""
        everything = list(resources)
        theirs = [resource for resource in everything if is_guests(resource.type, resource.name)]
        found = through(theirs, GUEST)
        found += through([resource for resource in everything if resource not in theirs], HERE)
        for number, resource in enumerate(found):
            if resource.type == t.SUBNET:
                arn = UNKNOWN if preview else f"arn:aws:ec2:{t.REGION}:{HERE.account}:subnet/{resource.name}"
                found[number] = replace(resource, properties={**resource.properties, "arn": arn})
        arn = UNKNOWN if preview else f"arn:aws:ram:{t.REGION}:{HERE.account}:resource-share/1"
        share = _ram("resourceShare:ResourceShare", "network", {"arn": arn})
        found.append(share)
        guest = self.rng.choice((GUEST.account, "arn:aws:organizations::777788889999:organization/o-1"))
        found.append(_ram("principalAssociation:PrincipalAssociation", "guest", {"principal": guest}, share))
        for subnet in [held for held in found if held.name in self.subnets[forget:]]:
            found.append(_ram("resourceAssociation:ResourceAssociation", subnet.name, {}, share, subnet))
        return found


def _ram(
    kind: str,
    name: str,
    properties: dict[str, Any],
    share: Resource | None = None,
    thing: Resource | None = None,
) -> Resource:
    """A resource of AWS RAM that names a share, and what is in that."""
    dependencies: dict[str, tuple[str, ...]] = {}
    for prop, named in (("resourceShareArn", share), ("resourceArn", thing)):
        if named is not None:
            properties = {**properties, prop: named.properties["arn"]}
            dependencies[prop] = (named.key,)
    type_ = f"aws:ram/{kind}"
    resource = Resource(urn(type_, name), type_, name, properties, dependencies=dependencies)
    return through([replace(resource, inputs=frozenset(properties) - {"arn"})], HERE)[0]


def _with_own_group(resource: dict[str, Any]) -> dict[str, Any]:
    if resource["id"] != CONNECTOR:
        return resource
    return {**resource, "properties": {**resource["properties"], "securityGroups": ["sg-connector"]}}


def _is_guests(resource: Mapping[str, Any]) -> bool:
    return is_guests(resource["type"], resource["id"])


def is_guests(type_: str, key: str) -> bool:
    """Whether it is the guest's: the service, its connector, or the group on that with its rules."""
    return type_ in (t.SERVICE, t.CONNECTOR) or key.split(":")[0] == "sg-connector"


def _vpc(resource: Mapping[str, Any]) -> Any:
    return resource["properties"].get("vpcId")


def _shown(resource: Mapping[str, Any]) -> dict[str, Any]:
    """`resource` with its owner, as AWS shows it; the ids of another account's groups come with that."""
    type_, key = resource["type"], resource["id"]
    owner = GUEST if _is_guests(resource) else HERE
    properties = moved(resource["properties"], owner)
    if type_ == t.GROUP:
        for direction in ("ingress", "egress"):
            properties[direction] = [_with_accounts(rule, owner) for rule in properties[direction]]
    if type_ not in _WITHOUT_OWNER:
        properties["ownerId"] = owner.account
    return {"type": type_, "id": moved(key, owner), "properties": properties}


_WITHOUT_OWNER: Final = (t.SERVICE, t.CONNECTOR, t.NAT_GATEWAY, t.SECONDARY_BLOCK, t.PEERING)


def _with_accounts(rule: Mapping[str, Any], owner: Place) -> dict[str, Any]:
    owners = {key: GUEST if is_guests(t.GROUP, key) else HERE for key in rule.get("securityGroups", ())}
    peers = [key if whose is owner else f"{whose.account}/{key}" for key, whose in owners.items()]
    return {**rule, "securityGroups": peers} if peers else dict(rule)


def _less(resource: dict[str, Any], visible: set[str]) -> dict[str, Any]:
    """A VPC without the ids of its defaults that are not shown: they are known from these alone."""
    if resource["type"] != t.VPC:
        return resource
    defaults = ("mainRouteTableId", "defaultSecurityGroupId", "defaultNetworkAclId")
    gone = [name for name in defaults if resource["properties"][name] not in visible]
    properties = {name: value for name, value in resource["properties"].items() if name not in gone}
    return {**resource, "properties": properties}
