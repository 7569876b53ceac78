"""The config that a policy pack gets: its own defaults, what the team's file says, checked by its schemas."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from pulumi.runtime.proto import analyzer_pb2

from evidence import strict_json, text_file
from mailroute import wire

from ..result import RehearsalError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DISABLED: Final = "disabled"
_LEVELS: Final = ("advisory", "mandatory", "remediate", DISABLED)
ALL: Final = "all"
"""Stands for every rule in a config file."""


@dataclass(frozen=True)
class RuleConfig:
    """What one rule is told: how much it weighs, and its own settings."""

    level: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


def load(file: Path) -> dict[str, RuleConfig]:
    """Read a `--policy-pack-config` file.

    It is a JSON object that gives a rule, or `all`, a level, or an object with its settings and,
    beside them, its `enforcementLevel`.

    Raises:
        RehearsalError: the file cannot be read or is something else.
    """
    try:
        document = strict_json.loads(text_file.read(file) or "{}")
    except OSError as error:
        raise RehearsalError(f"policy config {file}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise RehearsalError(f"policy config {file}: byte {error.start} is not UTF-8") from None
    except strict_json.JsonError as error:
        raise RehearsalError(f"policy config {error.of(file)}") from None
    if not isinstance(document, dict):
        raise RehearsalError(f"policy config {file}: must be an object of rules")
    if "environments" in document:
        raise RehearsalError(
            f"policy config {file}: mailroute cannot open the Pulumi ESC environments that it names"
        )
    return {rule: _rule_config(f"policy config {file}: {rule}", given) for rule, given in document.items()}


def _rule_config(where: str, given: Any) -> RuleConfig:
    if isinstance(given, str):
        given = {"enforcementLevel": given}
    if not isinstance(given, dict):
        raise RehearsalError(f"{where} is {given!r}: must be a level ({', '.join(_LEVELS)}) or an object")
    level = given.get("enforcementLevel")
    if level is not None and level not in _LEVELS:
        raise RehearsalError(f"{where}: enforcementLevel is {level!r}: must be one of {', '.join(_LEVELS)}")
    return RuleConfig(level, {key: value for key, value in given.items() if key != "enforcementLevel"})


def reconcile(
    pack: analyzer_pb2.AnalyzerInfo, given: Mapping[str, RuleConfig]
) -> analyzer_pb2.ConfigureAnalyzerRequest:
    """What `pack` is to be configured with: its defaults, its initial config and then `given`.

    The pack applies no default of its own, and takes a rule without a level for an advisory one: each
    rule gets both.

    Raises:
        RehearsalError: the result does not fit the schema that a rule declares, or is that of no rule.
    """
    config = {policy.name: _declared(policy) for policy in pack.policies}
    initial = {rule: _from_message(message) for rule, message in pack.initialConfig.items()}
    for layer in (initial, given):
        config = _apply(config, layer)
    for policy in pack.policies:
        _validate(pack.name, policy, config[policy.name].properties)
    return analyzer_pb2.ConfigureAnalyzerRequest(
        policyConfig={
            rule: analyzer_pb2.PolicyConfig(
                enforcementLevel=analyzer_pb2.EnforcementLevel.Value(
                    _level_of(pack.name, rule, rule_config).upper()
                ),
                properties=wire.encode(rule_config.properties),
            )
            for rule, rule_config in config.items()
        }
    )


def _level_of(pack: str, rule: str, config: RuleConfig) -> str:
    """Every rule of the pack has one. Pulumi sends what it does not know along, where it has one as well."""
    if config.level is None:
        raise RehearsalError(
            f"policy pack {pack}: config of {rule}: there is no such rule, and no enforcementLevel is given"
        )
    return config.level


def _declared(policy: analyzer_pb2.PolicyInfo) -> RuleConfig:
    properties = wire.decode(policy.configSchema.properties)
    defaults = {key: schema["default"] for key, schema in properties.items() if "default" in schema}
    return RuleConfig(_level(policy.enforcementLevel), defaults)


def _from_message(message: analyzer_pb2.PolicyConfig) -> RuleConfig:
    return RuleConfig(_level(message.enforcementLevel), wire.decode(message.properties))


def _level(number: analyzer_pb2.EnforcementLevel.ValueType) -> str:
    name: str = analyzer_pb2.EnforcementLevel.Name(number)
    return name.lower()


def _apply(config: Mapping[str, RuleConfig], layer: Mapping[str, RuleConfig]) -> dict[str, RuleConfig]:
    applied = dict(config)
    everywhere = layer[ALL].level if ALL in layer else None
    if everywhere is not None:
        applied = {rule: replace(rule_config, level=everywhere) for rule, rule_config in config.items()}
    for rule, given in layer.items():
        before = applied.get(rule, RuleConfig())
        applied[rule] = RuleConfig(given.level or before.level, {**before.properties, **given.properties})
    return applied


def _validate(pack: str, policy: analyzer_pb2.PolicyInfo, properties: Mapping[str, Any]) -> None:
    if not policy.HasField("configSchema"):
        return
    from jsonschema import Draft7Validator  # a tenth of a second that a pack without schemas saves

    schema = {
        "type": "object",
        "properties": wire.decode(policy.configSchema.properties),
        "required": list(policy.configSchema.required),
    }
    for error in Draft7Validator(schema).iter_errors(properties):
        place = ".".join((policy.name, *map(str, error.absolute_path)))
        raise RehearsalError(f"policy pack {pack}: config of {place}: {error.message}")
