"""A diagnosis of one egress in an account: what the formats for programs make of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .places import Place, from_here
from .problems import problem_of_egress

if TYPE_CHECKING:
    from pathlib import Path

    from .model import EgressChange
    from .problems import Problem


@dataclass(frozen=True)
class Diagnosis:
    """What `mailroute diagnose` finds.

    Attributes:
        found: the egress, which is today's.
        type: the type token of its workload.
        account: its id and region, as `123456789012/us-east-1`.
        file: where the account is saved; `None` for a live one, of which no file says anything.
    """

    found: EgressChange
    type: str
    account: str
    file: Path | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why the destination is not reached, or what there is to know of a path that works."""
        if not self.found.after.outcome.told:
            return ()
        return (problem_of_egress(self.found, self.type, blocks=True, why=""),)

    def place(self, urn: str) -> Place | None:  # noqa: ARG002  (it is the same of every resource)
        """The file with the account, if there is one."""
        return None if self.file is None else Place(from_here(self.file.absolute()))
