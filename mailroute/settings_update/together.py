"""Which settings of one service do not go together: each by itself is right, and the mail fails all the same.

Sources: Amazon SES Developer Guide, "Obtaining Amazon SES SMTP credentials" (those of one region are of no
use in another one) and "Connecting to an Amazon SES SMTP endpoint"; AWS App Runner Developer Guide, "Enabling
VPC access for outgoing traffic".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .settings import CONNECTOR, HOST, PORT, Plain, SettingError, is_credential, is_ses

if TYPE_CHECKING:
    from .service import Service
    from .settings import Settings


def check(service: Service, wanted: Settings) -> None:
    """
    Raises:
        SettingError: with `wanted` the service would have settings that do not go together.
    """
    after = service.with_settings(wanted)
    _check_connector(service, wanted)
    if HOST in wanted or PORT in wanted:
        _check_port(after)
    if HOST in wanted and wanted[HOST] != service.value(HOST):
        _check_credentials(service, after, wanted)


def _check_port(after: Service) -> None:
    from reachability.aws.ses import SMTP_PORTS

    host, port = after.value(HOST), after.value(PORT)
    if isinstance(host, Plain) and is_ses(host.value) and isinstance(port, Plain):
        offered = [str(each) for each in sorted(SMTP_PORTS)]
        if port.value not in offered:
            raise SettingError(
                f"{PORT}: {port.value!r} is no port of {host.value}: set it to one of {', '.join(offered)}"
            )


def _check_credentials(before: Service, after: Service, wanted: Settings) -> None:
    """SES has credentials of its own in each region, which are neither another server's nor for one."""
    old, new = before.value(HOST), after.value(HOST)
    if not any(isinstance(host, Plain) and is_ses(host.value) for host in (old, new)):
        return
    held = sorted(filter(is_credential, after.variables))
    kept = [name for name in held if name not in wanted]
    whose = old.value if isinstance(old, Plain) else "the old host"
    if kept:
        raise SettingError(
            f"{kept[0]}: is of {whose}, and would be sent to the new {HOST}: give the new one's by --secret "
            f"{kept[0]}=ARN, or take it away by --unset {kept[0]}"
        )
    if isinstance(new, Plain) and is_ses(new.value) and not held:
        raise SettingError(
            f"{HOST}: {new.value} takes mail with credentials alone: give them by --secret SMTP_USER=ARN and "
            "--secret SMTP_PASS=ARN"
        )


def _check_connector(service: Service, wanted: Settings) -> None:
    value = wanted.get(CONNECTOR)
    if not isinstance(value, Plain):
        return
    _, partition, _, region, account, *_ = service.arn.split(":")
    if not value.value.startswith(f"arn:{partition}:apprunner:{region}:{account}:"):
        raise SettingError(
            f"{CONNECTOR}: {value.value!r} is not of the service's region and account, {region} and "
            f"{account}: name one that is"
        )
