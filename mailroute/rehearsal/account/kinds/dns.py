"""Route 53 hosted zones and their records."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ..account import Account, AwsResource
from ..checks import conflicting, one_of, requiring
from ..errors import AwsError
from ..kind import Call, Kind, Reference
from .references import VPC

ZONE: Final = "aws:route53/zone:Zone"
RECORD: Final = "aws:route53/record:Record"
_ZONE_ASSOCIATION: Final = "aws:route53/zoneAssociation:ZoneAssociation"
_ZONE_REFERENCE: Final = Reference(ZONE, "NoSuchHostedZone", "hosted zone with ID")
_ROUTING: Final = (
    "cidrRoutingPolicy",
    "failoverRoutingPolicies",
    "geolocationRoutingPolicies",
    "geoproximityRoutingPolicy",
    "latencyRoutingPolicies",
    "multivalueAnswerRoutingPolicy",
    "weightedRoutingPolicies",
)
_RECORD_TYPES: Final = (
    "A",
    "AAAA",
    "CAA",
    "CNAME",
    "DS",
    "HTTPS",
    "MX",
    "NAPTR",
    "NS",
    "PTR",
    "SOA",
    "SPF",
    "SRV",
    "SSHFP",
    "SVCB",
    "TLSA",
    "TXT",
)
_LONGEST_STRING: Final = 255


def full_name(account: Account, zone: str, name: str) -> str:
    """The fully qualified name of a record, as the provider makes it: the zone's name is added once."""
    found = account.find(ZONE, zone)
    name, domain = _bare(name), _bare(str(found.get("name"))) if found else ""
    if not name:
        return domain
    inside = not domain or name == domain or name.endswith(f".{domain}")
    return name if inside else f"{name}.{domain}"


def vpcs_of(account: Account, zone: AwsResource) -> Iterator[str]:
    """The ids of the VPCs in which a private zone answers."""
    for vpc in zone.items("vpcs"):
        yield str(vpc["vpcId"])
    for association in account.of(_ZONE_ASSOCIATION):
        if association.get("zoneId") == zone.id:
            yield str(association.get("vpcId"))


def public_records(account: Account, type_: str) -> Iterator[tuple[str, str]]:
    """Name and value of each record of `type_` in public zones, lower case, without trailing dots."""
    for record in account.of(RECORD):
        zone = account.find(ZONE, str(record.get("zoneId")))
        if record.get("type") == type_ and not (zone and list(vpcs_of(account, zone))):
            name = full_name(account, str(record.get("zoneId")), str(record.get("name")))
            for value in record.items("records"):
                yield name, _bare(str(value))


def zone_exists(call: Call) -> None:
    """A record belongs to a zone ("ChangeResourceRecordSets", Amazon Route 53 API Reference)."""
    if call.account.shows_public_zones() and call.find(ZONE, "zoneId") is None:
        raise _ZONE_REFERENCE.missing(str(call.inputs["zoneId"]))


def record_is_new(call: Call) -> None:
    """A zone has each record set once ("ChangeResourceRecordSets", Amazon Route 53 API Reference)."""
    if call.inputs.get("allowOverwrite"):
        return
    for other in _namesakes(call):
        if all(other.get(name) == call.inputs.get(name) for name in ("type", "setIdentifier")):
            raise AwsError(
                "InvalidChangeBatch",
                f"[Tried to create resource record set [name='{_name(call)}.', type='{call.inputs['type']}'] "
                f"but it already exists in zone {call.inputs['zoneId']}]",
            )


def alias_stands_alone(call: Call) -> None:
    """A CNAME shares its name with no record ("CNAME record type", Amazon Route 53 Developer Guide)."""
    kind = call.inputs["type"]
    for other in _namesakes(call):
        if other.get("type") != kind and "CNAME" in (kind, other.get("type")):
            raise AwsError(
                "InvalidChangeBatch",
                f"[RRSet of type {kind} with DNS name {_name(call)}. is not permitted as it conflicts with "
                f"other records with the same DNS name in zone {call.inputs['zoneId']}: {other.get('type')}]",
            )


def alias_is_not_the_apex(call: Call) -> None:
    """A zone's own name has no CNAME ("CNAME record type", Amazon Route 53 Developer Guide)."""
    zone = call.find(ZONE, "zoneId")
    if zone and call.inputs["type"] == "CNAME" and _name(call) == _bare(str(zone.get("name"))):
        raise AwsError(
            "InvalidChangeBatch",
            f"[RRSet of type CNAME with DNS name {_name(call)}. is not permitted at apex in zone {zone.id}]",
        )


def alias_names_the_zone_of_its_target(call: Call) -> None:
    """An alias in its own zone leads to a record of that ("AliasTarget", Amazon Route 53 API Reference)."""
    zone = call.find(ZONE, "zoneId")
    for alias in call.inputs.get("aliases") or () if zone else ():
        target, domain = _bare(str(alias.get("name"))), _bare(str(zone.get("name")) if zone else "")
        if alias.get("zoneId") == call.inputs["zoneId"] and not f".{target}".endswith(f".{domain}"):
            raise AwsError(
                "InvalidChangeBatch",
                f"[Tried to create an alias that targets {target}., type {call.inputs['type']} in zone "
                f"{call.inputs['zoneId']}, but the alias target name does not lie within the target zone]",
            )


def record_values_fit_type(call: Call) -> None:
    """Values have their type's form ("Supported DNS record types", Amazon Route 53 Developer Guide)."""
    kind = call.inputs["type"]
    for value in call.inputs.get("records") or ():
        reason = _misfit(kind, str(value))
        if reason:
            raise AwsError(
                "InvalidChangeBatch", f"[Invalid Resource Record: {kind} {_name(call)}.: {reason}]"
            )


def private_zone_is_alone(call: Call) -> None:
    """A VPC sees one private zone of a name ("AssociateVPCWithHostedZone", Route 53 API Reference)."""
    mine = {str(vpc["vpcId"]) for vpc in call.inputs.get("vpcs") or ()}
    for other in call.others(ZONE):
        if _bare(str(other.get("name"))) != _bare(str(call.inputs.get("name"))):
            continue
        for vpc in sorted(mine.intersection(vpcs_of(call.account, other))):
            raise AwsError(
                "ConflictingDomainExists",
                f"The VPC {vpc} is already associated with a hosted zone of the name "
                f"{call.inputs.get('name')}: {other.id}.",
            )


def _misfit(kind: str, value: str) -> str | None:
    """What is wrong with one value of a record, if anything."""
    if kind in ("A", "AAAA"):
        version = 4 if kind == "A" else 6
        try:
            fits = ipaddress.ip_address(value).version == version
        except ValueError:
            fits = False
        return None if fits else f"Value is not a valid IPv{version} address: {value!r}"
    if kind == "MX" and not re.fullmatch(r"\d{1,5} \S+", value):
        return f"MX needs a priority and a host: {value!r}"
    if kind in ("CNAME", "NS", "PTR") and not re.fullmatch(r"[^\s/]+", value):
        return f"Value is not a domain name: {value!r}"
    if kind in ("TXT", "SPF"):
        parts = value.strip('"').split('""')
        if any(len(part) > _LONGEST_STRING for part in parts):
            return f"CharacterStringTooLong: a {kind} string has at most {_LONGEST_STRING} characters"
    return None


def _namesakes(call: Call) -> Iterable[AwsResource]:
    """The zone's other records of the same name."""
    for other in call.others(RECORD):
        if other.get("zoneId") == call.inputs["zoneId"]:
            name = full_name(call.account, str(other.get("zoneId")), str(other.get("name")))
            if name == _name(call):
                yield other


def _name(call: Call) -> str:
    return full_name(call.account, str(call.inputs["zoneId"]), str(call.inputs.get("name") or ""))


def _bare(name: str) -> str:
    return name.rstrip(".").lower()


def _zone_id(call: Call) -> str:
    return f"Z{call.digest('zone', 20).upper()}"


def _zone(call: Call, identity: str) -> Mapping[str, Any]:
    servers = sorted(
        f"ns-{512 * index + call.number(top, 512)}.awsdns-{call.number(f'{top} group', 64):02d}.{top}"
        for index, top in enumerate(("com", "net", "org", "co.uk"))
    )
    return {
        "arn": call.arn("route53", f"hostedzone/{identity}", regional=False, owned=False),
        "zoneId": identity,
        "nameServers": servers,
        "primaryNameServer": servers[0],
        "comment": call.inputs.get("comment") or "Managed by Pulumi",
        "enableAcceleratedRecovery": False,
    }


def _implicit_records(zone: AwsResource, _call: Call) -> Iterable[AwsResource]:
    """Every zone has an NS and an SOA record ("NS and SOA records that Route 53 creates", Route 53 Guide)."""
    servers = zone.items("nameServers")
    soa = f"{servers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
    for kind, ttl, values in (("NS", 172800, servers), ("SOA", 900, [soa])):
        name = _bare(str(zone.get("name")))
        properties = {"zoneId": zone.id, "name": name, "type": kind, "ttl": ttl, "records": values}
        yield AwsResource(RECORD, f"{zone.id}_{name}_{kind}", properties, owner=zone.id)


def _record_id(call: Call) -> str:
    parts = [call.inputs["zoneId"], _name(call), call.inputs["type"], call.inputs.get("setIdentifier")]
    return "_".join(str(part) for part in parts if part)


KINDS: Final = (
    Kind(
        ZONE,
        _zone_id,
        _zone,
        defaults={"forceDestroy": False},
        replaced_by=frozenset({"name", "delegationSetId"}),
        rules=(private_zone_is_alone,),
        implicit_resources=_implicit_records,
    ),
    Kind(
        RECORD,
        _record_id,
        lambda call, _id: {"fqdn": _name(call), "allowOverwrite": bool(call.inputs.get("allowOverwrite"))},
        replaced_by=frozenset({"zoneId", "name", "type", "setIdentifier"}),
        references={"zoneId": _ZONE_REFERENCE},
        checks=(
            one_of("type", *_RECORD_TYPES),
            conflicting("aliases", "records"),
            conflicting("aliases", "ttl"),
            requiring("records", "ttl"),
            *(requiring(policy, "setIdentifier") for policy in _ROUTING),
        ),
        rules=(
            zone_exists,
            alias_is_not_the_apex,
            record_is_new,
            alias_stands_alone,
            alias_names_the_zone_of_its_target,
            record_values_fit_type,
        ),
    ),
    Kind(
        _ZONE_ASSOCIATION,
        lambda call: f"{call.inputs['zoneId']}:{call.inputs['vpcId']}",
        lambda call, _id: {
            "owningAccount": call.caller.account_id,
            "vpcRegion": call.inputs.get("vpcRegion") or call.region,
        },
        replaced_by=frozenset({"zoneId", "vpcId", "vpcRegion"}),
        references={"zoneId": _ZONE_REFERENCE, "vpcId": VPC},
        non_blocking_references=frozenset({"zoneId", "vpcId"}),
    ),
)
