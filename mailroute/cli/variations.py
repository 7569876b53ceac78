"""What a program may be given beside what its base run gets: config, stack references, functions."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from enforcement.masking import Masker
from mailroute.exploration import Parameter
from mailroute.rehearsal.result import RehearsalError
from mailroute.report import labels
from mailroute.report.explored import Fixed

from .inputs import with_stack_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from mailroute.exploration import Configuration
    from mailroute.rehearsal.config import ConfigSchema
    from mailroute.rehearsal.project import Project

_REGION: Final = "aws:region"
_TRUTH: Final = ("true", "false")
_NOT_SET: Final = "(not set)"
NO_OUTPUTS: Final = "no outputs"
NOTHING: Final = "nothing"


@dataclass(frozen=True)
class Variations:
    """The parameters of a program.

    Attributes:
        bases: what each of `parameters` is in the base run, by name.
        fixed: what is not varied, and why.
        said: how to give a program each value, by the parameter's name and the value.
        references: the stacks that are referred to, by the parameter's name.
        functions: the functions, as tokens, by the parameter's name.
    """

    parameters: tuple[Parameter, ...]
    bases: Mapping[str, str]
    fixed: tuple[Fixed, ...]
    said: Mapping[tuple[str, str], str]
    references: Mapping[str, str]
    functions: Mapping[str, str]

    def of(self, project: Project, configuration: Configuration, no_outputs: Path) -> Project:
        """`project` as `configuration` has it, with a mask of its own.

        Args:
            no_outputs: a file with the outputs of a stack that has none.
        """
        known = {*self.references, *self.functions}
        config = {name: value for name, value in configuration if name not in known}
        project = replace(project, config={**project.config, **config}, mask=Masker())
        empty = [self.references[name] for name, _ in configuration if name in self.references]
        files = {**project.stack_files.files}
        given = with_stack_files(project, [(stack, no_outputs) for stack in empty]).stack_files.files
        return replace(project, stack_files=replace(project.stack_files, files={**files, **given}))

    def empty_answers(self, configuration: Configuration) -> frozenset[str]:
        """The functions that find nothing in `configuration`."""
        return frozenset(self.functions[name] for name, _ in configuration if name in self.functions)


def variations(
    project: Project,
    schema: ConfigSchema,
    stacks: Mapping[str, Project],
    *,
    found_by: Iterable[str],
    one_region: bool,
) -> Variations:
    """What there is to vary of `project`.

    Args:
        stacks: the other stacks of the project, by name.
        found_by: the functions that have found something in the base run.
        one_region: whether the account is of one region.
    """
    parameters: list[Parameter] = []
    fixed: list[Fixed] = []
    bases: dict[str, str] = {}
    said: dict[tuple[str, str], str] = {}
    for key in sorted({key for each in (project, *stacks.values()) for key in each.config}):
        known = _Values(key, project, schema, stacks)
        reason = known.kept(one_region=one_region)
        if reason:
            fixed.append(Fixed(key, reason))
            continue
        parameters.append(Parameter(key, known.others))
        bases[key] = project.config.get(key, _NOT_SET)
        said |= {(key, value): known.said(value) for value in known.others}
    references = {f"stack {name}": name for name in sorted(project.stack_files.asked)}
    functions = {labels.type_name(token): token for token in sorted(found_by)}
    for name, stack in references.items():
        parameters.append(Parameter(name, (NO_OUTPUTS,)))
        bases[name] = "as it is"
        said[name, NO_OUTPUTS] = f"--stack-reference {stack}=FILE, where FILE has no outputs: {{}}"
    for name in functions:
        parameters.append(Parameter(name, (NOTHING,)))
        bases[name] = "as it is"
        said[name, NOTHING] = f"an account in which {name} finds nothing"
    return Variations(tuple(parameters), bases, tuple(fixed), said, references, functions)


class _Values:
    """The values of one config key."""

    def __init__(
        self, key: str, project: Project, schema: ConfigSchema, stacks: Mapping[str, Project]
    ) -> None:
        self._key = key
        self._own = key.startswith(f"{project.name}:")
        self._type = schema.type_of(key)
        self._stacks = {name: each.config[key] for name, each in stacks.items() if key in each.config}
        self._default = schema.default_of(key)
        base = project.config.get(key)
        known = [value for value in (base, self._default, *self._stacks.values()) if value is not None]
        self._secret = any(
            key in each.masked_keys or any(each.mask(value) != value for value in known)
            for each in (project, *stacks.values())
        )
        boolean = self._type == "boolean" or (not self._type and any(value in _TRUTH for value in known))
        values = dict.fromkeys((*known, *(_TRUTH if boolean else ())))
        self.others = tuple(value for value in values if value != base)

    def kept(self, *, one_region: bool) -> str:
        """Why the key is not varied; empty where it is."""
        if self._secret:
            return "secret"
        if not self._own and self._key != _REGION:
            return "of a provider"
        if self._key == _REGION and one_region and self.others:
            return "the account file is of one region"
        if not self.others:
            return f"{self._type or 'no type is declared'}, no other value is known"
        return ""

    def said(self, value: str) -> str:
        """How to give `value`: what is no text comes from a file."""
        stack = next((name for name, other in self._stacks.items() if other == value), "")
        if value[:1] in ("{", "[") and (stack or value == self._default):
            return f"{self._key} as {f'Pulumi.{stack}.yaml' if stack else 'Pulumi.yaml'} has it"
        return shlex.join(["--config", f"{self._key}={value}"])


def other_stacks(project: Project) -> tuple[dict[str, Project], tuple[Fixed, ...]]:
    """The other stacks of the project, by name, and those whose config cannot be used."""
    from mailroute.rehearsal.project import Project, stacks

    found, failed = {}, []
    for name in stacks(project.directory):
        if name != project.stack:
            try:
                found[name] = Project.load(project.directory, name)
            except RehearsalError as error:
                failed.append(Fixed(f"the values of stack {name}", str(error)))
    return found, tuple(failed)
