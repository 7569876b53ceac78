"""Policy cases as files: a base graph, a patch over it, and what the rule must say (`cases/README.md`)."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from mailroute import wire
from reachability.values import UNKNOWN
from rules import RULES
from tests.policies.harness import REGION, Node, urn_of

ROOT: Final = Path(__file__).parent
"""Where the folders `cases`, `bases` and `evidence` are."""

CASES: Final = ROOT / "cases"

_GRAPH: Final = frozenset({"base", "patch", "resources", "provider"})
_CASE: Final = _GRAPH | {"why", "operation", "config", "evidence", "expected"}
_RESOURCE: Final = frozenset(
    {"type", "properties", "declared", "dependencies", "dependsOn", "parent", "provider"}
)
_REFERENCE: Final = re.compile(r"\$\{([^}.]+)\.([^}]+)\}")

Json = Mapping[str, Any]


class CaseError(Exception):
    """A file that is no case, in one line: which file, where in it, and what to do."""


@dataclass(frozen=True)
class PolicyCase:
    """A graph, what the rules are told beside it, and what one of them must say.

    Attributes:
        updating: whether the engine updates; else it previews.
        options: by rule, what the stack's configuration says.
        evidence: by name, the documents that say what the accounts hold.
        expected: what `rule` must say.
    """

    rule: str
    nodes: tuple[Node, ...]
    updating: bool
    options: Mapping[str, Json]
    evidence: Mapping[str, Json]
    expected: Json

    def config(self, folder: Path) -> Mapping[str, Json]:
        """The pack's configuration, with the evidence as files in `folder`."""
        if not self.evidence:
            return self.options
        files = [folder / f"{name}.json" for name in self.evidence]
        for file, document in zip(files, self.evidence.values(), strict=True):
            file.write_text(json.dumps(document), encoding="utf-8")
        known = {"evidence": os.pathsep.join(map(str, files))}
        asking = [rule.name for rule in RULES if "evidence" in rule.options]
        return {**self.options, **{rule: {**self.options.get(rule, {}), **known} for rule in asking}}


def load_case(path: Path) -> PolicyCase:
    """The case of `cases/RULE/NAME.json`.

    Raises:
        CaseError: for a file that is no case.
    """
    document = _read(path, _CASE)
    rule = path.parent.name
    if rule not in {rule.name for rule in RULES}:
        raise CaseError(f"{_name(path)}: there is no rule {rule!r}: name the folder after one")
    if "expected" not in document:
        raise CaseError(f"{_name(path)}: 'expected' is missing: say what the rule must say")
    resources, provider = _graph(path, document, path.parents[2])
    return PolicyCase(
        rule=rule,
        nodes=nodes_of(resources, provider, _name(path)),
        updating=document.get("operation", "preview") == "update",
        options=document.get("config", {}),
        evidence={name: _evidence(path, name, patch) for name, patch in document.get("evidence", {}).items()},
        expected=document["expected"],
    )


def graph_of(path: Path) -> Mapping[str, Json]:
    """The resources of a case, as they are written.

    Raises:
        CaseError: for a file that is no case.
    """
    resources, _ = _graph(path, _read(path, _CASE), path.parents[2])
    return resources


def unused(root: Path = ROOT) -> list[str]:
    """The bases that neither a case nor another base uses, and the evidence that no case does."""
    bases, evidence = root.glob("bases/*.json"), root.glob("evidence/*.json")
    documents = [*map(_read, root.glob("cases/*/*.json")), *map(_read, root.glob("bases/*.json"))]
    used = {document.get("base") for document in documents}
    named = {name for document in documents for name in document.get("evidence", ())}
    files = [path for path in bases if path.stem not in used]
    files += [path for path in evidence if path.stem not in named]
    return sorted(map(_name, files))


def nodes_of(resources: Mapping[str, Json], provider: Json, where: str) -> tuple[Node, ...]:
    """Resources by name, as an engine shows them: their references resolved, and told as dependencies."""
    graph = _Graph(resources, where)
    return tuple(graph.node(name, provider) for name in resources)


@dataclass(frozen=True)
class _Graph:
    resources: Mapping[str, Json]
    where: str

    def node(self, name: str, provider: Json) -> Node:
        resource = self.resources[name]
        if odd := sorted(resource.keys() - _RESOURCE):
            raise CaseError(f"{self.where}: {name}.{odd[0]} is none of {', '.join(sorted(_RESOURCE))}")
        sources: dict[str, list[str]] = {}
        shown = {
            form: {
                key: self._value(value, sources.setdefault(key, []), f"{name}.{form}.{key}")
                for key, value in resource[form].items()
            }
            for form in ("properties", "declared")
            if form in resource
        }
        sources |= resource.get("dependencies", {})
        return Node(
            resource["type"],
            name,
            shown.get("properties", {}),
            shown.get("declared"),
            {
                key: tuple(self._urn(source, f"{name}.{key}") for source in named)
                for key, named in sources.items()
                if named
            },
            tuple(self._urn(after, f"{name}.dependsOn") for after in resource.get("dependsOn", ())),
            self._urn(resource["parent"], f"{name}.parent") if "parent" in resource else "",
            resource.get("provider", provider),
        )

    def _urn(self, name: str, place: str) -> str:
        return urn_of(self._resource(name, place)["type"], name)

    def _resource(self, name: str, place: str) -> Json:
        if name not in self.resources:
            raise CaseError(f"{self.where}: {place} refers to {name!r}, which the graph does not have")
        return self.resources[name]

    def _value(self, value: Any, sources: list[str], place: str) -> Any:
        """`value` as a wire value; the resources that it comes from are added to `sources`."""
        if isinstance(value, str):
            return self._text(value, sources, place)
        if isinstance(value, list):
            return [self._value(element, sources, place) for element in value]
        if not isinstance(value, Mapping):
            return value
        if "$unknown" in value:
            return UNKNOWN
        if "$secret" in value:
            return wire.Secret(self._value(value["$secret"], sources, place))
        if "$json" in value:
            inner = self._value(value["$json"], sources, place)
            return UNKNOWN if _has_unknown(inner) else json.dumps(inner)
        return {key: self._value(element, sources, place) for key, element in value.items()}

    def _text(self, text: str, sources: list[str], place: str) -> Any:
        found = list(_REFERENCE.finditer(text))
        if not found:
            return text
        values = [self._property(reference, place) for reference in found]
        sources += [name for name in dict.fromkeys(map(_source, found)) if name not in sources]
        if len(found) == 1 and found[0].group() == text:
            return values[0]
        if any(value is UNKNOWN for value in values):
            return UNKNOWN
        parts = iter(wire.plain(values))
        whole = _REFERENCE.sub(lambda _: str(next(parts)), text)
        return wire.Secret(whole) if any(isinstance(value, wire.Secret) for value in values) else whole

    def _property(self, reference: re.Match[str], place: str) -> Any:
        """The property that a reference leads to, unknown where the resource does not show it."""
        value: Any = self._resource(_source(reference), place).get("properties", {})
        for step in re.findall(r"[^.\[\]]+", reference[2]):
            if isinstance(value, list) and int(step) < len(value):
                value = value[int(step)]
            elif isinstance(value, Mapping) and step in value:
                value = value[step]
            else:
                return UNKNOWN
        return self._value(value, [], place)


def _source(reference: re.Match[str]) -> str:
    return reference[1]


def _has_unknown(value: Any) -> bool:
    elements = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return value is UNKNOWN or any(map(_has_unknown, elements))


def _graph(path: Path, document: Json, root: Path) -> tuple[Mapping[str, Json], Json]:
    """The resources of a base or case, and the provider of those that name none."""
    provider = document.get("provider")
    if "base" not in document:
        if "resources" not in document:
            raise CaseError(f"{_name(path)}: neither 'base' nor 'resources': give one of them")
        return document["resources"], provider or {"region": REGION}
    if "resources" in document:
        raise CaseError(f"{_name(path)}: 'resources' beside 'base': what is added belongs in 'patch'")
    base, file = document["base"], root / "bases" / f"{document['base']}.json"
    if not file.is_file():
        names = ", ".join(sorted(other.stem for other in file.parent.glob("*.json")))
        raise CaseError(f"{_name(path)}: there is no base {base!r}: name one of {names}")
    resources, inherited = _base(file)
    if "patch" in document:
        for name, change in document["patch"].items():
            if name not in resources and "type" not in (change or {}):
                raise CaseError(
                    f"{_name(path)}: patch names {name!r}, which base {base!r} does not have: "
                    "name one that it has, or give a 'type' to add it"
                )
        resources = patched(resources, document["patch"], f"{_name(path)}: patch")
    return resources, provider or inherited


@cache
def _base(path: Path) -> tuple[Mapping[str, Json], Json]:
    return _graph(path, _read(path, _GRAPH), path.parents[1])


def _evidence(path: Path, name: str, patch: Json) -> Json:
    """An evidence document; in its file, and in the patch, the resources are by id."""
    file = path.parents[2] / "evidence" / f"{name}.json"
    if not file.is_file():
        raise CaseError(f"{_name(path)}: there is no evidence {name!r}: add {_name(file)}")
    document = _read(file)
    if patch:
        document = patched(document, patch, f"{_name(path)}: evidence.{name}")
    listed = [{"id": id_, **resource} for id_, resource in document["resources"].items()]
    return {**document, "resources": listed}


def patched(base: Json, patch: Json, where: str) -> dict[str, Any]:
    """`base` with a JSON merge patch (RFC 7396) of which every part changes something.

    An object with a key like `$unknown` is one value, and is merged only with one of its own kind.
    """
    if not patch:
        raise CaseError(f"{where} changes nothing: leave it out")
    result = dict(base)
    for key, value in patch.items():
        place = f"{where}.{key}"
        if value is None:
            if key not in base:
                raise CaseError(f"{place} removes what is not there")
            del result[key]
        elif key in base and _mergeable(base[key], value):
            result[key] = patched(base[key], value, place)
        elif key in base and base[key] == value:
            raise CaseError(f"{place} changes nothing: that is its value in the base")
        else:
            result[key] = value
    return result


def _mergeable(base: Any, patch: Any) -> bool:
    return isinstance(base, Mapping) and isinstance(patch, Mapping) and _marker(base) == _marker(patch)


def _marker(value: Json) -> str | None:
    return next((key for key in value if key.startswith("$")), None)


def _read(path: Path, keys: frozenset[str] | None = None) -> Json:
    try:
        document: Json = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CaseError(f"{_name(path)} is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise CaseError(f"{_name(path)} is a {type(document).__name__}: write an object")
    if keys is not None and (odd := sorted(document.keys() - keys)):
        raise CaseError(f"{_name(path)}: {odd[0]!r} is none of {', '.join(sorted(keys))}")
    return document


def _name(path: Path) -> str:
    return "/".join(path.parts[-2:])
