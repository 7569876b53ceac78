"""Which subnets an interface endpoint takes, and which zones a new VPC does."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .subnets import SubnetArgs


@dataclass(frozen=True)
class Selection:
    """The subnets that serve, and a line for each that was left out."""

    chosen: list[SubnetArgs]
    left_out: list[str]


def offering(subnets: Sequence[SubnetArgs], offered: Collection[str], service: str) -> Selection:
    """Of each zone that offers `service` the first subnet.

    An endpoint takes one subnet of a zone, and none where the service is not offered: AWS PrivateLink
    Guide, "Access an AWS service using an interface VPC endpoint".
    """
    chosen: dict[str, SubnetArgs] = {}
    left_out = []
    for position, subnet in enumerate(subnets):
        zone = subnet["availability_zone"]
        label = subnet["id"] if isinstance(subnet["id"], str) else f"subnet {position + 1}"
        if zone not in offered:
            left_out.append(f"{label} in {zone}: {service} is not offered in this zone")
        elif zone in chosen:
            left_out.append(f"{label} in {zone}: an endpoint takes one subnet of a zone, and has one there")
        else:
            chosen[zone] = subnet
    return Selection(list(chosen.values()), left_out)


def preferred(
    zones: Sequence[str], offered: Collection[str], count: int, own: Sequence[str] = ()
) -> list[str]:
    """`count` of `zones`, those with the SMTP endpoint service first; a larger count only adds to them.

    Args:
        own: those that are in use already, which come before all others.
    """
    others = sorted(set(zones) - set(own), key=lambda zone: (zone not in offered, zone))
    return [*own, *others][:count]
