"""What a provider resource is configured with, as far as a rehearsal goes by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailroute import wire
from reachability import json_text
from reachability.graph.provider_scope import Provider

from ..account import Account, Caller
from ..account.regions import is_region


class ConfigError(Exception):
    """The provider's config is wrong: `str()` is one line."""


@dataclass(frozen=True)
class Settings:
    """The config of one provider resource.

    Attributes:
        default_tags: the tags that every resource of this provider gets.
    """

    caller: Caller
    default_tags: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, account: Account) -> Settings:
        """The settings of a provider without configuration."""
        return cls(Caller(account.id, account.region))

    @classmethod
    def read(cls, config: Mapping[str, Any], account: Account) -> Settings:
        """Read provider config, in which objects are JSON text.

        Raises:
            ConfigError: a value cannot be used.
        """
        values = {key: _value(key, value) for key, value in wire.plain(config).items()}
        region = values.get("region") or account.region
        if not isinstance(region, str) or not is_region(region):
            raise ConfigError(f"aws:region: {region!r} is no AWS region: name one, such as us-east-1")
        tags = (values.get("defaultTags") or {}).get("tags") or {}
        reached = Provider.of(values).account
        return cls(Caller(reached if isinstance(reached, str) else account.id, region), tags)


def _value(key: str, value: Any) -> Any:
    """A value that may be JSON text: engines send objects in this form."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        return json_text.loads(value)
    except json_text.JsonTextError as error:
        raise ConfigError(f"aws:{key}: it is {error}") from error
