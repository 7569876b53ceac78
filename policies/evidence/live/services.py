"""The kinds of services that can be asked about: each is found by its name, its ARN or its subnets."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container
from dataclasses import dataclass
from typing import Final

from . import app_runner, ecs, functions
from .api import Api
from .failures import AccessError
from .shapes import Entry

_BY_SUBNETS: Final = "judge it by --subnets and --security-groups instead"


@dataclass(frozen=True)
class Kind:
    """A kind of service.

    Attributes:
        title: what AWS calls one.
        arn: what its ARNs look like.
        named: `(name, ARN)` of every service that has the name given, and of what else the same call shows.
        described: the service with an ARN and what its egress depends on; nothing where it is not there.
        all_in: every service that sends through some subnets.
    """

    title: str
    arn: re.Pattern[str]
    named: Callable[[Api, str], list[tuple[str, str]]]
    described: Callable[[Api, str, Container[str]], list[Entry]]
    all_in: Callable[[Api, Collection[str], Container[str]], list[Entry]]


def _arn(service: str, resource: str) -> re.Pattern[str]:
    return re.compile(rf"arn:aws[a-z-]*:{service}:(?P<region>[a-z0-9-]+):\d{{12}}:{resource}.+")


KINDS: Final = (
    Kind(
        "App Runner service",
        _arn("apprunner", "service/"),
        app_runner.named,
        app_runner.described,
        app_runner.all_in,
    ),
    Kind("ECS service", _arn("ecs", "service/"), ecs.named, ecs.described, ecs.all_in),
    Kind(
        "Lambda function",
        _arn("lambda", "function:"),
        functions.named,
        functions.described,
        functions.all_in,
    ),
)
TITLES: Final = ", ".join(kind.title for kind in KINDS[:-1]) + f" or {KINDS[-1].title}"


def region_of(arn: str) -> str | None:
    """The region in the ARN of a service; `None` where `arn` is no such ARN."""
    found = next(filter(None, (kind.arn.fullmatch(arn) for kind in KINDS)), None)
    return found["region"] if found else None


def find(api: Api, wanted: str, variables: Container[str]) -> list[Entry]:
    """The service with the name or ARN `wanted`, with what its egress depends on.

    Args:
        variables: the environment variables whose values may be kept.

    Raises:
        AccessError: there is no such service, more than one, or it cannot be read.
    """
    arn = wanted if wanted.startswith("arn:") else _arn_of(api, wanted)
    found = [
        entry for kind in KINDS if kind.arn.fullmatch(arn) for entry in kind.described(api, arn, variables)
    ]
    if not found:
        raise _not_found(api, wanted)
    return found


def all_in(api: Api, subnets: Collection[str], variables: Container[str]) -> list[Entry]:
    """Every service that sends through some of `subnets`."""
    return [entry for kind in KINDS for entry in kind.all_in(api, subnets, variables)]


def _arn_of(api: Api, name: str) -> str:
    """
    Raises:
        AccessError: no service has this name, or more than one.
    """
    known = [pair for kind in KINDS for pair in kind.named(api, name)]
    arns = [arn for given, arn in known if given == name]
    if len(arns) > 1:
        raise AccessError(f"{name!r} is the name of {len(arns)} services: give one of {', '.join(arns)}")
    if not arns:
        raise _not_found(api, name, sorted({given for given, _ in known}))
    return arns[0]


def _not_found(api: Api, wanted: str, others: Collection[str] = ()) -> AccessError:
    """Why there is no service: what could not be asked, else that AWS has none."""
    if api.unread:
        failures = ", ".join(f"{action.permission}: {reason}" for action, reason in api.unread.items())
        return AccessError(
            f"{wanted}: {failures}: allow it ('mailroute iam-policy') or try again, or {_BY_SUBNETS}"
        )
    there = f"; App Runner has {', '.join(others)}" if others else ""
    return AccessError(f"there is no {TITLES} {wanted!r} in {api.region}{there}")
