"""What answers for names inside VPCs: private hosted zones, resolver rules, DNS firewalls.

Sources: Amazon Route 53 API Reference, "ListHostedZonesByVPC"; Route 53 Resolver's data types.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reachability.aws.ses import region_of_host

from .shapes import Answer, Entry, entry

_ENDPOINTS: Final = "vpce.amazonaws.com"
"""Who owns the zones of VPC endpoints."""


def private_zone(name: str, identity: str, vpcs: Iterable[Answer]) -> Entry:
    """A private hosted zone with those of its VPCs that were read."""
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
