"""VPC Encryption Controls: a VPC that enforces encryption keeps out what does not encrypt by itself.

Source: Amazon VPC User Guide, "Enforce VPC encryption in transit": internet gateways, NAT gateways and
functions need exclusions, firewalls are not supported, and endpoints drop what the application does not
encrypt. What that means for SMTP, for connectors, and for a program that makes both, it does not say.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from . import kinds
from .outcomes import all_of, open_question
from .references import Links
from .values import UNKNOWN
from .verdict import Outcome

if TYPE_CHECKING:
    from .graph import Ref, Resource
    from .network import Network


class EncryptionControls:
    """What the VPCs of one graph enforce."""

    def __init__(self, network: Network) -> None:
        self.network = network

    def admit(self, vpc: Ref) -> Outcome:
        """A finding for each control that enforces encryption in `vpc`, or may; others stop nothing."""
        return all_of(
            _may_enforce(control, candidate)
            for candidate in vpc.candidates
            for control, _ in self._controls.to(candidate)
            if control.get("mode") in (UNKNOWN, "enforce")
        )

    @cached_property
    def _controls(self) -> Links[Resource]:
        controls = self.network.graph.of_type(*kinds.ENCRYPTION_CONTROL)
        return Links((control, self.network.vpc_of(control)) for control in controls)


def _may_enforce(control: Resource, vpc: Resource) -> Outcome:
    message = (
        f"VPC Encryption Control {control.label} enforces encryption in VPC {vpc.label}, or may, and what "
        "that does to the way of mail is not known"
    )
    return open_question("VPC_ENCRYPTION_ENFORCED", control.key, message, 'set mode="monitor"')
