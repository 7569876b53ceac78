"""A small AWS account that a program's creations change, one after the other, as AWS's documents tell it.

It keeps what it holds in the form of an evidence document, for `specification.py` to judge. What AWS refuses
is `Refused`: such a program never comes up, and nothing is said of it. "EC2" is the Amazon EC2 API Reference,
"User Guide" the Amazon VPC User Guide, "provider" the page of the resource in the Pulumi Registry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

from tests.judges import topologies as t
from tests.judges.topologies import Document, Properties

Created = tuple[str, Properties]
"""The id of what was created, and the outputs that AWS computes."""


class Refused(Exception):
    """AWS does not accept a creation."""


def refuse(reason: str) -> NoReturn:
    raise Refused(reason)


class Cloud:
    """One account, changed by creations."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.held = {
            entry["id"]: (entry["type"], copied(entry["properties"])) for entry in document["resources"]
        }

    def document(self) -> Document:
        """What the account holds in its own region."""
        resources = [
            {"type": type_, "id": key, "properties": properties}
            for key, (type_, properties) in self.held.items()
            if "region" not in properties
        ]
        vpcs = [entry["id"] for entry in resources if entry["type"] == t.VPC]
        return {**self._document, "vpcs": vpcs, "resources": resources}

    def put(self, type_: str, key: str, inputs: Mapping[str, Any], **properties: Any) -> str:
        if key in self.held:
            refuse(f"{key} is there already")
        region = {"region": inputs["region"]} if inputs.get("region") else {}
        self.held[key] = (type_, {**properties, **region})
        return key

    def get(self, type_: str, key: object, user: Mapping[str, Any]) -> Properties:
        """What `user` names by its id: AWS looks for it in the region of `user` alone."""
        found = self.held.get(str(key))
        if found is None or found[0] != type_ or found[1].get("region") != user.get("region"):
            refuse(f"there is no {type_} {key}")
        held: Properties = found[1]
        return held

    def all(self, type_: str) -> Iterator[tuple[str, Properties]]:
        return ((key, held) for key, (found, held) in self.held.items() if found == type_)

    def in_vpc(self, vpc: object, type_: str, keys: object, user: Mapping[str, Any]) -> None:
        """Subnets and groups must be of the one VPC that they serve."""
        for key in keys if isinstance(keys, list) else ():
            if self.get(type_, key, user)["vpcId"] != vpc:
                refuse(f"{key} is not in {vpc}")


def copied(properties: Properties) -> Properties:
    """A copy whose lists can grow: what is in them never changes."""
    return {name: list(value) if isinstance(value, list) else value for name, value in properties.items()}


def are_alike(first: Document, second: Document) -> bool:
    """Whether both show the same, in whatever order it came to be: AWS's lists are sets."""
    return _by_id(first) == _by_id(second)


def _by_id(document: Document) -> dict[str, Properties]:
    return {
        entry["id"]: {
            name: sorted(value, key=repr) if isinstance(value, list) and len(value) > 1 else value
            for name, value in entry["properties"].items()
        }
        for entry in document["resources"]
    }


Creation = Callable[[Cloud, str, Mapping[str, Any]], Created]
"""What AWS makes of a creation, by the name that the id follows from and the inputs.

It raises `Refused` where AWS does not accept it.
"""
