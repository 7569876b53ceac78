"""The mutants of a module of the proof, or of the fixes: its source with a small change inside one function.

mutmut knows the changes. Left out are those that mypy --strict finds: `None` in place of an argument or of a
value, a call without one of its first arguments. So are texts for people (strings with a space), annotations,
decorators, defaults, and what stands outside of functions.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from types import CodeType
from typing import Final

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, WhitespaceInclusivePositionProvider
from mutmut.mutation import mutators

_ROOT: Final = Path(__file__).parents[2]
FOLDERS: Final = {"": _ROOT / "policies" / "reachability", "fixes.": _ROOT / "mailroute" / "fixes"}
"""What is mutated, by what its modules' names begin with: the proof, and the search for fixes."""
OPERATORS: Final = tuple(
    (kind, operator)
    for kind, operator in mutators.mutation_operators
    if operator is not mutators.operator_assignment
)


@dataclass(frozen=True)
class Mutant:
    """One change: the line `before` it and `after` it, and the function with it, compiled."""

    module: str
    function: str
    line: int
    before: str
    after: str
    code: CodeType

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.function}\n  - {self.before}\n  + {self.after}"


def modules() -> dict[str, Path]:
    """The file of each module by its name: `values`, `aws.network_acl`, `fixes.search`."""
    return {
        prefix + ".".join(path.relative_to(folder).with_suffix("").parts): path
        for prefix, folder in FOLDERS.items()
        for path in sorted(folder.rglob("*.py"))
        if path.stem != "__init__"
    }


def imported_as(module: str) -> str:
    return f"mailroute.{module}" if module.startswith("fixes.") else f"reachability.{module}"


def mutants_of(module: str) -> Iterator[Mutant]:
    path = modules()[module]
    source = path.read_text(encoding="utf-8")
    original = compile(source, str(path), "exec")
    finder = _Finder()
    MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True).visit(finder)
    starts = list(accumulate(map(len, source.splitlines(keepends=True)), initial=0))
    for function, span, changed in finder.found:
        first = starts[span.start.line - 1] + span.start.column
        last = starts[span.end.line - 1] + span.end.column
        mutated = source[:first] + changed + source[last:]
        code = _function(compile(mutated, str(path), "exec"), function)
        if code != _function(original, function):
            number, before, after = _difference(source, mutated)
            yield Mutant(module, function, number, before, after, code)


class _Finder(cst.CSTVisitor):
    """Every change inside a function: its name within the module, the place, the text to put there."""

    METADATA_DEPENDENCIES = (WhitespaceInclusivePositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, CodeRange, str]] = []
        self._scope: list[cst.ClassDef | cst.FunctionDef] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, (cst.Annotation, cst.Decorator, cst.Parameters)):
            return False
        if isinstance(node, (cst.ClassDef, cst.FunctionDef)):
            self._scope.append(node)
        if any(isinstance(outer, cst.FunctionDef) for outer in self._scope):
            self.found.extend(
                (self._name(), self.get_metadata(WhitespaceInclusivePositionProvider, node), text)
                for text in _changes(node)
            )
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if self._scope and original_node is self._scope[-1]:
            self._scope.pop()

    def _name(self) -> str:
        names: list[str] = []
        for outer in self._scope:
            names.append(outer.name.value)
            if isinstance(outer, cst.FunctionDef):
                break
        return ".".join(names)


def _changes(node: cst.CSTNode) -> Iterator[str]:
    if isinstance(node, cst.SimpleString) and " " in node.value:
        return
    blank = cst.Module([])
    for kind, operator in OPERATORS:
        for changed in operator(node) if isinstance(node, kind) else ():
            removes = operator is mutators.operator_arg_removal
            if removes and isinstance(node, cst.Call) and not _leaves_out(node, changed):
                continue
            if isinstance(changed, cst.SimpleString) and "XX" not in changed.value:
                continue
            yield blank.code_for_node(changed)


def _leaves_out(call: cst.Call, changed: cst.Call) -> bool:
    """Whether `changed` is `call` without its last or a named argument: what might still be a call."""
    if len(changed.args) == len(call.args):
        return False
    gone = next(arg for arg in call.args if arg not in changed.args)
    return gone is call.args[-1] or gone.keyword is not None


def _function(module: CodeType, name: str) -> CodeType:
    found = module
    for part in name.split("."):
        found = next(one for one in found.co_consts if isinstance(one, CodeType) and one.co_name == part)
    return found


def _difference(original: str, mutated: str) -> tuple[int, str, str]:
    """The number of the first line that differs, and the lines that do."""
    before, after = ([line.strip() for line in text.splitlines()] for text in (original, mutated))
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    differences = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    _, first, _, low, _ = differences[0]
    _, _, last, _, high = differences[-1]
    return first + 1, " ".join(before[first:last]), " ".join(after[low:high])
