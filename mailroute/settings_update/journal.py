"""How far an update of a service's settings is: enough to go on with it, and to put back what was there.

It is written before the service is, and after every step. Of the service it holds the settings that are
changed, and no others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from .settings import SERVICE_ARN, Plain, Secret, Settings, Value

_KIND: Final = "mailroute apply-settings"
_VERSION: Final = 1


class JournalError(ValueError):
    """A journal cannot be used: `str()` says in one line why."""


class OtherJournalError(JournalError):
    """A journal is that of something else than what is asked for."""


class State(Enum):
    """What is being done to the settings of a service, or has been done."""

    APPLYING = "applying"
    APPLIED = "applied"
    RESTORING = "restoring"
    RESTORED = "restored"
    UNDOING = "undoing"
    UNDONE = "undone"
    REAPPLYING = "reapplying"

    @property
    def is_forward(self) -> bool:
        """Whether settings become what the journal has as `after`; else as `before`."""
        return self in (State.APPLYING, State.APPLIED, State.REAPPLYING)

    @property
    def end(self) -> State | None:
        """What it is once the service has the settings; `None` where it is an end itself."""
        return _ENDS.get(self)

    @property
    def way_back(self) -> State | None:
        """What is done where the deployment fails, and the service keeps what it was given all the same."""
        return _WAYS_BACK.get(self)


_ENDS: Final = {
    State.APPLYING: State.APPLIED,
    State.RESTORING: State.RESTORED,
    State.UNDOING: State.UNDONE,
    State.REAPPLYING: State.APPLIED,
}
_WAYS_BACK: Final = {State.APPLYING: State.RESTORING, State.UNDOING: State.REAPPLYING}


_VALUE: Final = {
    "oneOf": [
        {"type": "null"},
        *(
            {
                "type": "object",
                "properties": {key: {"type": "string"}},
                "required": [key],
                "additionalProperties": False,
            }
            for key in ("value", "valueFrom")
        ),
    ]
}
_SCHEMA: Final = {
    "type": "object",
    "properties": {
        "journal": {"const": _KIND},
        "version": {"const": _VERSION},
        "serviceArn": {"type": "string", "pattern": f"^{SERVICE_ARN.pattern}$"},
        "state": {"enum": [state.value for state in State]},
        "changes": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "properties": {"before": _VALUE, "after": _VALUE},
                "required": ["before", "after"],
                "additionalProperties": False,
            },
        },
        "update": {
            "oneOf": [
                {"type": "null"},
                {
                    "type": "object",
                    "properties": {
                        "knownOperations": {"type": "array", "items": {"type": "string"}},
                        "operation": {"type": ["string", "null"]},
                    },
                    "required": ["knownOperations", "operation"],
                    "additionalProperties": False,
                },
            ]
        },
    },
    "required": ["journal", "version", "serviceArn", "state", "changes", "update"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Change:
    """A setting: what it was, and what it is to be."""

    before: Value
    after: Value


@dataclass(frozen=True)
class Update:
    """An `UpdateService` that is about to be sent, or was.

    Attributes:
        known_operations: the ids of the operations that the service had before.
        operation: the id of its own; `None` where that is not known.
    """

    known_operations: tuple[str, ...]
    operation: str | None = None


@dataclass(frozen=True)
class Journal:
    """An update of a service's settings.

    Attributes:
        changes: all that were asked for, those too that the service had already.
        update: the one that is under way, if there is one.
    """

    service_arn: str
    changes: Mapping[str, Change]
    state: State = State.APPLYING
    update: Update | None = None

    @property
    def targets(self) -> Settings:
        """What the settings become in this state."""
        forward = self.state.is_forward
        return {name: change.after if forward else change.before for name, change in self.changes.items()}

    @property
    def origins(self) -> Settings:
        """What they become it from."""
        forward = self.state.is_forward
        return {name: change.before if forward else change.after for name, change in self.changes.items()}

    @property
    def changed(self) -> list[str]:
        """The settings that are not what was asked for already."""
        return [name for name, change in self.changes.items() if change.before != change.after]

    def to_json(self) -> str:
        document = {
            "journal": _KIND,
            "version": _VERSION,
            "serviceArn": self.service_arn,
            "state": self.state.value,
            "changes": {
                name: {"before": _to_json(change.before), "after": _to_json(change.after)}
                for name, change in self.changes.items()
            },
            "update": self.update
            and {
                "knownOperations": self.update.known_operations,
                "operation": self.update.operation,
            },
        }
        return json.dumps(document, indent=2) + "\n"


def of_json(text: str) -> Journal:
    """
    Raises:
        JournalError: it is no journal, or one of another version.
    """
    from jsonschema import Draft202012Validator

    from evidence import strict_json

    try:
        document = strict_json.loads(text)
    except strict_json.JsonError as error:
        raise JournalError(f"{error.position}: {error}" if error.position else str(error)) from error
    fault = next(Draft202012Validator(_SCHEMA).iter_errors(document), None)
    if fault is not None:
        place = strict_json.place(fault.absolute_path) or "the document"
        raise JournalError(
            f"{place} is not as in a journal of 'mailroute apply-settings', version {_VERSION}"
        )
    update = document["update"]
    return Journal(
        document["serviceArn"],
        {
            name: Change(_of_json(change["before"]), _of_json(change["after"]))
            for name, change in document["changes"].items()
        },
        State(document["state"]),
        update and Update(tuple(update["knownOperations"]), update["operation"]),
    )


def _to_json(value: Value) -> dict[str, str] | None:
    if isinstance(value, Plain):
        return {"value": value.value}
    return None if value is None else {"valueFrom": value.arn}


def _of_json(value: Mapping[str, str] | None) -> Value:
    if value is None:
        return None
    return Plain(value["value"]) if "value" in value else Secret(value["valueFrom"])
