"""A Pulumi project and one of its stacks: `Pulumi.yaml` and `Pulumi.<stack>.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from enforcement.masking import Masker
from evidence import text_file

from .config import ConfigSchema
from .environment import Environment, of_program, runtime_options
from .result import Diagnostic, RehearsalError
from .stack_files import StackFiles
from .yaml_file import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .given_config import GivenConfig

ORGANIZATION: Final = "organization"
"""What Pulumi calls the organization of a stack that no service keeps."""

_SUFFIXES: Final = ("yaml", "yml")
_FILES: Final = ("Pulumi.yaml", "Pulumi.yml")
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True)
class Project:
    """A project as its program will see it.

    Attributes:
        directory: where `Pulumi.yaml` is.
        working_directory: where the program runs.
        entry_point: what runs there: a file, or `.` for the `__main__.py` of the directory.
        environment: the Python that runs it.
        config: full keys (`aws:region`) and their text, objects as JSON, secrets in clear.
        secret_keys: the keys whose value, or a part of it, is secret.
        masked_keys: the keys whose value is shown nowhere: those, and what is secret and stands in clear.
        diagnostics: what a person should know about how the config was read.
        stack_files: the outputs of other stacks, for its stack references.
        mask: takes every secret out of a text: those of the config, and those that an engine comes to see.
        pack_variables: what its policy packs find in their environment besides.
    """

    name: str
    stack: str
    directory: Path
    working_directory: Path
    entry_point: str
    environment: Environment
    config: Mapping[str, str] = field(repr=False)
    secret_keys: frozenset[str] = frozenset()
    diagnostics: tuple[Diagnostic, ...] = ()
    organization: str = ORGANIZATION
    masked_keys: frozenset[str] = frozenset()
    stack_files: StackFiles = field(default_factory=StackFiles)
    mask: Masker = field(default_factory=Masker, compare=False, repr=False)
    pack_variables: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mask.add(self.config[key] for key in self.masked_keys)

    @property
    def python(self) -> str:
        """The interpreter that runs the program."""
        return self.environment.python

    @classmethod
    def load(cls, program_dir: Path, stack: str, given: GivenConfig | None = None) -> Project:
        """Read the project in `program_dir` with the config of `stack`, and what is `given` over that.

        Raises:
            RehearsalError: there is no such project or stack, a file is not what Pulumi accepts, a
                required key is missing, or a value is not of its declared type.
        """
        directory = program_dir.resolve()
        file = project_file(directory)
        document = read_yaml(file)
        name = _project_name(file, document)
        _check_stack_name(stack)
        options = runtime_options(file, document, runs="rehearses Python programs")
        working_directory, entry_point = _entry_point(file, directory, document)
        environment = of_program(file, options, working_directory)
        schema = ConfigSchema(file, name, document)
        config, secret_keys, secret_notes = schema.of_stack(
            stack, _stack_document(file, directory, document, stack, given), given
        )
        return cls(
            name, stack, directory, working_directory, entry_point, environment, config, secret_keys,
            (*environment.notes, *secret_notes), masked_keys=secret_keys | schema.in_clear(config),
        )  # fmt: skip


def stacks(program_dir: Path) -> tuple[str, ...]:
    """The names of the stacks that the project in `program_dir` has a config file for, sorted.

    Raises:
        RehearsalError: there is no project, or its file is not YAML.
    """
    file = project_file(program_dir.resolve())
    return _stack_names(_config_directory(file, file.parent, read_yaml(file)))


def name_of(program_dir: Path) -> str:
    """The name of the project in `program_dir`.

    Raises:
        RehearsalError: there is no project, or its file does not name it.
    """
    file = project_file(program_dir.resolve())
    return _project_name(file, read_yaml(file))


@dataclass(frozen=True)
class StackFile:
    """Where a stack's configuration is, or will be.

    Attributes:
        path: the file, which need not be there.
        project: the project's name, which its keys begin with.
        project_file: its `Pulumi.yaml`.
        keys: those that this describes.
    """

    path: Path
    stack: str
    project: str
    project_file: Path
    keys: frozenset[str]


def stack_file(program_dir: Path, stack: str) -> StackFile:
    """The config file of a stack of the project in `program_dir`.

    Raises:
        RehearsalError: there is no project, its file is not YAML, or no stack can have this name.
    """
    file = project_file(program_dir.resolve())
    document = read_yaml(file)
    _check_stack_name(stack)
    directory = _config_directory(file, file.parent, document)
    names = [directory / f"Pulumi.{stack}.{suffix}" for suffix in _SUFFIXES]
    config = document.get("config")
    return StackFile(
        next(filter(text_file.is_there, names), names[0]),
        stack,
        _project_name(file, document),
        file,
        frozenset(config) if isinstance(config, dict) else frozenset(),
    )


def schema_of(program_dir: Path) -> ConfigSchema:
    """The config schema of the project in `program_dir`.

    Raises:
        RehearsalError: there is no project, or its file is wrong.
    """
    file = project_file(program_dir.resolve())
    document = read_yaml(file)
    return ConfigSchema(file, _project_name(file, document), document)


def project_file(directory: Path) -> Path:
    """The `Pulumi.yaml` in `directory`.

    Raises:
        RehearsalError: there is none.
    """
    for name in _FILES:
        if (directory / name).is_file():
            return directory / name
    raise RehearsalError(f"{directory}: no Pulumi.yaml here: name the directory of a Pulumi project")


def enclosing_project(directory: Path) -> Path:
    """The nearest directory with a `Pulumi.yaml`, from `directory` upwards, as Pulumi finds it.

    Raises:
        RehearsalError: there is none.
    """
    for folder in (directory, *directory.parents):
        if any((folder / name).is_file() for name in _FILES):
            return folder
    raise RehearsalError(
        f"{directory}: no Pulumi.yaml here or above: run it in a Pulumi project, or name one: "
        "mailroute rehearse DIR"
    )


def _project_name(file: Path, document: Mapping[str, Any]) -> str:
    name = document.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise RehearsalError(
            f"{file}: name is {name!r}: a project's name has 1 to 100 letters, digits, '-', '_' and '.'"
        )
    return name


def _check_stack_name(stack: str) -> None:
    if not _NAME.fullmatch(stack):
        raise RehearsalError(f"stack {stack!r}: a stack's name has letters, digits, '-', '_' and '.' only")


def _entry_point(file: Path, directory: Path, document: Mapping[str, Any]) -> tuple[Path, str]:
    main = document.get("main")
    program = directory / str(main) if main else directory
    if program.is_dir():
        if not (program / "__main__.py").is_file():
            raise RehearsalError(f"{program}: no __main__.py here, the program that {file.name} is for")
        return program.resolve(), "."
    if not program.is_file():
        raise RehearsalError(f"{file}: main is {main!r}: no such file or directory")
    return program.parent.resolve(), program.name


def _config_directory(file: Path, directory: Path, document: Mapping[str, Any]) -> Path:
    elsewhere = document.get("stackConfigDir")
    if isinstance(document.get("config"), str):
        if elsewhere:
            raise RehearsalError(
                f"{file}: config and stackConfigDir both name a directory: keep stackConfigDir"
            )
        elsewhere = document["config"]
    return directory / str(elsewhere) if elsewhere else directory


def _stack_names(directory: Path) -> tuple[str, ...]:
    names = (re.fullmatch(r"Pulumi\.(.+)\.ya?ml", path.name) for path in directory.glob("Pulumi.*.y*ml"))
    return tuple(sorted({name.group(1) for name in names if name}))


def _stack_document(
    file: Path, directory: Path, document: Mapping[str, Any], stack: str, given: GivenConfig | None
) -> dict[str, Any]:
    """What the stack's config file holds; a project without any has stacks without config."""
    config_directory = _config_directory(file, directory, document)
    named = given.file if given else None
    for stack_file in [named] if named else [config_directory / f"Pulumi.{stack}.{s}" for s in _SUFFIXES]:
        if named or text_file.is_there(stack_file):
            content = read_yaml(stack_file)
            if content.get("environment"):
                raise RehearsalError(
                    f"{stack_file}: environment names Pulumi ESC environments, which mailroute cannot open: "
                    "put the values that they give under config"
                )
            return content
    known = _stack_names(config_directory)
    if known:
        raise RehearsalError(
            f"no stack {stack!r} in {config_directory}: there is no Pulumi.{stack}.yaml "
            f"(stacks: {', '.join(known)})"
        )
    return {}
