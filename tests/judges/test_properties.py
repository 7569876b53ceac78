"""What must not change a verdict does not, and what is not known only ever weakens it.

The accounts are those of the comparison with the specification; Hypothesis chooses among them.
"""

from __future__ import annotations

import copy
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reachability import UNKNOWN, Destination, Graph, Origin, Proof, Resource, Verdict, parse
from tests.conftest import Rounds
from tests.judges import topologies as t
from tests.judges.compare import account_graph
from tests.judges.firewalls import FIREWALL, firewalled
from tests.judges.program import AsOne, Program, can_declare
from tests.judges.specification import block, is_public
from tests.judges.twists import document as twisted

pytestmark = pytest.mark.fuzz

SEEDS = st.integers(0, 2**32)
DESTINATIONS = (
    Destination(t.RELAY, 587),
    Destination(t.SES, 587),
    Destination(t.LITERAL, 465),
    Destination(None, None),
)

Verdicts = tuple[Verdict, ...]


def document_of(seed: int) -> t.Document:
    """The account of `seed`; every fourth has firewalls on the way."""
    return twisted(seed) if seed % 4 else firewalled(seed)


def of_account(document: t.Document) -> Verdicts:
    evidence = parse(document)
    return _judge(account_graph(evidence), Origin.ACCOUNT, document)


def of_program(resources: Sequence[Resource], document: t.Document) -> Verdicts:
    return _judge(Graph(resources), Origin.PROGRAM, document)


def _judge(graph: Graph, origin: Origin, document: t.Document) -> Verdicts:
    proof = Proof(graph, zones=parse(document).zones)
    (workload,) = proof.workloads(origin)
    return tuple(proof.judge(workload.placements, destination).verdict for destination in DESTINATIONS)


@st.composite
def programs(draw: st.DrawFn) -> tuple[t.Document, Random]:
    """An account that a program can declare."""
    document = draw(SEEDS.map(document_of).filter(can_declare))
    return document, Random(draw(SEEDS))


@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_resources_does_not_matter(seed: int, rng: Random) -> None:
    document = document_of(seed)
    shuffled = copy.deepcopy(document)
    rng.shuffle(shuffled["resources"])
    for resource in shuffled["resources"]:
        for name in ("routes", "ingress", "egress", "subnetIds", "subnets", "entries"):
            if isinstance(resource["properties"].get(name), list):
                rng.shuffle(resource["properties"][name])

    assert of_account(shuffled) == of_account(document)


@given(SEEDS)
def test_ids_do_not_matter(seed: int) -> None:
    document = document_of(seed)
    ids = {resource["id"] for resource in document["resources"] if not resource["id"].startswith("arn:")}
    names = {key: f"{key.partition('-')[0]}-{number:017x}" for number, key in enumerate(sorted(ids))}

    assert of_account(_renamed(document, names)) == of_account(document)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, dict):
        return {name: _renamed(element, names) for name, element in value.items()}
    return [_renamed(element, names) for element in value] if isinstance(value, list) else value


@given(programs())
def test_who_declares_it_and_in_which_notation_does_not_matter(case: tuple[t.Document, Random]) -> None:
    document, rng = case

    program = Program(document, rng).resources(preview=False)

    assert of_program(program, document) == of_account(document)


SHARED_OR_JUDGED = (t.PUBLIC_ACCESS, t.SERVICE)
"""Options of Block Public Access hold for every VPC of a region: they are not unrelated."""


@given(SEEDS, SEEDS)
def test_unrelated_resources_do_not_matter(seed: int, other: int) -> None:
    document = document_of(seed)
    strange = document_of(other)
    ids = {t.TRANSIT_TABLE, *(resource["id"] for resource in strange["resources"]), *_endpoints(strange)}
    stranger = _renamed(strange, {key: f"{key}x" for key in ids})
    kept = [resource for resource in stranger["resources"] if resource["type"] not in SHARED_OR_JUDGED]
    both = {
        **document,
        "vpcs": [*document["vpcs"], *stranger["vpcs"]],
        "resources": [*document["resources"], *kept],
    }

    assert of_account(both) == of_account(document)


def _endpoints(document: t.Document) -> list[str]:
    """The endpoints of its firewalls, of which the account shows the ids alone."""
    return [
        attachment["endpointId"]
        for resource in document["resources"]
        if resource["type"] == FIREWALL
        for state in resource["properties"]["firewallStatuses"][0]["syncStates"]
        for attachment in state["attachments"]
    ]


HOPS: dict[str, Callable[[t.Draft], None]] = {
    "default route": lambda draft: draft["rtb-private0"]["routes"].clear(),
    "NAT gateway": lambda draft: draft["nat-0"].update(state="deleted"),
    "address": lambda draft: draft["nat-0"].update(publicIp=None, allocationId=None),
    "public route": lambda draft: draft["rtb-public"]["routes"].clear(),
    "attachment": lambda draft: draft["igw-a"].clear(),
    "egress rule": lambda draft: draft["sg-connector"]["egress"].clear(),
    "ACL entry out": lambda draft: draft["acl-a-default"].update(egress=[]),
    "ACL entry back": lambda draft: draft["acl-a-default"].update(ingress=[]),
}
"""What the one path of a plain NAT stack goes through."""


@pytest.mark.parametrize("hop", HOPS)
@given(seed=SEEDS)
@settings(max_examples=25)
def test_a_path_less_one_hop_is_no_path(hop: str, seed: int) -> None:
    draft = t.plain_nat(Random(seed))
    assert of_account(draft.document())[0] is Verdict.REACHABLE

    HOPS[hop](draft)

    assert of_account(draft.document())[0] is Verdict.UNREACHABLE


def _is_private(document: t.Document) -> bool:
    """The proof assumes that blocks of a VPC that it does not know are of private addresses."""
    blocks = [held["properties"] for held in document["resources"] if held["type"] == t.SECONDARY_BLOCK]
    return not any(is_public(block(held["cidrBlock"])[0]) for held in blocks)


@given(SEEDS.map(document_of).filter(_is_private), st.data())
def test_an_unknown_value_only_weakens_a_verdict(document: t.Document, data: st.DataObject) -> None:
    resources = list(account_graph(parse(document)))
    places = [(n, path) for n, found in enumerate(resources) for path in _places(dict(found.properties))]
    number, path = data.draw(st.sampled_from(places))
    resource = resources[number]
    resources[number] = replace(resource, properties=_with_unknown(dict(resource.properties), path))

    hidden = _judge(Graph(resources, account_graph(parse(document)).coverage), Origin.ACCOUNT, document)

    for before, after in zip(of_account(document), hidden, strict=True):
        assert after in (before, Verdict.UNDETERMINED)


def _places(value: Any) -> list[tuple[str | int, ...]]:
    """Where values are. A state that is not known yet is left out: what AWS is to make will be available."""
    steps: Any = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    steps = [step for step in steps if step != "state"]
    below = [(step, *rest) for step in steps for rest in _places(value[step])]
    return [*((step,) for step in steps), *below]


def _with_unknown(value: Any, path: tuple[str | int, ...]) -> Any:
    if not path:
        return UNKNOWN
    changed = copy.copy(value)
    changed[path[0]] = _with_unknown(value[path[0]], path[1:])
    return changed


AS_ONE: dict[str, AsOne] = {
    "ids unknown": lambda _list: False,
    "lists of ids unknown as a whole": lambda held: all(isinstance(element, str) for element in held),
    "routes and rules unknown as a whole as well": lambda _list: True,
}
"""What of a program is one output. Inside routes and rules that are, nothing can be known."""


@pytest.mark.parametrize("what", AS_ONE)
def test_a_preview_never_contradicts_the_update(
    what: str, rounds: Rounds, record_property: Callable[[str, object], None]
) -> None:
    measured: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for seed in range(rounds(test=500, fuzz=50_000)):
        document = document_of(seed)
        if not can_declare(document):
            continue
        program = Program(document, Random(seed))
        update = of_program(program.resources(preview=False), document)
        preview = of_program(program.resources(preview=True, as_one=AS_ONE[what]), document)
        inspected = any(resource["type"] == FIREWALL for resource in document["resources"])
        counts = measured[f"{what} in its preview{', firewalls on the way' if inspected else ''}"]
        for before, after in zip(preview, update, strict=True):
            assert before in (after, Verdict.UNDETERMINED), f"seed {seed}"
            if after is not Verdict.UNDETERMINED:
                counts["total"] += 1
                counts["undetermined in preview"] += before is Verdict.UNDETERMINED
                counts["of these reachable in the update"] += before is not after is Verdict.REACHABLE
    shown = {f"verdicts that an update determines, {how}": dict(counts) for how, counts in measured.items()}
    record_property("measured", shown)
