"""Which zones and regions AWS offers a service in: what its documents list, and what an account shows.

Zone ids are the same in every account; each account has its own names for them. Source: AWS Regions and
Availability Zones, "Availability Zone IDs".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ..values import UNKNOWN, Truth, Unknown, Value
from ..verdict import Origin

if TYPE_CHECKING:
    from .resource import Resource

WITHOUT_SMTP: Final = frozenset(
    {
        "use1-az2",
        "use1-az3",
        "use1-az5",
        "usw1-az2",
        "usw2-az4",
        "apne2-az4",
        "cac1-az3",
        "cac1-az4",
    }
)
"""The zone ids without SES's SMTP endpoint (Amazon SES Developer Guide, "Setting up VPC endpoints")."""

WITHOUT_CONNECTORS: Final = frozenset({"use1-az3", "apne1-az3"})
"""Those where App Runner, which runs on Fargate, has no VPC connectors (Amazon ECS Developer Guide,
"Supported Regions for Amazon ECS on AWS Fargate")."""

WITHOUT_FARGATE: Final = frozenset({"usw1-az2", "apne1-az3"})
"""Those without Linux tasks on Fargate (the same page)."""

APP_RUNNER_REGIONS: Final = frozenset(
    {
        "ap-northeast-1",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "eu-central-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "us-east-1",
        "us-east-2",
        "us-west-2",
    }
)
"""AWS General Reference, "AWS App Runner endpoints and quotas"; it is closed to new customers."""

REGIONS_WITHOUT_SMTP: Final = frozenset({"af-south-1", "ap-southeast-3", "eu-south-1", "me-south-1"})
"""Where SES has no SMTP interface (AWS General Reference, "Amazon Simple Email Service endpoints and
quotas")."""

REGIONS_WITH_FIPS_API: Final = frozenset(
    {
        "ca-central-1",
        "us-east-1",
        "us-east-2",
        "us-gov-east-1",
        "us-gov-west-1",
        "us-west-1",
        "us-west-2",
    }
)
"""Where SES's API has FIPS hosts (the same page)."""

_REGIONS: Final = {
    "apne1": "ap-northeast-1",
    "apne2": "ap-northeast-2",
    "cac1": "ca-central-1",
    "use1": "us-east-1",
    "usw1": "us-west-1",
    "usw2": "us-west-2",
}
"""The regions that zone ids above are of."""

_REGION_OF_NAME: Final = re.compile(r"([a-z]{2}(?:-[a-z]+)+-\d)(?:[a-z]|-.+)")
_LOCAL: Final = re.compile(
    r"[a-z]{2}(?:-[a-z]+)+-\d(?:-[a-z0-9]+-\d[a-z]|-wl\d-.+)|[a-z0-9]+-[a-z0-9]+-(?:[a-z]+-wlz|az)\d+"
)


def is_local(zone: Value) -> bool:
    """Whether `zone` is the name or id of a Local Zone or a Wavelength Zone.

    Sources: Amazon EC2 User Guide, "Local Zones" (`us-west-2-lax-1a`, `usw2-lax1-az1`) and "Wavelength Zones"
    (`us-east-1-wl1-bos-wlz-1`, `use1-wl1-bos-wlz1`).
    """
    return isinstance(zone, str) and _LOCAL.fullmatch(zone) is not None


def region_of_zone(name: Value) -> str | None:
    """The region in the name of a zone; `None` where it is not known, or is no such name."""
    found = _REGION_OF_NAME.fullmatch(name) if isinstance(name, str) else None
    return found[1] if found else None


@dataclass(frozen=True)
class ZoneAvailability:
    """What AWS offers in the zones of regions; each account has its own names for them.

    Attributes:
        zone_ids: zone id by `(account, region, zone name)`.
        smtp_zones: the names of the zones with the SMTP endpoint, by `(account, region)`.
        assumed: the regions of which nobody has shown the names that the account has for their zones.
    """

    zone_ids: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    smtp_zones: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    assumed: frozenset[str] = frozenset()

    def smtp_in_zone(
        self, region: str, name: Value, zone_id: Value, account: str | Unknown = UNKNOWN
    ) -> Truth:
        """Whether a zone offers SES's SMTP endpoint, by its id or else by its name in `account`.

        Where the account is not known, those that are known must agree.
        """
        if isinstance(name, str) and region in _regions(WITHOUT_SMTP):
            known = {
                name in zones
                for (owner, where), zones in self.smtp_zones.items()
                if where == region and account in (owner, UNKNOWN)
            }
            told = self._told(region, known)
            if told is not UNKNOWN:
                return told
        return self.offered(WITHOUT_SMTP, region, name, zone_id, account)

    def offered(
        self,
        without: Collection[str],
        region: str | Unknown,
        name: Value,
        zone_id: Value,
        account: str | Unknown = UNKNOWN,
    ) -> Truth:
        """Whether a zone has what those in `without` lack, by its id or else by its name in `account`."""
        if isinstance(zone_id, str):
            return zone_id not in without
        if isinstance(region, str) and region not in _regions(without):
            return True
        answers = {
            found not in without
            for (owner, where, zone), found in self.zone_ids.items()
            if (where, zone) == (region, name) and account in (owner, UNKNOWN)
        }
        return self._told(region, answers)

    def _told(self, region: Value, answers: set[bool]) -> Truth:
        """What the names of zones tell: of an account not shown, nothing says that one lacks a service."""
        made_up = region in self.assumed and False in answers
        return UNKNOWN if made_up or len(answers) != 1 else True in answers

    def id_of(self, subnet: Resource) -> Value:
        """The id of the zone of `subnet`; not known where a name in an account not shown leads to it."""
        computed = subnet.origin is Origin.PROGRAM and not subnet.sets("availabilityZoneId")
        return UNKNOWN if computed and subnet.region in self.assumed else subnet.get("availabilityZoneId")

    def assumes(self, without: Collection[str], region: Value, zone_id: Value) -> bool:
        """Whether that a zone has what those in `without` lack rests on its name in an account not shown."""
        return region in self.assumed and region in _regions(without) and not isinstance(zone_id, str)


def _regions(zone_ids: Collection[str]) -> set[str]:
    return {_REGIONS[zone.partition("-")[0]] for zone in zone_ids}
