"""The stack's config as it is written: its keys, and its values by their types."""

from collections.abc import Sequence
from typing import Any, Optional

import pulumi
from pulumi.runtime.config import is_config_secret

from ..helpers import checks
from ..helpers.component import camel
from .mail_path import NAT

ENDPOINT, IDENTITY = "endpoint", "identity"
ADOPTABLE = (NAT, ENDPOINT, IDENTITY)
"""What may be there already, and is used as it is where `adopt` names it."""
_CALLED_IN_CONFIG = {
    "AppRunnerService.subnet_ids": "private_subnet_ids",
    "EmailIdentity.adopt": f"adopt: [{IDENTITY}]",
    "NatEgress.adopt": f"adopt: [{NAT}]",
    "SmtpEndpoint.adopt": f"adopt: [{ENDPOINT}]",
    "NatEgress.mode": "nat_mode",
    "NatEgress.private_subnets": "private_subnet_ids",
    "NatEgress.public_subnets": "public_subnet_ids",
    "SmtpEndpoint.port": "smtp_port",
    "SmtpEndpoint.subnets": "private_subnet_ids",
}
"""The arguments of components whose keys are others."""


class Reader:
    """The stack's config; a refusal names the key as it is set."""

    def __init__(self, config: pulumi.Config) -> None:
        self._config = config
        self.required = config.require
        self.flag = config.require_bool
        self.object = config.require_object

    def label(self, argument: str) -> str:
        return f"config {self._config.full_key(camel(argument))}"

    def label_of(self, argument: str) -> str:
        """The key that gives a component its argument, `Component.argument`."""
        return self.label(_CALLED_IN_CONFIG.get(argument, argument.partition(".")[2]))

    def text(self, key: str) -> Optional[str]:
        """A text that may be empty: `None` then."""
        return self._config.require(key) or None

    def number(self, key: str) -> int:
        """A whole number; what else there may be, Pulumi refuses, but not digits of other scripts."""
        text = self._config.require(key)
        if not text.isascii():
            checks.refuse(self.label(key), text, "it must be a whole number", "use the digits 0 to 9")
        return self._config.require_int(key)

    def texts(self, key: str) -> dict[str, Any]:
        """An object of texts, each of them a secret where the config keeps one of them encrypted."""
        values: dict[str, Any] = self.object(key)
        if not is_config_secret(self._config.full_key(key)):
            return values
        return {
            name: pulumi.Output.secret(value) if isinstance(value, str) else value
            for name, value in values.items()
        }

    def one_of(self, key: str, choices: Sequence[str]) -> str:
        return checks.one_of(self.label(key), self._config.require(key), choices)

    def arn(self, key: str, service: str, resource: str) -> Optional[str]:
        value = self.text(key)
        return checks.arn(self.label(key), value, service, resource) if value else None

    def objects(self, key: str, known: type) -> list[dict[str, Any]]:
        """A list of objects, each with what the arguments `known` have, under their names there."""
        return [
            self.renamed(f"{key}[{position}]", entry, known)
            for position, entry in enumerate(self.object(key))
        ]

    def renamed(self, key: str, entry: Any, known: type) -> dict[str, Any]:
        """An object, whose keys are in camel case as all of a config is, as the arguments `known`."""
        by_key = {camel(name): name for name in known.__annotations__}
        if not isinstance(entry, dict):
            checks.refuse(self.label(key), entry, "it must be an object", f"with {checks.listed(by_key)}")
        checks.keys(lambda each: f"{self.label(key)}.{each}", entry, by_key)
        return {by_key[each]: value for each, value in entry.items()}
