"""Defects that the proof once had, each to be put back: the judge must find every one of them.

`python -m tests.judges.programs.defects` counts the programs that it takes, for the table of README.md.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from reachability import Origin, Resource
from reachability.aws import network_acl, resolver, route_table_association
from reachability.aws.hosted_zone import HostedZone, HostedZones
from reachability.aws.network_acl import NetworkAcls
from reachability.graph import Graph, claims, references, tokens
from reachability.graph.choices import Choice
from reachability.graph.claims import Adoptions, Claim
from reachability.graph.references import Ref
from reachability.ranges import PUBLIC
from reachability.values import UNKNOWN
from reachability.verdict import PASSES
from tests.judges.programs.generate import program
from tests.judges.programs.judge import judge

README: Final = Path(__file__).parent / "README.md"
ENOUGH: Final = 5_000
_ROW: Final = re.compile(r"^\| (?P<what>[^|]+?) \| (?P<count>[\d,]+) \|$", re.MULTILINE)

Patch = tuple[Any, str, Any]
"""An object, the name of one of its attributes, and what stands there instead."""


@dataclass(frozen=True)
class Defect:
    """One defect, by what is wrong with the proof that has it."""

    what: str
    patches: tuple[Patch, ...]

    @contextmanager
    def planted(self) -> Iterator[None]:
        with ExitStack() as stack:
            for target, name, instead in self.patches:
                stack.enter_context(patch.object(target, name, instead))
            yield

    def shows_in(self, seed: int) -> bool:
        """Whether the program of `seed` contradicts the proof that has it, and no other."""
        with self.planted():
            found = _contradicts(seed)
        return found and not _contradicts(seed)


def _contradicts(seed: int) -> bool:
    judged = judge(program(seed), seed)
    return judged is not None and bool(judged.contradictions)


def recorded() -> dict[str, int]:
    """By defect, how many programs it took: the table of README.md."""
    rows = _ROW.finditer(README.read_text(encoding="utf-8"))
    return {row["what"]: int(row["count"].replace(",", "")) for row in rows}


# What a value is, by what it comes from -----------------------------------------------------------------

_unknown = references._unknown


def _as_sources(index: Any, resource: Any, prop: str, types: Any) -> Ref[Resource]:
    keys = resource.dependencies.get(prop, ())
    found, complete = references._sources(index, resource, keys, frozenset(types))
    return Ref(found, UNKNOWN, open=not (found and complete))


def _list_is_its_sources(index: Any, resource: Any, prop: str, types: Any, beside: int) -> Ref[Resource]:
    if beside:
        return _unknown(index, resource, prop, types, beside)
    return _as_sources(index, resource, prop, types)


def _of(wanted: Sequence[str]) -> Callable[..., Ref[Resource]]:
    """A list of `wanted` is what it comes from."""

    def resolve(index: Any, resource: Any, prop: str, types: Any, beside: int) -> Ref[Resource]:
        types = tuple(types)
        if beside or not set(types) & set(wanted):
            return _unknown(index, resource, prop, types, beside)
        return _as_sources(index, resource, prop, types)

    return resolve


_sources = references._sources


def _near_alone(index: Any, resource: Any, keys: Any, wanted: Any) -> tuple[Any, bool]:
    found, complete = _sources(index, resource, keys, wanted)
    return references._near(resource, found) or found, complete


_note = Graph.note


def _takes_for_one(prop: str, *types: str) -> Patch:
    """What is chosen by `prop`, of `types` or of all, is taken for what its reader makes of it."""

    def note(self: Graph, choice: Choice) -> None:
        if choice.prop != prop or (types and choice.resource.type not in types):
            _note(self, choice)

    return Graph, "note", note


# Which of two claims stands -----------------------------------------------------------------------------


def _first(_graph: Graph, found: Sequence[Claim]) -> list[Resource]:
    certain = [claim.by for claim in found if claim.certain and claim.declared]
    return certain[:1] or [claim.by for claim in found]


def _first_or(graph: Graph, found: Sequence[Claim], before: Any, given_by: Any) -> list[Any]:
    return [thing for by in _first(graph, found) for thing in given_by(by)] or [*before()]


_standing_or = Adoptions.standing_or


def _first_adopts_the_group(self: Adoptions, thing: Resource, before: Any) -> list[Any]:
    if self.type != tokens.DEFAULT_SECURITY_GROUP:
        return _standing_or(self, thing, before)
    return _first_or(self.graph, self.of(thing), lambda: [before()], lambda adopting: [adopting])


_follows = claims.follows


def _in_order_of_names(graph: Graph, later: Resource, earlier: Resource) -> bool:
    first = _follows(graph, later, earlier)
    return first or (later.key > earlier.key and not _follows(graph, earlier, later))


_keeps = Adoptions.keeps


def _keeps_all_of(type_: str) -> Callable[[Adoptions, Resource, Resource], bool]:
    return lambda self, adopted, part: self.type == type_ or _keeps(self, adopted, part)


def _not_adopted(self: Adoptions, held: Resource, _vpc: Resource | None) -> list[Resource]:
    adopting = (each for each in self.graph.of_type(self.type) if held.id in each.properties.values())
    return [next(adopting, held)]


def _no_associations(self: NetworkAcls) -> Iterator[Any]:
    return (link for link in _read_associations(self) if link[0].type in tokens.NETWORK_ACL)


_read_associations = NetworkAcls._read_associations


# Where names lead ---------------------------------------------------------------------------------------

_public_for = HostedZones.public_for
_by = resolver._Search._by
_in_zone = resolver._Search._in_zone
_follow = resolver._Search.follow


def _names_elsewhere(self: Any, record: Any, zone: Any, ipv6: Any, chain: Any, steps: Any) -> Iterator[Any]:
    if record.is_known and record.kind == "CNAME":
        return iter([resolver.Answer(chain[-1], PUBLIC, steps=steps)])
    return _by(self, record, zone, ipv6, chain, steps)


def _one_step(self: Any, name: str, chain: tuple[str, ...], steps: Any) -> Iterator[Any]:
    if len(chain) > 1:
        return iter([resolver.Answer(name, PUBLIC, steps=steps)])
    return _follow(self, name, chain, steps)


def _else_in_public(self: Any, zone: Any, name: str, chain: tuple[str, ...], steps: Any) -> Iterator[Any]:
    if not zone.answers(name):
        return iter([resolver.Answer(name, steps=steps)])
    return _in_zone(self, zone, name, chain, steps)


def _exact(self: HostedZone, name: str) -> tuple[Any, ...]:
    return tuple(record for record in self._by_name.get(name, ()) if record.leads_somewhere)


def _all_are_public(_self: Any, _holder: Any, name: str, steps: Any) -> Any:
    return resolver.Answer(name, PUBLIC, steps=steps)


def _only_of_program(self: HostedZones, name: str) -> Iterator[HostedZone]:
    return (zone for zone in _public_for(self, name) if zone.origin is Origin.PROGRAM)


DEFECTS: Final = (
    Defect("A list is what it comes from", ((references, "_unknown", _list_is_its_sources),)),
    Defect("A list of subnets is what it comes from", ((references, "_unknown", _of(tokens.SUBNET)),)),
    Defect("A list of groups is what it comes from", ((references, "_unknown", _of(tokens.SECURITY_GROUP)),)),
    Defect("What is chosen of two regions is in that of its user", ((references, "_sources", _near_alone),)),
    Defect("Two addresses that are chosen differ", (_takes_for_one("allocationId"),)),
    Defect("A part that is of one of two VPCs is of the right one", (_takes_for_one("vpcId"),)),
    Defect(
        "An endpoint's one output of subnets is one of them",
        (_takes_for_one("subnetIds", *tokens.VPC_ENDPOINT),),
    ),
    Defect("The first claim on a subnet's ACL stands", ((network_acl, "standing_or", _first_or),)),
    Defect("ACL associations are not seen", ((NetworkAcls, "_read_associations", _no_associations),)),
    Defect(
        "The first claim on the main table stands", ((route_table_association, "standing_or", _first_or),)
    ),
    Defect(
        "The first claim on the default group stands", ((Adoptions, "standing_or", _first_adopts_the_group),)
    ),
    Defect("Claims come in the order of their names", ((claims, "follows", _in_order_of_names),)),
    Defect(
        "An adopted table keeps its routes",
        ((Adoptions, "keeps", _keeps_all_of(tokens.DEFAULT_ROUTE_TABLE)),),
    ),
    Defect(
        "An adopted group keeps its rules",
        ((Adoptions, "keeps", _keeps_all_of(tokens.DEFAULT_SECURITY_GROUP)),),
    ),
    Defect(
        "An adopted ACL keeps its entries", ((Adoptions, "keeps", _keeps_all_of(tokens.DEFAULT_NETWORK_ACL)),)
    ),
    Defect(
        "What adopts by an id that is chosen adopts nothing that is there",
        ((Adoptions, "replacing", _not_adopted),),
    ),
    Defect("Public zones are not asked", ((HostedZones, "public_for", lambda _self, _name: iter(())),)),
    Defect("The account's public zones are not asked", ((HostedZones, "public_for", _only_of_program),)),
    Defect("A records lead to public hosts", ((resolver, "_addresses", lambda _record: PUBLIC),)),
    Defect("CNAME records lead to public hosts", ((resolver._Search, "_by", _names_elsewhere),)),
    Defect("Names are followed one step", ((resolver._Search, "follow", _one_step),)),
    Defect("Names in a circle lead to public hosts", ((resolver, "_loop", lambda *_args: PASSES),)),
    Defect("What a zone does not hold is public", ((resolver._Search, "_in_zone", _else_in_public),)),
    Defect("Wildcards do not answer", ((HostedZone, "answers", _exact),)),
    Defect("Load balancers are public", ((resolver.Resolver, "of_holder", _all_are_public),)),
)


def _count(defect: Defect) -> int | None:
    return next((seed + 1 for seed in range(ENOUGH) if defect.shows_in(seed)), None)


def main() -> None:
    """Print a row of the table for each defect whose name begins with an argument, or for all."""
    for defect in DEFECTS:
        if not defect.what.startswith(tuple(sys.argv[1:]) or ""):
            continue
        count = _count(defect)
        sys.stdout.write(f"| {defect.what} | {count if count is None else format(count, ',')} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
