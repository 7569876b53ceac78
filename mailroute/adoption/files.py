"""The two files of an adoption: the stack's configuration, and what `pulumi import --file` takes.

Sources: Pulumi documentation, "Pulumi stack settings file reference" and "Importing resources" ("Bulk import
operations").
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import yaml

from mailroute.report import clean

from .part import Adoption

_WIDTH: Final = 4096
"""No value is folded: a line of a change is a value."""
_TO_SET: Final = "?"
"""For a key without which the stack would change more than mail: no rule of these keys takes it."""


def stack_config(adoption: Adoption, project: str) -> dict[str, Any]:
    """The configuration by its full keys."""
    return {
        key if ":" in key else f"{project}:{key}": _TO_SET if value is None else value
        for key, value in adoption.config.items()
    }


def config_text(adoption: Adoption, project: str) -> str:
    """`Pulumi.STACK.yaml`, with what is left to a person as comments at its top."""
    name = adoption.config["serviceName"]
    lines = [f"The App Runner service {name} as it is; only its mail, its connector and its tags change."]
    if adoption.left_out:
        lines += ["Not adopted, or to be set:", *(f"- {line}" for line in adoption.left_out)]
    comments = "".join(f"# {clean.one_line(line)}\n" for line in lines)
    config = {"config": stack_config(adoption, project)}
    return comments + str(yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=_WIDTH))


def import_text(adoption: Adoption) -> str:
    """The file for `pulumi import --file`."""
    return json.dumps({"resources": [dict(each) for each in adoption.imports]}, indent=2) + "\n"


def is_completed(wanted: Any, found: Any) -> bool:
    """Whether `found` is `wanted` with the values that a person had to set, or not yet has."""
    if wanted in (None, _TO_SET):
        return True
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return wanted.keys() == found.keys() and all(
            is_completed(value, found[key]) for key, value in wanted.items()
        )
    return bool(_text(wanted) == _text(found))


def _text(value: Any) -> Any:
    """A plain value as the CLI writes it back: all of them are texts to it."""
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int) else value
