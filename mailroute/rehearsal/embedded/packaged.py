"""The provider of a package of which a rehearsal knows some resources and functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailroute import wire

from ..packages.package import Creation
from ..result import RehearsalError
from ..shared import urns
from .providers import UnsimulatedProvider

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..packages.package import Package


class PackagedProvider(UnsimulatedProvider):
    """A provider of `package`: what that does not list is unknown.

    Args:
        note: takes what a person should know about a type or function.
    """

    def __init__(self, urn: str, identity: str, package: Package, note: Callable[[str], None]) -> None:
        super().__init__(urn, identity)
        self._known = package
        self._note = note

    def create(
        self, urn: str, inputs: Mapping[str, Any], *, preview: bool, timeout: float
    ) -> tuple[str | None, Mapping[str, Any]]:
        del timeout
        make = self._known.resources.get(urns.type_of(urn))
        if make is None and self._known.others is not None:
            self._note(
                f"the package {urns.package_of(urns.type_of(urn))!r} is simulated in part: what the program "
                "does not give is unknown, and what depends on that is undetermined"
            )
            return None, {**inputs, **self._known.others(Creation(urn, wire.plain(inputs)))}
        if make is None:
            self.note_unknown(urns.type_of(urn))
            return None, {}
        if preview:
            return None, inputs
        try:
            made = make(Creation(urn, wire.plain(inputs)))
        except KeyError as missing:
            raise self._refused(urn, f"{missing.args[0]} is missing") from None
        except ValueError as error:
            raise self._refused(urn, str(error)) from None
        return str(made["id"]), {**inputs, **made}

    def invoke(
        self, token: str, arguments: Mapping[str, Any], *, preview: bool
    ) -> tuple[Mapping[str, Any] | None, list[Any]]:
        del preview
        function = self._known.functions.get(token)
        if function is None:
            self.note_unknown(token)
            return None, []
        try:
            return function(arguments), []
        except (ValueError, TypeError, AttributeError) as error:
            raise RehearsalError(f"{token}: {error}") from None

    def _refused(self, urn: str, why: str) -> RehearsalError:
        return RehearsalError(f"{urns.type_of(urn)} {urns.name_of(urn)!r}: {why}")

    def note_unknown(self, token: str) -> None:
        self._note(
            f"{token} is not simulated: its outputs are unknown, and what depends on them is undetermined"
        )
