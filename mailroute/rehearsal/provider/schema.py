"""The package's schema, for hosts of languages that read it (YAML) and for `pulumi import`.

It is made from the SDK's classes: names and requirements are exact, what is inside an object is open.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from . import sdk
from .sdk import Output, Shape

_ANY: Final = {"$ref": "pulumi.json#/Any"}
_MODULE: Final = "(.*)(?:/[^/]*)"
"""What of the module in a token, such as `ec2/vpc`, names the SDK's own: `ec2`."""
_SHAPES: Final[Mapping[Shape, Mapping[str, Any]]] = {
    Shape.TEXT: {"type": "string"},
    Shape.FLAG: {"type": "boolean"},
    Shape.NUMBER: {"type": "number"},
    Shape.LIST: {"type": "array", "items": _ANY},
    Shape.MAP: {"type": "object", "additionalProperties": _ANY},
    Shape.OBJECT: _ANY,
}


def schema() -> str:
    """The schema as JSON text: a few seconds' work that no rehearsal of a Python program needs."""
    resources, functions = sdk.tokens()
    return json.dumps(
        {
            "name": "aws",
            "version": sdk.version(),
            "meta": {"moduleFormat": _MODULE},
            "provider": {"inputProperties": dict.fromkeys(sorted(sdk.provider_inputs()), _ANY)},
            "resources": {token: _resource(token) for token in resources},
            "functions": {token: _function(token) for token in functions},
        }
    )


def _resource(token: str) -> dict[str, Any]:
    known = sdk.resource_class(token)
    if known is None:
        raise LookupError(token)
    return {
        "properties": _properties(known.outputs, known.outputs),
        "required": [name for name, output in known.outputs.items() if not output.optional],
        "inputProperties": _properties(sorted(known.inputs), known.outputs),
        "requiredInputs": sorted(known.required),
    }


def _function(token: str) -> dict[str, Any]:
    results = sdk.function_results(token) or {}
    return {
        "inputs": {
            "type": "object",
            "properties": _properties(sorted(sdk.function_arguments(token)), results),
        },
        "outputs": {"type": "object", "properties": _properties(results, results)},
    }


def _properties(names: Iterable[str], shapes: Mapping[str, Output]) -> dict[str, Any]:
    return {name: _SHAPES[shapes[name].shape] if name in shapes else _ANY for name in names}
