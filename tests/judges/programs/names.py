"""Where a name leads inside a VPC: the zones of an account, record by record.

Sources: Amazon Route 53 Developer Guide, "Working with private hosted zones" (the most specific zone answers,
and a name that is not in it does not exist), "Supported DNS record types", "Choosing between alias and
non-alias records"; RFC 4592 for wildcards. A public zone may be in use or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from reachability import Destination
from tests.judges.compare import Packets, Ways
from tests.judges.programs.types import LOAD_BALANCER, RECORD
from tests.judges.specification import Account, Fate, block, within

NOWHERE: Final = "nowhere"
LONGEST_CHAIN: Final = 16
_INTERNAL: Final = ("internal-", "dualstack.internal-")

Target = Any
"""The endpoint that answers, addresses as text, the name of a public host, or `NOWHERE`."""


def lead(account: Account, host: str, vpc: str, depth: int = 0) -> list[Target]:
    """Everything that `host` may lead to for a client in `vpc`."""
    name = host.lower().strip(".")
    endpoint = account.endpoint_for(name, vpc)
    if depth > LONGEST_CHAIN:
        return [NOWHERE]
    if endpoint is not None:
        return [endpoint]
    private, public = _zones(account, name)
    inside = [zone for zone in private if vpc in private[zone]]
    if inside:
        elsewhere = [] if account.vpc(vpc)["enableDnsHostnames"] else [name]
        return [*_answers(account, max(inside), name, vpc, depth), *elsewhere]
    return [name, *(target for zone in public for target in _answers(account, zone, name, vpc, depth))]


def _inside(account: Account, subnet: str) -> str:
    """An address in a subnet."""
    first, _, _ = block(str(account.subnet(subnet)["cidrBlock"]))
    return f"{first >> 24}.{first >> 16 & 255}.{first >> 8 & 255}.77"


Zone = tuple[int, str]
"""The length of its name, and its id."""


def _zones(account: Account, name: str) -> tuple[dict[Zone, list[str]], list[Zone]]:
    """The zones that are for `name`: the private ones with their VPCs, and the public ones."""
    private, public = {}, []
    for key, zone in account.all("aws:route53/zone:Zone").items():
        domain, vpcs = zone["name"].lower().strip("."), zone.get("vpcs") or ()
        if f".{name}".endswith(f".{domain}") and vpcs:
            private[len(domain), key] = [entry["vpcId"] for entry in vpcs]
        elif f".{name}".endswith(f".{domain}"):
            public.append((len(domain), key))
    return private, public


def _answers(account: Account, zone: Zone, name: str, vpc: str, depth: int) -> list[Target]:
    """What a zone says of a name, and what that leads to."""
    records = list(_records(account, zone[1], name))
    texts = [text for record in records for text in record.get("records") or () if record["type"] == "A"]
    found: list[Target] = sorted(texts)
    for record in records:
        if record["type"] == "CNAME":
            found += [each for text in record["records"] for each in lead(account, text, vpc, depth + 1)]
        for alias in record.get("aliases") or ():
            found += _balanced(account, alias["name"].lower()) or [alias["name"]]
    return found or [NOWHERE]


def _balanced(account: Account, name: str) -> list[str]:
    """The addresses of the internal load balancer with this name."""
    found = [each for each in account.all(LOAD_BALANCER).values() if each["dnsName"].lower() == name]
    return [_inside(account, key) for each in found if each["internal"] for key in each["subnets"]]


def _records(account: Account, zone: str, name: str) -> list[Mapping[str, Any]]:
    """The records of the name; if it is not there, those of the wildcard below its closest ancestor."""
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for record in account.all(RECORD).values():
        if record["zoneId"] == zone:
            by_name.setdefault(record["name"].lower().strip("."), []).append(record)
    ancestor, wanted = name, name
    while ancestor and not any(f".{known}".endswith(f".{ancestor}") for known in by_name):
        ancestor = ancestor.partition(".")[2]
        wanted = f"*.{ancestor}"
    return [record for record in by_name.get(wanted, ()) if record["type"] in ("A", "CNAME")]


class NamedPackets(Packets):
    """Packets to where names lead."""

    def _targets(self, destination: Destination, vpc: str) -> Iterator[tuple[Any, int]]:
        host = destination.host
        if not isinstance(host, str) or is_address(host):
            yield from super()._targets(destination, vpc)
            return
        for target in lead(self.account, host, vpc):
            yield target, destination.port if isinstance(destination.port, int) else 587

    def ways(self, destination: Destination) -> Iterator[Ways]:
        """Of several addresses a client takes any: all are one way."""
        named = isinstance(destination.host, str)
        self._asks = named and not is_address(str(destination.host))
        for ways in super().ways(destination):
            yield [[fate for way in ways for fate in way]] if named else ways

    def _private_answer(self, subnet: str, host: str) -> list[str] | None:
        """Zones have been asked already: what is left of a name is public."""

    def _attempt(self, subnet: str, groups: tuple[str, ...], target: Any, port: int) -> Fate:
        if target == NOWHERE:
            return Fate.LOST
        if isinstance(target, str) and target.startswith(_INTERNAL):
            vpc = self.account.vpc(self.account.subnet(subnet)["vpcId"])
            inside = vpc["cidrBlock"].partition("/")[0]
            lost = super()._attempt(subnet, groups, inside, port) is Fate.LOST
            return Fate.LOST if lost else Fate.UNSPECIFIED
        fate = super()._attempt(subnet, groups, target, port)
        kept_out = fate is Fate.UNSPECIFIED and isinstance(target, str) and self._keeps_out(subnet, target)
        return Fate.LOST if kept_out else fate

    def _keeps_out(self, subnet: str, target: str) -> bool:
        """Whether the ACL of another subnet lets nothing in or out: all of its entries are for everything."""
        for key, other in self.account.all("aws:ec2/subnet:Subnet").items():
            if key != subnet and is_address(target) and within(block(target)[0], other["cidrBlock"]):
                entries = [self.account.acl_of(key)[direction] for direction in ("ingress", "egress")]
                first = [min(each, key=lambda one: int(one["ruleNo"]), default=None) for each in entries]
                return any(each is None or each["action"] == "deny" for each in first)
        return False

    def _doubt(self, fate: Fate, subnet: str, target: Any, port: int) -> Fate:
        """What another resolver than Amazon's answers is not known."""
        vpc = self.account.subnet(subnet)["vpcId"]
        if self._asks and isinstance(target, str) and (target == NOWHERE or is_address(target)):
            asked = self.account.uses_resolver(vpc) and self.account.has_resolver(vpc)
            return fate if asked else Fate.UNSPECIFIED
        return super()._doubt(fate, subnet, target, port)


def is_address(text: str) -> bool:
    return text[0].isdigit()
