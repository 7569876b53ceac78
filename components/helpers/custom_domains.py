"""The domains that an App Runner service answers to, and their DNS records."""

from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import Any

import pulumi
import pulumi_aws as aws
from typing_extensions import NotRequired, TypedDict

from . import checks
from .dns_records import DnsRecord
from .lookup import Account

_MOST_DOMAINS = 5
"""AWS App Runner Developer Guide, "Managing custom domain names for an App Runner service"."""
_RECORD_SLOTS = 3
"""How many validation records are published: App Runner says only afterwards how many it has made."""
_TTL_SECONDS = 300
_APP_RUNNER = ".awsapprunner.com"


class CustomDomainArgs(TypedDict):
    """A domain of yours that the service answers to."""

    domain: str
    """The domain, such as `app.example.com`, or a wildcard, such as `*.example.com`."""
    www: NotRequired[bool]
    """Whether it answers to `www.` before the domain too. Default: true, but for a wildcard."""
    zone_id: NotRequired[pulumi.Input[str]]
    """The Route 53 zone that its records are published in. Default: none, they are outputs."""


def check(label: checks.Label, given: Sequence[CustomDomainArgs]) -> None:
    """Every rule for the custom domains of a service.

    Raises:
        ArgumentError: for the first argument that breaks one.
    """
    argument = "custom_domains"
    checks.distinct(label(argument), [each.get("domain") for each in given], 0, _MOST_DOMAINS)
    answered: dict[str, int] = {}
    for position, each in enumerate(given):

        def of_domain(key: str, at: int = position) -> str:
            return label(f"{argument}[{at}].{key}")

        checks.keys(of_domain, each, CustomDomainArgs.__annotations__, CustomDomainArgs.__required_keys__)
        checks.domain(of_domain("domain"), str(each["domain"]).removeprefix("*."))
        checks.one_of(of_domain("www"), each.get("www", False), (True, False))
        if is_wildcard(each) and each.get("www"):
            checks.refuse(of_domain("www"), True, "a wildcard has no www subdomain", "leave it out")
        for host in names(each):
            owner = answered.setdefault(host, position)
            if owner != position:
                with_www = owner if host == each["domain"] else position
                checks.refuse(
                    of_domain("domain"),
                    each["domain"],
                    f"the service answers to {host} already by {given[owner]['domain']!r}",
                    f"set {of_domain('www', with_www)} to false",
                )


def is_wildcard(domain: CustomDomainArgs) -> bool:
    """Whether the service answers to whatever is right below the domain."""
    return domain["domain"].startswith("*.")


def has_www(domain: CustomDomainArgs) -> bool:
    """Whether the service answers to the domain's `www.` too."""
    return domain.get("www", not is_wildcard(domain))


def associate(
    name: str,
    domains: Sequence[CustomDomainArgs],
    service: aws.apprunner.Service,
    account: Account,
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[list[DnsRecord]]:
    """Have the service answer to `domains`, with their records where they name a zone.

    A domain is associated once: to change its `www` takes it away first.

    Returns:
        The records that are still to be published by hand.
    """
    alias_zone = account.app_runner_zone() if any("zone_id" in domain for domain in domains) else ""
    to_publish = []
    for domain in domains:
        label = f"{name}-{domain['domain'].replace('*', 'any')}"
        association = aws.apprunner.CustomDomainAssociation(
            label,
            service_arn=service.arn,
            domain_name=domain["domain"],
            enable_www_subdomain=has_www(domain),
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(delete_before_replace=True)),
        )
        certificate = association.certificate_validation_records
        # pulumi-aws knows the target of an association that it has made, and not of one that was imported.
        target = pulumi.Output.all(association.dns_target, service.service_url).apply(_first_known)
        if "zone_id" in domain:
            _publish(label, domain, domain["zone_id"], certificate, target, alias_zone, opts)
            to_publish.append(certificate.apply(lambda found: _validation_records(found)[_RECORD_SLOTS:]))
        else:
            to_publish.append(pulumi.Output.all(certificate, target, names(domain)).apply(_all_records))
    return pulumi.Output.all(*to_publish).apply(lambda each: [*chain.from_iterable(each)])


def _publish(
    label: str,
    domain: CustomDomainArgs,
    zone_id: pulumi.Input[str],
    certificate: pulumi.Output[Sequence[Any]],
    target: pulumi.Output[str],
    alias_zone: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """Publish what validates the certificate, and what leads the domain to the service.

    Where App Runner has made fewer validation records than there are slots, the last one is written again.
    """
    for slot in range(_RECORD_SLOTS):
        record = certificate.apply(partial(_in_slot, slot=slot))
        aws.route53.Record(
            f"{label}-certificate-{slot}",
            zone_id=zone_id,
            name=record["name"],
            type=record["type"],
            ttl=_TTL_SECONDS,
            records=[record["value"]],
            allow_overwrite=True,
            opts=opts,
        )
    for host in names(domain):
        aws.route53.Record(
            f"{label}-www" if host.startswith("www.") and host != domain["domain"] else label,
            zone_id=zone_id,
            name=host,
            type="A",
            aliases=[{"name": target, "zone_id": alias_zone, "evaluate_target_health": False}],
            # App Runner has taken the domain for this service, so what leads to App Runner there leads to it.
            allow_overwrite=True,
            opts=opts,
        )


def names(domain: CustomDomainArgs) -> list[str]:
    """The host names that lead to the service."""
    return [domain["domain"], *([f"www.{domain['domain']}"] if has_www(domain) else [])]


def require_free_hosts(argument: str, account: Account, zone_id: str, domain: CustomDomainArgs) -> None:
    """The zone has no record for the domain, unless it leads to App Runner as the stack's own would.

    Raises:
        ArgumentError: for the first record that is in the way.
    """
    for found in account.records(zone_id, names(domain)):
        leads_to_app_runner = found.type == "A" and _APP_RUNNER in found.alias
        if found.type in ("A", "AAAA", "CNAME") and not leads_to_app_runner:
            checks.refuse(
                argument,
                domain["domain"],
                f"{found.name} has a {found.type} record already",
                "set its dns to 'external' to keep the record",
            )


def _first_known(targets: Sequence[Any]) -> str:
    return next(str(target) for target in targets if target)


def _in_slot(records: Sequence[Any], slot: int) -> dict[str, str]:
    record = sorted(records, key=lambda each: str(each["name"]))[min(slot, len(records) - 1)]
    return {"name": record["name"].rstrip("."), "type": record["type"], "value": record["value"].rstrip(".")}


def _all_records(parts: Sequence[Any]) -> list[DnsRecord]:
    certificate, target, hosts = parts
    return [*_validation_records(certificate), *(_record(host, "CNAME", target) for host in hosts)]


def _validation_records(records: Sequence[Any]) -> list[DnsRecord]:
    slots = [_in_slot(records, slot) for slot in range(len(records))]
    return [_record(each["name"], each["type"], each["value"]) for each in slots]


def _record(name: str, kind: str, value: str) -> DnsRecord:
    return {"name": name, "type": kind, "ttl": _TTL_SECONDS, "value": value}
