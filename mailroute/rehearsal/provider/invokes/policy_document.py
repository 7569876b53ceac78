"""`aws.iam.get_policy_document`: a policy from its parts, in the provider's own spelling.

Source: "aws.iam.getPolicyDocument", pulumi-aws, and "IAM JSON policy elements reference", IAM User Guide.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from reachability import json_text

from .query import Function, InvokeError, Query

_LISTS: Final = {
    "Action": "actions",
    "NotAction": "notActions",
    "Resource": "resources",
    "NotResource": "notResources",
}


def _policy_document(query: Query) -> Mapping[str, Any]:
    version = query.get("version") or "2012-10-17"
    own = [_statement(statement, version) for statement in query.get("statements") or ()]
    _no_sid_twice(own)
    sources = [query.get("sourceJson"), *(query.get("sourcePolicyDocuments") or ())]
    overrides = [query.get("overrideJson"), *(query.get("overridePolicyDocuments") or ())]
    document: dict[str, Any] = {"Version": version}
    if query.get("policyId"):
        document["Id"] = query.get("policyId")
    statements: list[dict[str, Any]] = []
    for text in filter(None, sources):
        part = _parsed(text)
        document.update((key, part[key]) for key in ("Version", "Id") if key in part)
        _no_sid_twice([*statements, *part["Statement"]])
        statements += part["Statement"]
    statements = _overlaid(statements, own)
    for text in filter(None, overrides):
        part = _parsed(text)
        document.update((key, part[key]) for key in ("Version", "Id") if key in part)
        statements = _overlaid(statements, part["Statement"])
    if statements:
        document["Statement"] = statements
    rendered = json.dumps(document, indent=2, ensure_ascii=False)
    return {
        "id": str(zlib.crc32(rendered.encode())),
        "json": rendered,
        "minifiedJson": json.dumps(document, separators=(",", ":"), ensure_ascii=False),
        "version": version,
    }


def _statement(given: Mapping[str, Any], version: str) -> dict[str, Any]:
    """One statement in IAM's form."""
    statement: dict[str, Any] = {}
    if given.get("sid"):
        statement["Sid"] = given["sid"]
    statement["Effect"] = given.get("effect") or "Allow"
    for key, name in _LISTS.items():
        values = [_variables(value, version) for value in given.get(name) or ()]
        if values:
            statement[key] = _single(sorted(values, reverse=True))
    for key, name in (("Principal", "principals"), ("NotPrincipal", "notPrincipals")):
        if given.get(name):
            statement[key] = _principals(given[name], version)
    if given.get("conditions"):
        statement["Condition"] = _conditions(given["conditions"], version)
    return statement


def _principals(given: Iterable[Mapping[str, Any]], version: str) -> Any:
    found: dict[str, list[str]] = {}
    for principal in given:
        identifiers = [_variables(value, version) for value in principal.get("identifiers") or ()]
        found.setdefault(principal["type"], []).extend(identifiers)
    if found == {"*": ["*"]}:
        return "*"
    return {type_: _single(sorted(identifiers, reverse=True)) for type_, identifiers in found.items()}


def _conditions(given: Iterable[Mapping[str, Any]], version: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, list[str]]] = {}
    for condition in given:
        values = [_variables(value, version) for value in condition.get("values") or ()]
        tests = found.setdefault(condition["test"], {})
        tests.setdefault(condition["variable"], []).extend(values)
    return {
        test: {variable: _single(values) for variable, values in tests.items()}
        for test, tests in found.items()
    }


def _variables(value: Any, version: str) -> str:
    """IAM's own variables are written `&{...}`, for `${...}` belongs to other tools."""
    text = str(value)
    if "&{" in text and version == "2008-10-17":
        raise InvokeError(f"found &{{ sequence in {text!r}, which is not supported in version {version}")
    return text.replace("&{", "${")


def _single(values: list[str]) -> Any:
    return values[0] if len(values) == 1 else values


def _parsed(text: str) -> dict[str, Any]:
    try:
        document = json_text.loads(text)
    except json_text.JsonTextError as error:
        raise InvokeError(f"a policy document to merge is {error}") from error
    if not isinstance(document, dict):
        raise InvokeError("a policy document to merge is JSON that is no object")
    statements = document.get("Statement") or []
    return {**document, "Statement": statements if isinstance(statements, list) else [statements]}


def _overlaid(statements: list[dict[str, Any]], over: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Statements with those of `over`: one with a Sid that is there takes its place."""
    merged = list(statements)
    places = {statement["Sid"]: index for index, statement in enumerate(merged) if statement.get("Sid")}
    for statement in over:
        if statement.get("Sid") in places:
            merged[places[statement["Sid"]]] = statement
        else:
            merged.append(statement)
    return merged


def _no_sid_twice(statements: Iterable[Mapping[str, Any]]) -> None:
    seen: set[str] = set()
    for statement in statements:
        sid = statement.get("Sid")
        if sid and sid in seen:
            raise InvokeError(f"duplicate Sid ({sid}) found in the statements: each needs one of its own")
        seen.add(sid or "")


FUNCTIONS: Final[Mapping[str, Function]] = {
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
}
