"""What answers for names: hosted zones with their records, resolver rules, DNS firewalls.

Sources: Amazon Route 53 API Reference, "ListHostedZonesByVPC", "ListHostedZones" and "ResourceRecordSet";
Amazon Route 53 Developer Guide, "DNS domain name format"; Route 53 Resolver's data types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from reachability.aws.ses import region_of_host

from .shapes import Answer, Entry, entry, present

_LARGEST: Final = 1_000
"""The most record sets that a public zone is read with: 300 are a call, and Route 53 takes five a second."""
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")
"""A character of a name by its number, as Route 53 shows the asterisk of a wildcard."""
_WITH_VALUES: Final = frozenset({"A", "AAAA", "CNAME", "NS"})
"""The types of records whose values lead somewhere; those of others may be secrets."""
_ENDPOINTS: Final = "vpce.amazonaws.com"
"""Who owns the zones of VPC endpoints."""


def records_of(zones: Iterable[Answer], private: Iterable[Answer], account: str) -> Iterator[str]:
    """The ids of the zones of `account` whose records are to be read: all but the largest public ones."""
    for item in zones:
        if not is_private(item) and item.get("ResourceRecordSetCount", 0) <= _LARGEST:
            yield zone_id(item)
    for item in private:
        if not is_of_endpoint(item) and item.get("Owner", {}).get("OwningAccount", account) == account:
            yield item["HostedZoneId"]


def zone_id(item: Answer) -> str:
    """The id of a hosted zone, which is shown as a path."""
    return str(item["Id"]).rpartition("/")[2]


def is_private(item: Answer) -> bool:
    return bool(item.get("Config", {}).get("PrivateZone"))


def record(item: Answer) -> Entry:
    """A record set; `HostedZoneId` is that of its zone."""
    name, kind = _plain(item["Name"]), item["Type"]
    zone, one_of_many = item["HostedZoneId"], item.get("SetIdentifier")
    values = [value["Value"] for value in item.get("ResourceRecords") or ()]
    target, place, block = (item.get(part) for part in ("AliasTarget", "GeoLocation", "CidrRoutingConfig"))
    return entry(
        "aws:route53/record:Record",
        "_".join([zone, name, kind, *([one_of_many] if one_of_many else [])]),
        zoneId=zone,
        name=name,
        type=kind,
        records=values if values and kind in _WITH_VALUES else None,
        aliases=target and [present(name=_plain(target["DNSName"]), zoneId=target.get("HostedZoneId"))],
        setIdentifier=one_of_many,
        geolocationRoutingPolicies=place and [present(country=place.get("CountryCode"))],
        cidrRoutingPolicy=block and present(locationName=block.get("LocationName")),
    )


def _plain(name: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 8)), name).rstrip(".")


def hosted_zone(name: str, identity: str, vpcs: Iterable[Answer]) -> Entry:
    """A hosted zone; a private one with those of its VPCs that were read."""
    return entry(
        "aws:route53/zone:Zone",
        identity,
        name=name.rstrip("."),
        zoneId=identity,
        vpcs=[{"vpcId": link["VPCId"], "vpcRegion": link["VPCRegion"]} for link in vpcs],
    )


def is_of_endpoint(item: Answer) -> bool:
    """Whether a zone is what AWS makes for private DNS of an SMTP endpoint, which shows that itself."""
    return item.get("Owner", {}).get("OwningService") == _ENDPOINTS and bool(region_of_host(item["Name"]))


def resolver_rule(item: Answer) -> Entry:
    return entry(
        "aws:route53/resolverRule:ResolverRule",
        item["Id"],
        arn=item.get("Arn"),
        name=item.get("Name"),
        domainName=item.get("DomainName"),
        ruleType=item.get("RuleType"),
        ownerId=item.get("OwnerId"),
    )


def resolver_rule_association(item: Answer) -> Entry:
    return entry(
        "aws:route53/resolverRuleAssociation:ResolverRuleAssociation",
        item["Id"],
        name=item.get("Name"),
        resolverRuleId=item["ResolverRuleId"],
        vpcId=item["VPCId"],
    )


def resolver_firewall(item: Answer) -> Entry:
    return entry(
        "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
        item["Id"],
        arn=item.get("Arn"),
        name=item.get("Name"),
        firewallRuleGroupId=item.get("FirewallRuleGroupId"),
        priority=item.get("Priority"),
        vpcId=item["VpcId"],
    )


def profile_association(item: Answer) -> Entry:
    return entry(
        "aws:route53/profilesAssociation:ProfilesAssociation",
        item["Id"],
        name=item.get("Name"),
        profileId=item.get("ProfileId"),
        resourceId=item["ResourceId"],
        ownerId=item.get("OwnerId"),
        status=item.get("Status"),
    )
