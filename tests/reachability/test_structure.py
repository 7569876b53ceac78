"""The proof's own structure: how many modules a packet passes, and that there is no circle of imports."""

from __future__ import annotations

import ast
import pkgutil
import sys
from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter
from importlib.util import find_spec, resolve_name
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest

import reachability
from reachability import Proof
from reachability.forwarding import Client
from reachability.ranges import PUBLIC
from tests.reachability.stacks import Stack, nat_stack, ses_stack

MOST_MODULES: Final = 15
VOCABULARY: Final = frozenset({"ranges", "values", "verdict"})
"""What every other module is written in, and decides nothing about a packet."""

Record = Callable[[str, object], None]
Walk = Callable[[Proof, Client], object]


def _to_ses(proof: Proof, client: Client) -> object:
    return proof.ways.ses.any(client, 587)


def _to_the_internet(proof: Proof, client: Client) -> object:
    return proof.walk.reach(client, PUBLIC, 587, "smtp.example.com")


@pytest.mark.parametrize(
    ("name", "stack", "walk"),
    [("to SES", ses_stack(), _to_ses), ("through a NAT gateway", nat_stack(), _to_the_internet)],
)
def test_a_packet_passes_few_modules(name: str, stack: Stack, walk: Walk, record_property: Record) -> None:
    """From the interface until it has left AWS; the entities have been made from their resources before."""
    proof = Proof(stack.graph(), zones=stack.evidence().zones)
    (workload,) = proof.workloads()
    (placement,) = workload.placements
    subnet = placement.subnets[0].target
    assert subnet is not None
    client = Client(placement.owner, subnet, subnet.where(), placement.groups)
    walk(proof, client)
    called = _called(lambda: walk(proof, client))
    modules = {module for module, _ in called if module not in VOCABULARY}
    counts = {"total": len(called), "functions": len(called), "modules": len(modules)}
    record_property("measured", {f"functions that a packet passes {name}": counts})
    assert 0 < len(modules) <= MOST_MODULES, sorted(modules)


def _called(run: Callable[[], object]) -> set[tuple[str, str]]:
    """The functions of the proof that `run` calls, as `(module, function)`."""
    found: set[tuple[str, str]] = set()
    prefix = f"{reachability.__name__}."

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith(prefix):
            found.add((module.removeprefix(prefix), f"{frame.f_code.co_name}:{frame.f_code.co_firstlineno}"))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(before)
    return found


def test_no_modules_of_the_proof_import_each_other() -> None:
    """Imports for types alone count too."""
    names = [found.name for found in pkgutil.walk_packages(reachability.__path__, "reachability.")]
    imports = {name: set(_imports(name)) & set(names) for name in names}
    order = list(TopologicalSorter(imports).static_order())
    assert len(order) == len(names) > 50


def _imports(name: str) -> Iterator[str]:
    """The modules that a module imports; of a package, what it hands on does not count for those inside."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    package = name if spec.submodule_search_locations else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            source = resolve_name("." * node.level + (node.module or ""), package)
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                yield inner if _exists(inner) else source


def _exists(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False
