"""The evidence document of some VPCs, put together from AWS's answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import Any, Final

from evidence.file import EvidenceError, validate

from . import network, transit
from .actions import Action
from .api import Answers, Api
from .failures import AccessError
from .shapes import Entry

_SCHEMA: Final = "https://mailroute.dev/schemas/evidence-1.json"
_REMEDY: Final = "AWS's own answers fit: see where AWS_ENDPOINT_URL and the proxy lead"


def build(api: Api, reading: network.Reading, entries: Iterable[Entry]) -> dict[str, Any]:
    """What was read, with `entries`, as a document that the schema holds for.

    A VPC that another account shares shows only a part of itself, so it never counts as read.

    Raises:
        AccessError: the schema does not hold for what was read.
    """
    answers = reading.answers
    unread = [
        *api.unread.items(),
        *transit.hidden(answers, api.account),
        *network.changing(answers),
    ]
    document = {
        "$schema": _SCHEMA,
        "version": 1,
        "accountId": api.account,
        "region": api.region,
        "takenAt": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "vpcs": sorted(
            item["VpcId"] for item in answers.get(Action.VPCS, ()) if item.get("OwnerId") == api.account
        ),
        "unread": sorted(
            ({"action": action.permission, "reason": reason} for action, reason in unread),
            key=lambda failure: (failure["action"], failure["reason"]),
        ),
        "availabilityZones": [
            {"name": zone["ZoneName"], "id": zone["ZoneId"]}
            for zone in answers.get(Action.AVAILABILITY_ZONES, ())
            if zone.get("ZoneType", "availability-zone") == "availability-zone"
        ],
        "endpointServices": list(_endpoint_services(answers)),
        "resources": _sorted([*network.resources(reading, api.account), *entries]),
    }
    try:
        validate(document, f"account {api.account} in {api.region}", _REMEDY)
    except EvidenceError as error:
        raise AccessError(str(error)) from error
    return document


def _endpoint_services(answers: Answers) -> Iterator[dict[str, Any]]:
    for item in answers.get(Action.ENDPOINT_SERVICES, ()):
        for kind in item["ServiceType"][:1]:
            yield {
                "serviceName": item["ServiceName"],
                "serviceType": kind["ServiceType"],
                "privateDnsName": item.get("PrivateDnsName"),
                "availabilityZones": sorted(item["AvailabilityZones"]),
            }


def _sorted(resources: Iterable[Entry]) -> list[Entry]:
    """Each resource once: AWS shows a peering connection from both its ends."""
    unique = {(resource["type"], resource["id"]): resource for resource in resources}
    return [unique[identity] for identity in sorted(unique)]
