"""The proof that a workload's packets reach its mail server, over a graph of planned resources.

No engine and no network here: the command line, the policy pack and the tests share this package. It reads
from the ground up: `values` and `verdict`; the `graph` of resources and what references stand for; `aws`, one
type per entity; `forwarding`, the walk; `workloads`; and `proof`, which asks them.
"""

from __future__ import annotations

from .egress import Destination, Egress, Unjudged
from .graph import Coverage, Evidence, Graph, Ref, Resource, ZoneAvailability, combine, merge, parse
from .proof import Proof, prove
from .settings import Settings
from .values import ABSENT, UNKNOWN
from .verdict import Finding, Hop, Origin, Outcome, Verdict

__all__ = [
    "ABSENT",
    "UNKNOWN",
    "Coverage",
    "Destination",
    "Egress",
    "Evidence",
    "Finding",
    "Graph",
    "Hop",
    "Origin",
    "Outcome",
    "Proof",
    "Ref",
    "Resource",
    "Settings",
    "Unjudged",
    "Verdict",
    "ZoneAvailability",
    "combine",
    "merge",
    "parse",
    "prove",
]
