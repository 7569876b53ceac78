"""Writes the reference of the proof from its own source: `python docs/render_proof.py`.

What the page lists is what the code names: type tokens, properties that it reads, findings that it makes.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import reachability

SOURCE: Final = Path(inspect.getfile(reachability)).parent
PAGE: Final = Path(__file__).parent / "reference" / "proof.md"
READERS: Final = frozenset({"get", "declared", "is_on", "items", "elements", "_set", "_side", "_blocks"})
VERDICTS: Final = {"blocked": "unreachable", "open_question": "undetermined"}

REPAIRS: Final = frozenset({"mending", "ways_out"})
"""Modules that change graphs: what they read, the proof reads too."""

INTRODUCTION: Final = """\
# What the proof models

*Written by `python docs/render_proof.py` from `policies/reachability/`.*

The proof follows TCP over IPv4 or IPv6 from every subnet that a workload may run in, to the destination
and back. A value that is not known yet stands for everything that it may become; the verdict holds for all
of that. A route whose target is of a type that is not listed here is `undetermined` with the code
`NOT_MODELLED`; so is, with a code of its own, whatever depends on a part of the account that nobody has
read. Resource types that are not listed, and that no listed one refers to, do not carry packets, and do
not count.
"""


@dataclass(frozen=True)
class Module:
    """One module of the proof, as its source says."""

    name: str
    tree: ast.Module

    @property
    def documentation(self) -> list[str]:
        return (ast.get_docstring(self.tree) or "").split("\n\n")

    @property
    def tokens(self) -> list[str]:
        """The type tokens that it names, through `kinds`."""
        names = (
            node.attr
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "kinds"
        )
        found: dict[str, None] = {}
        for name in names:
            value = getattr(kinds, name)
            found.update(dict.fromkeys((value,) if isinstance(value, str) else value))
        return sorted(found)

    @property
    def properties(self) -> list[str]:
        """The properties that it reads."""
        found = {
            argument.value
            for call in self._calls()
            if _called(call) in READERS
            for argument in call.args
            if isinstance(argument, ast.Constant)
            and isinstance(argument.value, str)
            and argument.value[:1].islower()
        }
        return sorted(found)

    def findings(self) -> Iterator[tuple[str, str, str]]:
        """The findings that it makes, as `(code, verdict, what is wrong)`."""
        for function in ast.walk(self.tree):
            if isinstance(function, ast.FunctionDef):
                texts = {**_assigned(self.tree.body), **_assigned(ast.walk(function))}
                for call in ast.walk(function):
                    if isinstance(call, ast.Call) and _called(call) in VERDICTS and len(call.args) > 2:
                        yield from _finding(call, texts)

    def _calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


Texts = dict[str, list[tuple[int, list[str]]]]
"""What local names stand for from a line on: one text, or several where a condition chooses."""


def _assigned(nodes: Iterable[ast.AST]) -> Texts:
    texts: Texts = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and node.value is not None:
            _note(texts, node.lineno, node.targets[0], _branches(node.value))
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            _note(texts, node.lineno, node.target, _branches(node.value))
    return texts


def _note(texts: Texts, line: int, target: ast.expr, values: Iterable[ast.expr]) -> None:
    if isinstance(target, ast.Tuple):
        tuples = [value for value in values if isinstance(value, ast.Tuple)]
        for index, element in enumerate(target.elts):
            _note(texts, line, element, [value.elts[index] for value in tuples])
    elif isinstance(target, ast.Name):
        found = [text for value in values if (text := _text(value)) is not None]
        if found:
            texts.setdefault(target.id, []).append((line, found))


def _branches(node: ast.expr) -> tuple[ast.expr, ...]:
    return (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,)


def _finding(call: ast.Call, texts: Texts) -> Iterator[tuple[str, str, str]]:
    code, _, message, *_ = call.args
    for name in _resolve(code, texts):
        yield name, VERDICTS[_called(call)], (_resolve(message, texts) or ["…"])[0]


def _resolve(node: ast.expr, texts: Texts) -> list[str]:
    """The texts that an argument may be: of a name, what was last given to it above."""
    if isinstance(node, ast.Name):
        above = [found for line, found in sorted(texts.get(node.id, [])) if line <= node.lineno]
        return above[-1] if above else []
    text = _text(node)
    return [] if text is None else [text]


def _text(node: ast.expr) -> str | None:
    """A text with its gaps shown as `…`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return None


def modules() -> list[Module]:
    """The modules of the proof that name resources or findings, in the order of their names."""
    paths = sorted(SOURCE.rglob("*.py"))
    return [
        Module(
            ".".join(path.relative_to(SOURCE).with_suffix("").parts),
            ast.parse(path.read_text(encoding="utf-8")),
        )
        for path in paths
        if path.name != "__init__.py"
    ]


def page() -> str:
    """The whole page."""
    lines = [INTRODUCTION, "## Parts\n"]
    for module in modules():
        says = module.tokens or any(part.startswith("Source") for part in module.documentation)
        if says and module.properties and module.name not in REPAIRS:
            lines += _part(module)
    lines.append("## Findings\n")
    lines.append("| code | verdict | what is wrong | part |")
    lines.append("|---|---|---|---|")
    found = sorted({(*finding, module.name) for module in modules() for finding in module.findings()})
    lines += [f"| `{code}` | {verdict} | {message} | `{name}` |" for code, verdict, message, name in found]
    return "\n".join(lines) + "\n"


def _part(module: Module) -> Iterator[str]:
    title, *rest = module.documentation
    yield f"### {module.name}\n"
    yield f"{' '.join(title.split())}\n"
    for paragraph in rest:
        if paragraph.startswith(("Source:", "Sources:")):
            yield f"{' '.join(paragraph.split())}\n"
    if module.tokens:
        yield f"- Types: {', '.join(f'`{token}`' for token in module.tokens)}"
    yield f"- Properties: {', '.join(f'`{name}`' for name in module.properties)}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
