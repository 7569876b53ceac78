"""Mermaid flowcharts of a path: today's and the one to come, side by side."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from reachability.verdict import Verdict

from . import labels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reachability.egress import Egress

    from .model import EgressChange

_ENTITIES: Final = {"<": "lt", ">": "gt", '"': "quot", "&": "amp"}
_SPECIAL: Final = re.compile(r"[^\w\s.,:/@()+=-]")
_LONGEST_LABEL: Final = 80
_CLASS: Final = {
    Verdict.REACHABLE: "reachable",
    Verdict.UNREACHABLE: "unreachable",
    Verdict.UNDETERMINED: "undetermined",
}
_CLASSES: Final = (
    "classDef reachable fill:#dafbe1,stroke:#1a7f37,color:#116329",
    "classDef unreachable fill:#ffebe9,stroke:#cf222e,color:#a40e26",
    "classDef undetermined fill:#fff8c5,stroke:#9a6700,color:#7d4e00",
)


def flowchart(change: EgressChange) -> str:
    """The chain of hops today, where the service is there today, and after; broken where it breaks."""
    lines = ["flowchart LR"]
    if change.today is not None:
        lines += _subgraph("today", change.today)
    lines += _subgraph("after", change.after)
    return "\n".join([*lines, *(f"  {line}" for line in _CLASSES)])


def escape(text: object) -> str:
    """`text` for a quoted label: everything that Mermaid or HTML could read as markup is an entity."""
    content = labels.text(text)
    if len(content) > _LONGEST_LABEL:
        content = content[: _LONGEST_LABEL - 1] + "…"
    return _SPECIAL.sub(lambda match: f"#{_ENTITIES.get(match[0], ord(match[0]))};", content)


def _subgraph(when: str, egress: Egress) -> Iterator[str]:
    yield f'  subgraph {when}["{when}: {egress.verdict.value}"]'
    yield "    direction LR"
    hops = labels.hops(egress.outcome.path)
    for index, hop in enumerate(hops):
        yield f'    {when}{index}["{escape(hop.kind)}<br/>{escape(hop.name)}"]'
    goal = f"{when}_to"
    yield f'    {goal}(["{escape(egress.destination)}"]):::{_CLASS[egress.verdict]}'
    for index in range(1, len(hops)):
        yield f"    {when}{index - 1} --> {when}{index}"
    if hops:
        codes = ", ".join(dict.fromkeys(finding.code for finding in egress.outcome.findings))
        last = f"{when}{len(hops) - 1}"
        yield f'    {last} -. "{escape(codes)}" .-> {goal}' if codes else f"    {last} --> {goal}"
    yield "  end"
