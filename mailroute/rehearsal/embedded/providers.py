"""The providers of a stack, one for each provider resource."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from ..result import EngineFault
from ..shared import urns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Provider(ABC):
    """One provider resource.

    Attributes:
        urn: of the provider resource.
        id: its id, the unknown sentinel in a preview.
        inputs: its checked config.
        version: of the plugin, empty where it does not say.
        configured: whether it can be asked anything: not with unknown config.
        previews_creation: whether it can foresee what a creation yields.
    """

    def __init__(self, urn: str, identity: str) -> None:
        self.urn = urn
        self.id = identity
        self.inputs: Mapping[str, Any] = {}
        self.version = ""
        self.configured = False
        self.previews_creation = False
        self._decided = threading.Event()

    @property
    def name(self) -> str:
        return urns.name_of(self.urn)

    @property
    def type(self) -> str:
        return urns.type_of(self.urn)

    @property
    def package(self) -> str:
        return urns.package_of(self.type)

    @property
    def reference(self) -> str:
        return f"{self.urn}::{self.id}"

    def configure(self, inputs: Mapping[str, Any]) -> None:
        """Give the provider its config."""
        self.inputs = inputs
        self.configured = self._configure(inputs)
        self._decided.set()

    def wait_until_configured(self) -> None:
        """Wait until the provider has been given its config, or not for want of it."""
        self._decided.wait()

    @abstractmethod
    def _configure(self, inputs: Mapping[str, Any]) -> bool:
        """Whether the provider can be asked anything with this config."""

    @abstractmethod
    def check_config(self, inputs: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """The provider's config as it takes it, and what it finds wrong with it."""

    @abstractmethod
    def check(self, urn: str, inputs: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """A resource's inputs with the provider's defaults and names, and what it finds wrong with them."""

    @abstractmethod
    def create(
        self, urn: str, inputs: Mapping[str, Any], *, preview: bool, timeout: float
    ) -> tuple[str | None, Mapping[str, Any]]:
        """Create a resource, or foresee that: its id where that is known, and its outputs."""

    @abstractmethod
    def read(
        self, urn: str, identity: str, inputs: Mapping[str, Any]
    ) -> tuple[str, Mapping[str, Any] | None]:
        """A resource that is there: its id, empty where there is none such, and its outputs if known."""

    @abstractmethod
    def invoke(
        self, token: str, arguments: Mapping[str, Any], *, preview: bool
    ) -> tuple[Mapping[str, Any] | None, list[tuple[str, str]]]:
        """Call a function: what it returns, `None` where that is unknown, and what is wrong, by argument."""

    @abstractmethod
    def cancel(self) -> None:
        """Tell the provider that it gets no more calls."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection to it."""


class UnsimulatedProvider(Provider):
    """A provider of a package that nobody here answers for: whatever it would yield is unknown."""

    def note_unknown(self, token: str) -> None:
        """Say that a type or function of a package is unknown of which others are known."""
        del token

    def _configure(self, inputs: Mapping[str, Any]) -> bool:
        del inputs
        self.previews_creation = True
        return True

    def check_config(self, inputs: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        return dict(inputs), []

    def check(self, urn: str, inputs: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        del urn
        return dict(inputs), []

    def create(
        self, urn: str, inputs: Mapping[str, Any], *, preview: bool, timeout: float
    ) -> tuple[str | None, Mapping[str, Any]]:
        del urn, inputs, preview, timeout
        return None, {}

    def read(self, urn: str, identity: str, inputs: Mapping[str, Any]) -> tuple[str, None]:
        del urn, inputs
        return identity, None

    def invoke(
        self, token: str, arguments: Mapping[str, Any], *, preview: bool
    ) -> tuple[Mapping[str, Any] | None, list[Any]]:
        del token, arguments, preview
        return None, []

    def cancel(self) -> None:
        """There is no process to tell."""

    def close(self) -> None:
        """Nothing is held."""


class Providers:
    """The providers of a stack, by their URN.

    Args:
        connect: makes the provider for a provider resource's URN and id.
    """

    def __init__(self, connect: Callable[[str, str], Provider]) -> None:
        self._connect = connect
        self._providers: dict[str, Provider] = {}

    def open(self, urn: str, identity: str) -> Provider:
        """Connect a provider resource.

        Raises:
            RehearsalError: its process does not start.
        """
        provider = self._providers[urn] = self._connect(urn, identity)
        return provider

    def find(self, reference: str) -> Provider:
        """The provider that a reference, `URN::id`, names, once it has its config.

        Raises:
            EngineFault: there is none.
        """
        provider = self._providers.get(reference.rpartition("::")[0])
        if provider is None:
            raise EngineFault(f"no such provider: {reference}")
        provider.wait_until_configured()
        return provider

    def cancel(self) -> None:
        for provider in self._providers.values():
            provider.cancel()

    def close(self) -> None:
        for provider in self._providers.values():
            provider.close()
