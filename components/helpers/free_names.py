"""Names in a hosted zone that the records of a sending domain need for themselves."""

import re
from collections.abc import Mapping

from . import checks
from .dns_records import PlannedRecord
from .lookup import Account

_OWN_DMARC = r"v=DMARC1; p=(none|quarantine|reject)(; rua=mailto:\S+)?"


def require_free(
    label: checks.Label,
    account: Account,
    zone_id: str,
    planned: Mapping[str, PlannedRecord],
    *,
    is_new: bool,
) -> None:
    """The zone has no record where the MAIL FROM domain and DMARC need theirs, but those of this stack.

    Args:
        planned: the records but for those of DKIM, whose names are SES's.
        is_new: whether the stack has not created the identity yet, so that no record can be its own.

    Raises:
        ArgumentError: for the first record that is in the way.
    """
    by_place = {(str(record["name"]), record["type"]): record for record in planned.values()}
    mail_from = str(planned["mail-from-mx"]["name"])
    for found in account.records(zone_id, sorted({name for name, _ in by_place})):
        own = by_place.get((found.name, found.type))
        is_so = own is not None and found.values == [own["value"]]
        if found.name == mail_from and (is_new or not is_so):
            checks.refuse(
                label("mail_from_subdomain"),
                mail_from.partition(".")[0],
                f"{mail_from} has a {found.type} record already, and SES needs the name for itself",
                "choose another label",
            )
        value = "".join(found.values)
        looks_own = own is not None and found.ttl == own["ttl"] and re.fullmatch(_OWN_DMARC, value)
        if found.name != mail_from and (is_new or not (is_so or looks_own)):
            checks.refuse(
                label("dmarc_policy"),
                value,
                f"{found.name} has this {found.type} record already",
                "set it to 'unmanaged' to keep the record",
            )
