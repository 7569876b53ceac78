"""Values that a program chooses: in place of one reference of a program that works, one of two things.

Any reference that the program has may be the one, by whatever property. The choice may be the right one;
where it is not, packets are lost, or AWS refuses what it is for. Then the same choice, written plainly, tells
whether the mail depends on that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Final

from tests.judges import topologies as t
from tests.judges.programs import types as kinds
from tests.judges.programs.existing import ADOPTED
from tests.judges.programs.expressions import Expression, form_of
from tests.judges.programs.model import Declared, Program
from tests.judges.programs.writer import apply, output

SHARE: Final = 0.2
"""How many programs choose."""
ADOPTIONS: Final = 0.06
"""How many programs over a VPC of the account adopt a default object that is chosen."""
_ASIDE: Final = {
    t.VPC: Declared(
        "aside", t.VPC, {"cidrBlock": "10.200.0.0/16", "enableDnsSupport": True, "enableDnsHostnames": True}
    ),
    kinds.EIP: Declared("aside-address", kinds.EIP),
}
"""What is chosen beside the only thing of its type."""
_OPEN_ACL: Final = {"ingress": [t.DEFAULT_ENTRY], "egress": [t.DEFAULT_ENTRY]}
_OPEN_GROUP: Final = {"ingress": [dict(t.OPEN_RULE)], "egress": [dict(t.OPEN_RULE)]}
_TO_GATEWAY: Final = {"routes": [{"cidrBlock": t.ANYWHERE, "gatewayId": "igw-a"}]}
_ADOPTIONS: Final = (
    (kinds.DEFAULT_TABLE, "defaultRouteTableId", "defaultRouteTableId", "mainRouteTableId", _TO_GATEWAY),
    (kinds.DEFAULT_ACL, "defaultNetworkAclId", "defaultNetworkAclId", "defaultNetworkAclId", _OPEN_ACL),
    (kinds.DEFAULT_GROUP, "vpcId", "id", "", _OPEN_GROUP),
)
"""What adopts, the property that names what it adopts, the output of a new VPC and the property of the
account's that hold that, and what lets the mail through."""
Place = tuple[Declared, str, list[str]]
"""A resource, a property of it, and the names of the new resources whose ids it holds."""


def with_choices(program: Program, rng: Random) -> Program:
    """`program`, or where chance has it one in which a reference is chosen of two."""
    if rng.random() >= SHARE:
        return program
    forms = rng.sample((_of_two, _rival, _of_zones), 3)
    return next(filter(None, (form(program, rng) for form in forms)), program)


def with_adoption(program: Program, rng: Random) -> Program:
    """`program`, or where chance has it one that adopts a default object of one of three VPCs.

    Two of these are new, and nothing else is in them; the third one is the account's, by an id as text.
    """
    held = {each["id"]: each["properties"] for each in program.account["resources"]}
    if ADOPTED not in held or rng.random() >= ADOPTIONS:
        return program
    type_, prop, output_of, in_account, opened = rng.choice(_ADOPTIONS)
    vpcs = [
        replace(_ASIDE[t.VPC], name=f"aside-{number}", inputs={"cidrBlock": f"10.2{number}0.0.0/16"})
        for number in range(2)
    ]
    old = held[ADOPTED][in_account] if in_account else ADOPTED
    options = [*(output(vpc.name, output_of) for vpc in vpcs), old]
    named = apply("choose", {"$all": options}, {"$config": "adopted"})
    given = {prop: named, **(opened if rng.random() < 0.5 else {})}
    config = {**program.config, "adopted": 2 if rng.random() < 0.6 else 0}
    made = (*vpcs, Declared("adoption-aside", type_, given))
    return replace(program, config=config, declared=(*made, *program.declared))


def _of_two(program: Program, rng: Random) -> Program | None:
    """Any one reference."""
    places = list(_places(program))
    return _choose(program, rng, rng.choice(places)) if places else None


def _rival(program: Program, rng: Random) -> Program | None:
    """Two NAT gateways, each with one of two addresses, which may be the same one."""
    places = [place for place in _places(program) if place[0].type == t.NAT_GATEWAY]
    place = next((place for place in places if place[1] == "allocationId"), None)
    made = None if place is None else _choose(program, rng, place)
    if place is None or made is None:
        return None
    name, chosen = place[0].name, rng.randrange(2)
    both = made.find(name).inputs["allocationId"]["$apply"][1]
    two = _beside(made, name, apply("choose", both, {"$config": "rival"}))
    plainly = None if made.plainly is None else _beside(made.plainly, name, both["$all"][chosen])
    return replace(two, config={**two.config, "rival": chosen}, plainly=plainly)


def _beside(program: Program, name: str, address: Expression) -> Program:
    """Another NAT gateway beside `name`, with `address`."""
    nat = program.find(name)
    rival = replace(nat, name="rival", inputs={**nat.inputs, "allocationId": address})
    declared = [each for other in program for each in ((other, rival) if other == nat else (other,))]
    return replace(program, declared=tuple(declared))


def _of_zones(program: Program, rng: Random) -> Program | None:
    """An endpoint with one output of two subnets, whose zone may be the same."""
    for declared, prop, names in _places(program):
        if (declared.type, prop) == (t.ENDPOINT, "subnetIds"):
            inputs = program.find(names[0]).inputs
            zone = inputs["availabilityZoneId"] if rng.random() < 0.8 else rng.choice(list(t.ZONES.values()))
            block = f"{inputs['cidrBlock'].rpartition('.')[0].rpartition('.')[0]}.240.0/20"
            given = {**inputs, "cidrBlock": block, "availabilityZoneId": zone}
            aside = Declared("aside-subnet", t.SUBNET, given)
            at = program.declared.index(declared)
            wider = replace(program, declared=(*program.declared[:at], aside, *program.declared[at:]))
            listed = [output(name) for name in (*names, aside.name)]
            made = _with(wider, declared, prop, {"$all": listed})
            return replace(made, plainly=_with(wider, declared, prop, listed))
    return None


def _places(program: Program) -> Iterator[Place]:
    made = _made(program)
    for declared in program:
        if declared.kind == "resource" and declared.name in made:
            for prop, value in declared.inputs.items():
                named = [_named(each) for each in (value if isinstance(value, list) else [value])]
                names = [name for name in named if name in made]
                if names and len(names) == len(named):
                    yield declared, prop, names


def _made(program: Program) -> set[str]:
    """The names of the resources that it creates where the rest is: AWS refuses what is in another region."""
    return {each.name for each in program if each.kind == "resource" and "region" not in each.inputs}


def _named(value: Expression) -> str:
    """The resource whose id `value` plainly is."""
    plain = form_of(value) == "$output" and value["$output"][1] == "id"
    return str(value["$output"][0]) if plain else ""


def _choose(program: Program, rng: Random, place: Place) -> Program | None:
    declared, prop, names = place
    type_, before = program.find(names[0]).type, _before(program, declared)
    options = [each for each in program if each.type == type_ and each.kind == "resource"]
    others = [each.name for each in options if each.name in before and each.name not in names]
    if not others and type_ in _ASIDE:
        aside = _ASIDE[type_]
        program = replace(program, declared=(aside, *program.declared))
        others = [aside.name]
    if not others:
        return None
    both, wanted = [output(name) for name in (names[0], rng.choice(others))], rng.randrange(2)
    chosen = apply("choose", {"$all": both}, {"$config": "chosen"})
    value: Expression = chosen
    plainly: Expression = both[wanted]
    if isinstance(declared.inputs[prop], list):
        rest = [output(name) for name in names[1:]]
        value = apply("flat", {"$all": [*rest, chosen]}) if rng.random() < 0.5 else [*rest, chosen]
        plainly = [*rest, plainly]
    made = _with(replace(program, config={**program.config, "chosen": wanted}), declared, prop, value)
    return replace(made, plainly=_with(program, declared, prop, plainly))


def _before(program: Program, declared: Declared) -> set[str]:
    """The names of what is declared before: nothing else can be an input of it."""
    names = [each.name for each in program]
    return set(names[: names.index(declared.name)])


def _with(program: Program, declared: Declared, prop: str, value: Expression) -> Program:
    changed = replace(declared, inputs={**declared.inputs, prop: value})
    return replace(program, declared=tuple(changed if each == declared else each for each in program))
