"""The DNS records of a SES sending domain, and how they look in a zone file."""

from collections.abc import Mapping, Sequence

import pulumi
from typing_extensions import TypedDict

DMARC_POLICIES = ("none", "quarantine", "reject")
_TTL_SECONDS = 1800
_LONGEST_STRING = 255


class DnsRecord(TypedDict):
    """A DNS record, as it is or as it has to be published."""

    name: str
    """The whole name without a trailing dot: leave the zone's name off where a DNS host adds it."""
    type: str
    """`CNAME`, `MX` or `TXT`."""
    ttl: int
    """How long it may be cached, in seconds."""
    value: str
    """Its value, a TXT record's without quotes."""


class PlannedRecord(TypedDict):
    """A `DnsRecord` whose name and value may be outputs."""

    name: pulumi.Input[str]
    type: str
    ttl: int
    value: pulumi.Input[str]


def sender_records(
    domain: str,
    dkim_tokens: Sequence[pulumi.Input[str]],
    mail_from: str,
    region: str,
    dmarc: Mapping[str, str],
) -> dict[str, PlannedRecord]:
    """The records that let SES send as `domain`, by a short label each.

    Amazon SES Developer Guide: "Easy DKIM in Amazon SES", "Using a custom MAIL FROM domain", "Complying with
    DMARC". The SPF record belongs to the MAIL FROM domain; the one of the domain itself stays as it is.

    Args:
        dmarc: the tags of the DMARC record after `v=DMARC1`, such as `{"p": "none"}`; empty for no record.
    """
    records = {
        f"dkim-{position}": _record(
            "CNAME",
            pulumi.Output.concat(token, f"._domainkey.{domain}"),
            pulumi.Output.concat(token, ".dkim.amazonses.com"),
        )
        for position, token in enumerate(dkim_tokens)
    }
    records["mail-from-mx"] = _record("MX", mail_from, f"10 feedback-smtp.{region}.amazonses.com")
    records["mail-from-spf"] = _record("TXT", mail_from, "v=spf1 include:amazonses.com ~all")
    if dmarc:
        tags = {"v": "DMARC1", **dmarc}
        records["dmarc"] = _record(
            "TXT", f"_dmarc.{domain}", "; ".join(f"{tag}={value}" for tag, value in tags.items())
        )
    return records


def zone_snippet(records: Sequence[DnsRecord]) -> str:
    """`records` as lines of a BIND zone file, to be pasted or imported at another DNS host."""
    lines = [
        "; Publish as DNS only: a proxied record (Cloudflare's orange cloud) breaks DKIM verification.",
        *(
            f"{record['name']}. {record['ttl']:d} IN {record['type']} {_zone_value(record)}"
            for record in records
        ),
    ]
    return "\n".join(lines) + "\n"


def _record(kind: str, name: pulumi.Input[str], value: pulumi.Input[str]) -> PlannedRecord:
    return {"name": name, "type": kind, "ttl": _TTL_SECONDS, "value": value}


def _zone_value(record: DnsRecord) -> str:
    value = record["value"]
    if record["type"] != "TXT":
        return f"{value}."
    text = value.replace("\\", "\\\\").replace('"', '\\"')
    parts = [text[start : start + _LONGEST_STRING] for start in range(0, len(text), _LONGEST_STRING)]
    return " ".join(f'"{part}"' for part in parts)
