"""Elastic IP addresses: whether a NAT gateway gets the one that it names.

Sources: Amazon EC2 API Reference, "CreateNatGateway": an address that is associated with another resource
must first be disassociated; Amazon EC2 User Guide, "Elastic IP addresses": each is one account's, in one
region.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final

from . import kinds
from .outcomes import all_of, blocked, open_question
from .places import in_one_region
from .references import same, settled
from .values import ABSENT, UNKNOWN, elements
from .verdict import Origin, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .graph import Graph, Resource

CODE: Final = "NAT_GATEWAY_ADDRESS_IN_USE"
_REMEDY: Final = "give each NAT gateway an aws.ec2.Eip of its own"
_HOLDERS: Final = (
    (kinds.NAT_GATEWAY, "allocationId"),
    (kinds.NAT_GATEWAY, "secondaryAllocationIds"),
    (kinds.NAT_GATEWAY_EIP_ASSOCIATION, "allocationId"),
    (kinds.EIP_ASSOCIATION, "allocationId"),
)
"""What an address is associated with, and the property that names it."""


class ElasticIps:
    """The Elastic IP addresses of one graph, and who names them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def given_to(self, nat: Resource) -> Outcome:
        """Whether `nat` gets its address; one of the account has it already.

        An address that may be one of several is taken to be the one that is free.
        """
        named = self.graph.ref(nat, nat.declared("allocationId"), "allocationId", kinds.EIP)
        if nat.origin is Origin.ACCOUNT or named.identity is None:
            return Outcome()
        held = [self._held(nat, named.target)] if named.target else []
        return all_of([*held, *(self._shared(nat, other) for other in self._holders[named.identity])])

    def _held(self, nat: Resource, address: Resource) -> Outcome:
        outcome = in_one_region(nat, address)
        if nat.in_account_of(address) is False:
            message = (
                f"Elastic IP address {address.label} is account {address.account}'s, not that of {nat.label}"
            )
            outcome += blocked("ELASTIC_IP_NOT_OWNED", nat.key, message, _REMEDY)
        for prop in ("instance", "networkInterface"):
            # AWS tells of the NAT gateway's own interface there once it has one.
            given = address.get(prop) if address.inputs is not None and prop in address.inputs else ABSENT
            if given is UNKNOWN:
                message = f"Elastic IP address {address.label} may be associated elsewhere, by its {prop}"
                outcome += open_question(CODE, nat.key, message, _REMEDY)
            elif given not in (ABSENT, ""):
                message = (
                    f"Elastic IP address {address.label} is associated with {given}, not with {nat.label}"
                )
                outcome += blocked(CODE, nat.key, message, _REMEDY)
        return outcome

    def _shared(self, nat: Resource, other: Resource) -> Outcome:
        """AWS gives an address that two name to the first of them, whichever that is."""
        if other == nat or other.in_place_of(nat) is False:
            return Outcome()
        if other.origin is Origin.ACCOUNT and self._may_be(other, nat):
            return Outcome()
        message = (
            f"{other.label} names the Elastic IP address of NAT gateway {nat.label} too: one of them gets it"
        )
        return open_question(CODE, nat.key, message, _REMEDY)

    def _may_be(self, shown: Resource, nat: Resource) -> bool:
        """Whether a NAT gateway that the account shows may be `nat` itself, which has been there before."""
        places = [
            self.graph.ref(each, each.declared("subnetId"), "subnetId", kinds.SUBNET) for each in (shown, nat)
        ]
        return same(*places) is not False

    @cached_property
    def _holders(self) -> defaultdict[str, list[Resource]]:
        """By the identity of an address, what certainly names it."""
        found: defaultdict[str, list[Resource]] = defaultdict(list)
        for identity, holder in self._read_holders():
            found[identity].append(holder)
        return found

    def _read_holders(self) -> Iterator[tuple[str, Resource]]:
        for types, prop in _HOLDERS:
            for holder in self.graph.of_type(*types):
                values = elements(holder.declared(prop))
                for ref in settled(self.graph.refs(holder, values, prop, kinds.EIP)):
                    if ref.identity is not None:
                        yield ref.identity, holder
