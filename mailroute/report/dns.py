"""The DNS records that a program needs: those it creates in Route 53, and those it leaves to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from reachability.values import ABSENT, UNKNOWN, Unknown, get, items

from . import redact
from .graph import shown
from .model import DnsRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailroute.rehearsal.result import PlannedResource, Rehearsal

_ROUTE53_RECORD: Final = "aws:route53/record:Record"
_RECORD_TYPES: Final = ("CNAME", "MX", "TXT", "A", "AAAA", "NS", "CAA", "SRV")


def dns_records(rehearsal: Rehearsal) -> tuple[DnsRecord, ...]:
    """Every record: of Route 53's resources, then of stack outputs that list records to publish elsewhere.

    Such an output is a list of objects with `name`, `type` and `value`, `values` or `records`, and
    perhaps `ttl`.
    """
    planned = (_planned(entry) for entry in rehearsal.resources if entry.type == _ROUTE53_RECORD)
    exported = (record for name, value in rehearsal.outputs.items() for record in _exported(name, value))
    return (*sorted(planned, key=lambda record: record.label), *exported)


def _planned(resource: PlannedResource) -> DnsRecord:
    record = shown(resource)
    fqdn = get(record, "fqdn")
    return DnsRecord(
        label=resource.name,
        name=fqdn if isinstance(fqdn, str) else get(record, "name"),
        type=get(record, "type"),
        ttl=_optional(get(record, "ttl")),
        values=_values(record, "records") or tuple(map(_alias, _values(record, "aliases"))),
        published=True,
    )


def _exported(output: str, value: Any) -> Iterator[DnsRecord]:
    for entry in _values(redact.without_secrets(value)):
        if get(entry, "type") not in _RECORD_TYPES:
            continue
        values = next((_values(entry, key) for key in ("values", "records", "value") if key in entry), ())
        if values:
            ttl = _optional(get(entry, "ttl"))
            yield DnsRecord(output, get(entry, "name"), get(entry, "type"), ttl, values, published=False)


def _alias(target: Any) -> Any:
    name = get(target, "name")
    return f"alias of {name}" if isinstance(name, str) else UNKNOWN


def _values(value: Any, *path: str) -> tuple[Any, ...]:
    """The elements at `path`; one that is unknown where the whole list is."""
    found = items(value, *path)
    return (UNKNOWN,) if isinstance(found, Unknown) else found


def _optional(value: Any) -> Any:
    return None if value is ABSENT else value
