"""Writes the statements of a program, and the values in them in many forms.

A value is written as what it should be, plainly; or so that a preview does not see which of several things
it is: chosen by a flag, sorted, filtered, handed on by a component or another resource.
"""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import Any, Final

from tests.judges import topologies as t
from tests.judges.programs.expressions import Expression, named_in
from tests.judges.programs.model import COMPONENT, Declared, Kind, Program
from tests.judges.topologies import Draft

_FUNCTIONS: Final = {
    t.SUBNET: "getSubnets",
    t.ROUTE_TABLE: "getRouteTables",
    t.GROUP: "getSecurityGroups",
    t.NAT_GATEWAY: "getNatGateways",
    t.ACL: "getNetworkAcls",
}
PLAIN: Final = 0.6
"""How often a value is written plainly."""


class Writer:
    """The program that is being written.

    Attributes:
        there: by type, what the VPC of the program has or gets, that a value may lead to.
    """

    def __init__(self, rng: Random, account: Draft) -> None:
        self.rng = rng
        self.account = account
        self.config: dict[str, Any] = {}
        self.declared: list[Declared] = []
        self.there: defaultdict[str, list[Expression]] = defaultdict(list)
        self.component: str | None = None

    def program(self, *, evidence: bool, hidden: tuple[str, ...] = ()) -> Program:
        return Program(self.account.document(), evidence, self.config, tuple(self.declared), hidden)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def add(self, type_: str, name: str, waits: tuple[str, ...] = (), /, **inputs: Expression) -> Expression:
        """Declare a resource: its id."""
        if any(each.name == name for each in self.declared):
            name = f"{name}{len(self.declared)}"
        given = {prop: value for prop, value in inputs.items() if value is not None}
        if not waits and self.declared and self.chance(0.05):
            waits = (self.rng.choice(self.declared).name,)
            waits = () if waits[0] == self.component else waits
        self.declared.append(Declared(name, type_, given, parent=self.component, depends_on=waits))
        identity = output(name)
        self.there[type_].append(identity)
        return identity

    def setting(self, value: Any) -> Expression:
        """A value from the stack's config."""
        name = f"setting{len(self.config)}"
        self.config[name] = value
        return {"$config": name}

    # One value --------------------------------------------------------------------------------------

    def one(self, right: Expression, type_: str, plain: float = PLAIN) -> Expression:
        """`right`, or something in which a preview may not see whether it is that or another thing."""
        if self.chance(plain):
            return right
        others = [each for each in self.there[type_] if each != right]
        if not others:
            return right
        options = [right, *self.rng.sample(others, min(len(others), self.rng.choice((1, 1, 2))))]
        self.rng.shuffle(options)
        wanted = options.index(right) if self.chance(0.6) else self.rng.randrange(len(options))
        return self._handed(self._chosen(options, wanted, type_))

    def _chosen(self, options: list[Expression], wanted: int, type_: str) -> Expression:
        rng = self.rng
        forms = ("flag", "flag", "index", "apply", "input", "sorted", "fallback")
        form = rng.choice((*forms, "found") if type_ in _FUNCTIONS else forms)
        if form == "flag":
            return apply("choose", {"$all": options}, self.setting(wanted))
        if form == "index":
            return {"$at": [{"$all": options}, wanted]}
        if form == "apply":
            return apply("choose", {"$all": options}, wanted)
        if form == "input":
            return apply("choose", {"$input": options}, wanted)
        if form == "sorted":
            return {"$at": [apply("sort", {"$all": options}), rng.randrange(2)]}
        if form == "fallback":
            given = [self.setting(""), options[wanted], *options] if self.chance(0.5) else options
            return apply("unless empty", {"$all": given})
        listed = self.found(type_)
        return apply("choose", apply("flat", {"$all": [options[0], listed]}), rng.randrange(2))

    def _handed(self, value: Expression) -> Expression:
        if self.component is not None or not self.chance(0.15):
            return value
        name, remote = f"handing{len(self.declared)}", self.chance(0.3) and any(named_in(value))
        kind: Kind = "remote" if remote else "component"
        self.declared.append(Declared(name, COMPONENT, {"value": value}, kind=kind))
        return {"$part": [name, "value"]}

    def found(self, type_: str) -> Expression:
        """What a data source finds of `type_` in the VPC."""
        return {"$at": [{"$call": [_FUNCTIONS[type_], {"vpcId": self.vpc}]}, "ids"]}

    vpc: Expression = "vpc-a"
    """The VPC of the program."""

    # A list -----------------------------------------------------------------------------------------

    def listed(self, rights: list[Expression], type_: str) -> Expression:
        """A list of just `rights`, or one of which a preview does not see what is in it."""
        rng, others = self.rng, [each for each in self.there[type_] if each not in rights]
        if self.chance(0.45):
            return [self.one(each, type_, plain=0.75) for each in rights]
        form = rng.choice(
            ("all", "all", "input", "sorted", "text", "kept", "kept", "lists", "found", "each", "twins")
        )
        whole = {"$all": rights}
        if form == "input":
            whole = {"$input": rights}
        elif form == "sorted":
            whole = apply("sort", whole)
        elif form == "text":
            whole = apply("split", whole)
        elif form == "kept" and others:
            mixed = [*rights, *rng.sample(others, min(len(others), 2))]
            kept = list(range(len(rights)))
            if self.chance(0.5):
                kept = rng.sample(range(len(mixed)), len(kept))
            whole = apply("keep", {"$all": mixed}, self.setting(kept))
        elif form == "lists" and others:
            lists = [rights, [rng.choice(others)]]
            whole = apply("choose", {"$all": lists}, self.setting(int(self.chance(0.4))))
        elif form == "found":
            whole = self._with_found(rights, type_)
        elif form == "twins":
            both = rng.sample([*rights, *others], min(2, len(rights) + len(others)))
            chosen = [rng.randrange(len(both)) for _ in range(2)]
            return [apply("choose", {"$all": both}, self.setting(index)) for index in chosen]
        elif form == "each":
            whole = {"$all": [self.one(each, type_) for each in rights]}
        return self._handed(whole)

    def _with_found(self, rights: list[Expression], type_: str) -> Expression:
        found = self.found(type_)
        if self.chance(0.4):
            return [*rights, {"$at": [found, 0]}]
        return apply("flat", {"$all": [*rights, found]})

    # Things ----------------------------------------------------------------------------------------

    def known(self, identity: str, type_: str) -> Expression:
        """Something of the account, by its id: as text, from config, by `get`, or by a data source."""
        form = self.rng.choice(("text", "text", "config", "read", "data"))
        if form == "config":
            return self.setting(identity)
        if form == "read":
            name = f"read-{identity}"
            if not any(each.name == name for each in self.declared):
                self.declared.append(Declared(name, type_, {"id": identity}, kind="read"))
            return output(name)
        if form == "data" and type_ in _FOUND_BY_ID:
            return {"$at": [{"$call": [_FOUND_BY_ID[type_], {"id": identity}]}, "id"]}
        return identity


_FOUND_BY_ID: Final = {
    t.SUBNET: "getSubnet",
    t.VPC: "getVpc",
    t.ROUTE_TABLE: "getRouteTable",
    t.NAT_GATEWAY: "getNatGateway",
    t.GROUP: "getSecurityGroup",
}


def output(name: str, prop: str = "id") -> Expression:
    return {"$output": [name, prop]}


def apply(operation: str, over: Expression, *operands: Any) -> Expression:
    return {"$apply": [operation, over, *operands]}
