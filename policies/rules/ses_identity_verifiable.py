"""`ses-identity-verifiable`: the DKIM records that make SES trust a domain are published somewhere.

A record is any resource, of any provider, whose type is that of a DNS record. In a preview the names of
Easy DKIM records are not known: what they come from tells whose they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from reachability.graph import Resource
from reachability.values import ABSENT, UNKNOWN, Unknown, Value, is_known, items

from .rule import EVIDENCE, Judge, Options, Rule, Severity, Stack, Violation, undetermined, violation

_IDENTITY: Final = "aws:sesv2/emailIdentity:EmailIdentity"
_DOMAIN_IDENTITY: Final = "aws:ses/domainIdentity:DomainIdentity"
_DOMAIN_DKIM: Final = "aws:ses/domainDkim:DomainDkim"
_ZONE: Final = "aws:route53/zone:Zone"

_RECORD_TYPE: Final = re.compile(r":(Dns|CName)?Record(Set)?$", re.I)
_NAMES: Final = ("name", "relativeRecordSetName", "subdomain", "hostname", "host")
_KINDS: Final = ("type", "recordType")
_TARGETS: Final = ("records", "content", "value", "rrdatas", "cname")
_EASY_DKIM_RECORDS: Final = 3

_REMEDY: Final = (
    "Publish the three CNAME records <token>._domainkey.<domain> -> <token>.dkim.amazonses.com "
    "(aws.route53.Record); where DNS is elsewhere, name the domain in externalDomains, or set the dns of a "
    "component EmailIdentity to external."
)


@dataclass(frozen=True)
class _Needed:
    """The records that an identity needs: so many, of one kind, under the labels that are known."""

    kind: str
    count: int
    labels: tuple[str, ...] = ()


def _check(stack: Stack, options: Options) -> Judge:
    records = [record for record in stack.graph if _RECORD_TYPE.search(record.type)]
    return partial(_judge, records, stack, options)


def _judge(
    records: list[Resource], stack: Stack, options: Options, identity: Resource
) -> Iterator[Violation]:
    domain = identity.get("emailIdentity" if identity.type == _IDENTITY else "domain")
    if isinstance(domain, str) and ("@" in domain or _is_external(domain, options)):
        return
    if _says_external(identity, stack):
        return
    sources = [identity, *_dkim_of(domain, stack)]
    needed = _needed(sources)
    answers = [(record, _carries(record, domain, sources, needed, stack)) for record in records]
    certain = [record for record, answer in answers if answer is True]
    possible = sum(answer is not False for _, answer in answers)
    yield from _judge_records(identity, certain, possible, needed, stack)


def _judge_records(
    identity: Resource, records: list[Resource], possible: int, needed: _Needed, stack: Stack
) -> Iterator[Violation]:
    zones = [(record, _in_private_zone(record, stack)) for record in records]
    public = [record for record, private in zones if private is False]
    for record in public:
        yield from _check_proxy(record)
    if len(public) >= needed.count:
        return
    have = f"{len(public)} of the {needed.count} DKIM records of {identity.name!r}"
    if any(private is True for _, private in zones):
        message = f"only {have} are in a public zone: SES does not see a private one."
        yield violation(identity, "DKIM_RECORDS_PRIVATE", message, _REMEDY)
    elif possible >= needed.count:
        message = f"only {have} are certain: what the other records are is not known until the update."
        yield undetermined(identity, "DKIM_RECORDS_UNKNOWN", message, _REMEDY)
    elif public:
        yield violation(identity, "DKIM_RECORDS_INCOMPLETE", f"only {have} are published.", _REMEDY)
    else:
        message = f"none of the {needed.count} DKIM records of {identity.name!r} is published."
        yield violation(identity, "DKIM_RECORDS_MISSING", message, _REMEDY)


def _check_proxy(record: Resource) -> Iterator[Violation]:
    """A DNS host that answers with its own addresses instead of the record hides it from SES."""
    proxied = record.declared("proxied")
    if proxied is True:
        message = f"the DKIM record {record.name!r} is proxied, so that SES does not find it."
        yield violation(record, "DKIM_RECORD_PROXIED", message, "Set proxied to false.")
    elif proxied is UNKNOWN:
        message = f"whether the DKIM record {record.name!r} is proxied is not known until the update."
        yield undetermined(record, "DKIM_RECORD_PROXIED_UNKNOWN", message, "Set proxied to false.")


def _is_external(domain: str, options: Options) -> bool:
    """Whether `domain`, or one that it is in, has its DNS where no record of this stack can be."""
    return any(domain == parent or domain.endswith(f".{parent}") for parent in options["externalDomains"])


def _says_external(identity: Resource, stack: Stack) -> bool:
    """Whether the component of `identity` exports its records instead of registering them."""
    component = stack.program.find(identity.parent) if identity.parent else None
    return component is not None and component.get("dns") == "external"


def _dkim_of(domain: Value, stack: Stack) -> list[Resource]:
    """What gives the tokens of an identity of SES's first API."""
    return [dkim for dkim in stack.program.of_type(_DOMAIN_DKIM) if dkim.get("domain") in (domain, UNKNOWN)]


def _needed(sources: list[Resource]) -> _Needed:
    selector = sources[0].get("dkimSigningAttributes", "domainSigningSelector")
    if isinstance(selector, str):
        return _Needed("TXT", 1, (selector,))
    for source in sources:
        for path in (("dkimTokens",), ("dkimSigningAttributes", "tokens")):
            tokens = items(source.properties, *path)
            if not isinstance(tokens, Unknown) and tokens and all(isinstance(token, str) for token in tokens):
                return _Needed("CNAME", len(tokens), tokens)
    return _Needed("CNAME", _EASY_DKIM_RECORDS)


def _carries(
    record: Resource, domain: Value, sources: list[Resource], needed: _Needed, stack: Stack
) -> bool | Unknown:
    """Whether `record` is a DKIM record of the identity."""
    _, kind = _property(record, _KINDS)
    if is_known(kind) and str(kind).upper() != needed.kind:
        return False
    prop, name = _property(record, _NAMES)
    if name is ABSENT or (needed.kind == "CNAME" and _points_elsewhere(record)):
        return False
    if isinstance(name, str):
        answer = _is_name(name.rstrip(".").lower(), domain, needed)
    else:
        answer = _comes_from(record, prop, sources, stack)
    return UNKNOWN if answer is True and not is_known(kind) else answer


def _comes_from(record: Resource, prop: str, sources: list[Resource], stack: Stack) -> bool | Unknown:
    """Whether the unknown property `prop` of `record` comes from `sources`, and no other identity."""
    if not record.dependencies.get(prop):
        return UNKNOWN
    kinds = (_IDENTITY, _DOMAIN_IDENTITY, _DOMAIN_DKIM)
    own = [origin in sources for origin in stack.graph.ref(record, UNKNOWN, prop, kinds).candidates]
    if any(own) and not all(own):
        return UNKNOWN
    return any(own)


def _points_elsewhere(record: Resource) -> bool:
    """Whether a CNAME record is known to lead to no DKIM key of SES."""
    prop, _ = _property(record, _TARGETS)
    targets = items(record.properties, prop)
    if isinstance(targets, Unknown) or not all(isinstance(target, str) for target in targets):
        return False
    return not any(".dkim." in target for target in targets)


def _is_name(name: str, domain: Value, needed: _Needed) -> bool | Unknown:
    """Whether a record of this name, which may be relative to its zone, proves `domain`."""
    label, found, zone = name.partition("._domainkey")
    if not found or (needed.labels and label not in map(str.lower, needed.labels)):
        return False
    if isinstance(domain, str) and zone == f".{domain.lower()}":
        return True
    if isinstance(domain, str) and not f".{domain.lower()}.".startswith(f"{zone}."):
        return False
    return True if needed.labels else UNKNOWN


def _property(record: Resource, names: tuple[str, ...]) -> tuple[str, Value]:
    """The first property of `names` that `record` has: different providers name it differently."""
    return next(((name, record.get(name)) for name in names if record.get(name) is not ABSENT), ("", ABSENT))


def _in_private_zone(record: Resource, stack: Stack) -> bool | Unknown:
    """Whether only VPCs see `record`; a zone of which nothing is known counts as public."""
    zone = stack.graph.ref(record, record.get("zoneId"), "zoneId", (_ZONE,)).target
    if zone is None:
        return False
    vpcs = items(zone.declared("vpcs"))
    return vpcs if isinstance(vpcs, Unknown) else bool(vpcs)


RULE = Rule(
    name="ses-identity-verifiable",
    description="The DKIM records of every SES domain identity are published, unless its DNS is elsewhere.",
    reference="Creating and verifying identities in Amazon SES; Easy DKIM in Amazon SES",
    remedy=_REMEDY,
    severity=Severity.HIGH,
    judges=(_IDENTITY, _DOMAIN_IDENTITY),
    check=_check,
    options={
        "externalDomains": {
            "description": "Domains whose DNS is not in this stack: their records are published by hand.",
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "default": [],
        },
        **EVIDENCE,
    },
)
