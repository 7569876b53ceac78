"""Where the program is: partition, region, zones, caller."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...account.regions import Zone
from .query import Function, InvokeError, Query

_PARTITION: Final = {"partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}
_ARN: Final = re.compile(
    r"arn:(?P<partition>[^:]*):(?P<service>[^:]*):(?P<region>[^:]*):(?P<account>[^:]*):(?P<resource>.+)"
)


def _zones(query: Query) -> Iterator[Zone]:
    """The zones that an account may use and that fit the query."""
    excluded = {*(query.get("excludeNames") or ()), *(query.get("excludeZoneIds") or ())}
    if query.get("state") not in (None, "available"):
        return
    for zone in query.account.zones(query.region):
        has = {
            "group-name": f"{query.region}-zg-1",
            "opt-in-status": "opt-in-not-required",
            "region-name": query.region,
            "state": "available",
            "zone-id": zone.id,
            "zone-name": zone.name,
            "zone-type": "availability-zone",
        }
        for each in query.get("filters") or ():
            if each["name"] not in has:
                raise InvokeError(
                    f"the filter {each['name']!r} of zones is not simulated: use {', '.join(sorted(has))}"
                )
        fits = all(has[each["name"]] in (each.get("values") or ()) for each in query.get("filters") or ())
        if fits and not excluded & {zone.name, zone.id}:
            yield zone


def _availability_zones(query: Query) -> Mapping[str, Any]:
    zones = sorted(_zones(query), key=lambda zone: zone.name)
    return {
        "id": query.region,
        "names": [zone.name for zone in zones],
        "zoneIds": [zone.id for zone in zones],
        "groupNames": [f"{query.region}-zg-1"] if zones else [],
    }


def _availability_zone(query: Query) -> Mapping[str, Any]:
    wanted = {query.get("name"), query.get("zoneId")} - {None}
    found = [zone for zone in _zones(query) if wanted <= {zone.name, zone.id}]
    if len(found) != 1:
        names = ", ".join(sorted(wanted)) or "these constraints"
        raise InvokeError(f"{len(found)} availability zones of {query.region} matched {names}, not one")
    (zone,) = found
    return {
        "id": zone.name,
        "name": zone.name,
        "nameSuffix": zone.name[len(query.region) :],
        "groupName": f"{query.region}-zg-1",
        "networkBorderGroup": query.region,
        "optInStatus": "opt-in-not-required",
        "state": "available",
        "zoneId": zone.id,
        "zoneType": "availability-zone",
    }


def _caller(query: Query) -> Mapping[str, Any]:
    return {
        "id": query.account_id,
        "accountId": query.account_id,
        "arn": f"arn:aws:sts::{query.account_id}:assumed-role/rehearsal/mailroute",
        "userId": "AROAREHEARSALEXAMPLE:mailroute",
    }


def _region(query: Query) -> Mapping[str, Any]:
    region = str(query.get("region") or query.get("name") or query.settings.caller.region)
    return {
        "id": region,
        "name": region,
        "region": region,
        "endpoint": f"ec2.{region}.amazonaws.com",
        "description": region,
    }


def _arn(query: Query) -> Mapping[str, Any]:
    parts = _ARN.fullmatch(str(query.get("arn")))
    if parts is None:
        raise InvokeError(f"{query.get('arn')!r} is no ARN")
    return {"id": query.get("arn"), **parts.groupdict()}


def _service_principal(query: Query) -> Mapping[str, Any]:
    service = query.get("serviceName")
    return {
        "id": f"{service}.{query.region}.amazonaws.com",
        "name": f"{service}.amazonaws.com",
        "serviceName": service,
        "suffix": "amazonaws.com",
    }


FUNCTIONS: Final[Mapping[str, Function]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:index/getAvailabilityZone:getAvailabilityZone": _availability_zone,
    "aws:index/getArn:getArn": _arn,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:index/getDefaultTags:getDefaultTags": lambda query: {
        "id": "aws",
        "tags": dict(query.settings.default_tags),
    },
    "aws:index/getPartition:getPartition": lambda _query: {"id": "aws", **_PARTITION},
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getServicePrincipal:getServicePrincipal": _service_principal,
}
