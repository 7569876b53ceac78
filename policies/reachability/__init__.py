"""The proof that a workload's packets reach its mail server, over a graph of planned resources.

No engine and no network here: the command line, the policy pack and the tests share this package.
"""

from __future__ import annotations

from .evidence import Evidence, Offer, combine, merge, parse
from .graph import Coverage, Graph, Ref, Resource
from .proof import Proof, prove
from .settings import Settings
from .values import ABSENT, UNKNOWN
from .verdict import Destination, Egress, Finding, Hop, Origin, Outcome, Verdict

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
    "Offer",
    "Origin",
    "Outcome",
    "Proof",
    "Ref",
    "Resource",
    "Settings",
    "Verdict",
    "combine",
    "merge",
    "parse",
    "prove",
]
