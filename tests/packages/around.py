"""Where a component is expanded in a test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mailroute import wire
from mailroute.rehearsal.packages.component import Child
from mailroute.wire import OutputValue, ResourceReference
from reachability.values import UNKNOWN, Unknown

ZONES: Final = ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d"]
SUBNETS: Final = {
    "subnet-public": {"id": "subnet-public", "vpcId": "vpc-default", "mapPublicIpOnLaunch": True},
    "subnet-private": {"id": "subnet-private", "vpcId": "vpc-default", "mapPublicIpOnLaunch": False},
}


class Around:
    """Remembers what a component registers.

    Args:
        created: whether what is registered is created, so that its id and outputs are known.
    """

    stack = "dev"

    def __init__(self, *, created: bool = True, subnets: Mapping[str, Mapping[str, Any]] = SUBNETS) -> None:
        self.children: dict[str, tuple[Child, Mapping[str, Any], str]] = {}
        self.given: dict[str, Mapping[str, Any]] = {}
        self.known: dict[str, Mapping[str, Any]] = {}
        self._created = created
        self._subnets = subnets

    def register(
        self,
        type_: str,
        name: str,
        inputs: Mapping[str, Any],
        *,
        parent: str = "",
        depends_on: Sequence[str] = (),
        custom: bool = True,
    ) -> Child:
        del depends_on, custom
        kind = type_.rpartition(":")[2]
        urn = f"{kind} {name}"
        assert urn not in self.children, "a child is registered twice"
        outputs: dict[str, Any] = {"name": name}
        if self._created:
            outputs |= {key: f"{key} of {urn}" for key in ("allocationId", "arn", "digest", "repositoryUrl")}
        identity: str | Unknown = f"id of {urn}" if self._created else UNKNOWN
        child = Child(type_, urn, identity, outputs)
        self.given[urn] = {key: value for key, value in inputs.items() if value is not None}
        self.children[urn] = child, wire.transform(self.given[urn], wire.flat), parent
        return child

    def existing(self, reference: ResourceReference) -> Child:
        outputs = {"port": 8080, "arn": f"arn of {reference.urn}" if self._created else UNKNOWN}
        outputs |= self.known.get(reference.urn, {})
        return Child("", reference.urn, reference.id, outputs)

    def invoke(self, token: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        region = arguments.get("region")
        answers: dict[str, Mapping[str, Any]] = {
            "getAvailabilityZones": {
                "names": ZONES if region is None else [f"{region}{zone}" for zone in "abc"]
            },
            "getRegion": {"region": "us-east-1"},
            "getVpc": {"id": "vpc-default"},
            "getSubnets": {"ids": list(self._subnets)},
            "getSubnet": self._subnets.get(arguments.get("id", ""), {}),
        }
        return answers[token.rpartition(":")[2]]

    def inputs(self, urn: str) -> Mapping[str, Any]:
        return self.children[urn][1]

    def value(self, urn: str, name: str) -> OutputValue:
        """An input of a child as it was registered, with what it comes from."""
        found = self.given[urn][name]
        assert isinstance(found, OutputValue)
        return found

    def count(self) -> Counter[str]:
        return Counter(urn.partition(" ")[0] for urn in self.children)
