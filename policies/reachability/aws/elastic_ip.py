"""Elastic IP addresses: whether a NAT gateway gets the one that it names.

Sources: Amazon EC2 API Reference, "CreateNatGateway": an address that is associated with another resource
must first be disassociated; Amazon EC2 User Guide, "Elastic IP addresses": each is one account's, in one
region.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ..findings import assumptions, gateways, placement
from ..graph import tokens
from ..graph.provider_scope import in_one_region
from ..graph.references import settled
from ..values import ABSENT, UNKNOWN, elements
from ..verdict import PASSES, Origin, Outcome, across_possibilities, all_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..graph.graph import Graph
    from ..graph.references import Ref
    from ..graph.resource import Resource
    from ..values import Value

_OWNERS: Final = (
    (tokens.NAT_GATEWAY, "allocationId"),
    (tokens.NAT_GATEWAY, "secondaryAllocationIds"),
    (tokens.NAT_GATEWAY, "availabilityZoneAddresses"),
    (tokens.NAT_GATEWAY_EIP_ASSOCIATION, "allocationId"),
    (tokens.EIP_ASSOCIATION, "allocationId"),
    (tokens.EIP_ASSOCIATION, "publicIp"),
)
"""What an address is associated with, and the property that names it."""
_MORE: Final = ("secondaryAllocationIds", "availabilityZoneAddresses")
"""Where a NAT gateway names addresses beside its first one, or those of the zones that it serves."""


class ElasticIps:
    """The Elastic IP addresses of one graph, and what names them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def given_to(self, nat: Resource) -> Outcome:
        """Whether `nat` gets its addresses, whichever they may be; one of the account has them already."""
        if nat.origin is Origin.ACCOUNT:
            return PASSES
        first = self.graph.ref(nat, nat.declared("allocationId"), "allocationId", tokens.EIP)
        more = [ref for prop in _MORE for ref in self.graph.refs(nat, _named_in(nat, prop), prop, tokens.EIP)]
        return all_of([*(self._gets_one(nat, ref) for ref in (first, *more)), _once(nat, (first, *more))])

    def _gets_one(self, nat: Resource, named: Ref[Resource]) -> Outcome:
        if named.absent:
            return PASSES
        if named.identity is None:
            return across_possibilities([self._gets(nat, each) for each in named.candidates] or [PASSES])
        if named.target is not None:
            return self._gets(nat, named.target)
        others = self._owners[named.identity]
        # One that the account has given exists, and what has it is known.
        given = any(other.origin is Origin.ACCOUNT for other in others)
        free = PASSES if given else assumptions.ADDRESS_IS_FREE(nat, address=named.place)
        return free + self._alone(nat, others)

    def _gets(self, nat: Resource, address: Resource) -> Outcome:
        return _is_free(address, nat) + self._alone(nat, self._owners[address.key])

    def _alone(self, nat: Resource, others: Iterable[Resource]) -> Outcome:
        return all_of(self._shared(nat, other) for other in others)

    def _shared(self, nat: Resource, other: Resource) -> Outcome:
        """AWS gives an address that two name to the first of them, whichever that is."""
        if other == nat or other.in_place_of(nat) is False:
            return PASSES
        if other.origin is Origin.ACCOUNT and self._may_be(other, nat):
            return PASSES
        return gateways.ELASTIC_IP_SHARED(nat, other=other)

    def _may_be(self, shown: Resource, nat: Resource) -> bool:
        """Whether a NAT gateway that the account shows may be `nat` itself, which has been there before."""
        here, there = (
            self.graph.ref(each, each.declared("subnetId"), "subnetId", tokens.SUBNET)
            for each in (shown, nat)
        )
        return here.same_as(there) is not False

    @cached_property
    def _owners(self) -> defaultdict[str, list[Resource]]:
        """By the identity of an address, what certainly names it."""
        found: defaultdict[str, list[Resource]] = defaultdict(list)
        for identity, owner in self._read_owners():
            found[identity].append(owner)
        return found

    def _read_owners(self) -> Iterator[tuple[str, Resource]]:
        for types, prop in _OWNERS:
            for owner in self.graph.of_type(*types):
                values = _named_in(owner, prop)
                for named in settled(self.graph.refs(owner, values, prop, tokens.EIP)):
                    address = self.graph.or_maker(named, owner, tokens.EIP, "publicIp")
                    if address.identity is not None:
                        yield address.identity, owner


def _named_in(owner: Resource, prop: str) -> tuple[Value, ...]:
    """The addresses that a property names: an id, a list of them, or a list for each zone."""
    values = elements(owner.declared(prop))
    if prop != "availabilityZoneAddresses":
        return values
    return tuple(value for zone in values for value in elements(zone, "allocationIds"))


def _once(nat: Resource, named: Iterable[Ref[Resource]]) -> Outcome:
    """AWS refuses an address that a NAT gateway names twice."""
    refs = [ref for ref in named if not ref.absent]
    known = Counter(ref.identity for ref in refs if ref.identity is not None)
    twice = next((ref for ref in refs if ref.identity is not None and known[ref.identity] > 1), None)
    if twice is not None:
        label = twice.target.label if twice.target is not None else twice.place
        return gateways.ELASTIC_IP_TWICE(nat, address=label)
    unsure = [ref for ref in refs if ref.identity is None]
    possible = dict.fromkeys(each for ref in unsure for each in ref.candidates if each.key not in known)
    if not possible or len(unsure) <= len(possible):
        return PASSES
    names = ", ".join(each.label for each in possible)
    return gateways.ELASTIC_IP_MAYBE_TWICE(nat, count=len(refs), names=names)


def _is_free(address: Resource, nat: Resource) -> Outcome:
    """Whether `address` is one of the region and account of `nat`, and of nothing else."""
    outcome = in_one_region(nat, address)
    together = nat.in_account_of(address)
    if together is False:
        outcome += gateways.ELASTIC_IP_OF_OTHER_ACCOUNT(nat, address=address)
    elif together is UNKNOWN and outcome == PASSES:
        outcome += placement.NAMED_MAYBE_IN_OTHER_ACCOUNT(nat, named=address)
    for prop in ("instance", "networkInterface"):
        # AWS tells of the NAT gateway's own interface there once it has one.
        given = address.get(prop) if address.inputs is not None and prop in address.inputs else ABSENT
        if given is UNKNOWN:
            outcome += gateways.ELASTIC_IP_MAYBE_ELSEWHERE(nat, address=address, prop=prop)
        elif given not in (ABSENT, ""):
            outcome += gateways.ELASTIC_IP_ELSEWHERE(nat, address=address, given=given)
    return outcome
