"""What an App Runner service runs: an image, or source code that App Runner builds."""

from collections.abc import Mapping
from typing import Any

import pulumi
from typing_extensions import NotRequired, TypedDict

from . import app_runner_rules, checks

CODE = "CODE"
"""The origin of a service that App Runner builds, beside `app_runner_rules.REPOSITORY_TYPES`."""
API, REPOSITORY = CONFIGURATIONS = ("API", "REPOSITORY")
SAMPLE_IMAGE = "public.ecr.aws/aws-containers/hello-app-runner:latest"
"""What a new service runs where nothing else is asked for."""
RUNTIMES = (
    "PYTHON_311",
    "PYTHON_3",
    "NODEJS_22",
    "NODEJS_18",
    "NODEJS_16",
    "NODEJS_14",
    "NODEJS_12",
    "CORRETTO_11",
    "CORRETTO_8",
    "DOTNET_6",
    "GO_1",
    "PHP_81",
    "RUBY_31",
)
"""AWS App Runner API Reference, "CodeConfigurationValues"."""
_OF_IMAGES = ("image", "image_repository_type", "access_role_arn")
_OF_API = ("source_code.runtime", "source_code.build_command")
_FROM_THE_FILE = ("port", "start_command", "environment", "secrets")
"""The arguments that App Runner ignores where the repository's `apprunner.yaml` counts."""


class SourceCodeArgs(TypedDict):
    """A repository that App Runner builds the service from."""

    repository_url: str
    """The repository, such as `https://github.com/OWNER/NAME`."""
    branch: str
    """The branch whose latest commit runs."""
    connection_arn: pulumi.Input[str]
    """The App Runner connection to the repository's provider."""
    configuration: NotRequired[str]
    """`API` for what is given here, `REPOSITORY` for the repository's `apprunner.yaml`. Default: `API`."""
    runtime: NotRequired[str]
    """With `API`: the managed runtime, such as `PYTHON_311`."""
    build_command: NotRequired[str]
    """With `API`: the command that builds the application. Default: none."""
    source_directory: NotRequired[str]
    """The directory of the source code, from the repository's root. Default: the root."""


def check(args: Mapping[str, Any], label: checks.Label) -> str:
    """Every rule for what a service runs, of the arguments of the service.

    Returns:
        `ECR`, `ECR_PUBLIC` or `CODE`.

    Raises:
        ArgumentError: for the first argument that breaks one.
    """
    if "source_code" in args:
        _check_code(args, label)
        return CODE
    image = args.get("image", SAMPLE_IMAGE)
    kind = app_runner_rules.repository_type(label, image, args.get("image_repository_type"))
    if args.get("auto_deploy") and kind == app_runner_rules.ECR_PUBLIC and "image" in args:
        checks.refuse(
            label("auto_deploy"), True, "App Runner does not watch public images", "set it to false"
        )
    return kind


def _check_code(args: Mapping[str, Any], label: checks.Label) -> None:
    code: Mapping[str, Any] = args["source_code"]
    for argument in _OF_IMAGES:
        if argument in args:
            checks.refuse(
                label(argument),
                args[argument],
                f"{label('source_code')} is given too, and a service runs an image or source code",
                "leave out one of the two",
            )

    def of_code(key: str) -> str:
        return label(f"source_code.{key}")

    checks.keys(of_code, code, SourceCodeArgs.__annotations__, SourceCodeArgs.__required_keys__)
    checks.matches(
        of_code("repository_url"),
        code["repository_url"],
        r"https://[^/\s]+/\S+",
        "it must be the https address of a repository",
        "use one such as 'https://github.com/OWNER/NAME'",
    )
    checks.matches(of_code("branch"), code["branch"], r"\S+", "it must name a branch", "use 'main'")
    if not isinstance(code["connection_arn"], pulumi.Output):
        checks.arn(of_code("connection_arn"), code["connection_arn"], "apprunner", "connection")
    for key in ("build_command", "source_directory"):
        if key in code:
            checks.matches(of_code(key), code[key], r"(?s).+", "it must be text", "leave it out for none")
    if checks.one_of(of_code("configuration"), code.get("configuration", API), CONFIGURATIONS) == REPOSITORY:
        _check_repository(args, label)
    elif "runtime" not in code:
        checks.refuse(
            of_code("runtime"),
            None,
            f"App Runner has to know what to build with, unless {of_code('configuration')} is {REPOSITORY!r}",
            f"use one of {checks.listed(RUNTIMES)}",
        )
    if "runtime" in code:
        checks.one_of(of_code("runtime"), code["runtime"], RUNTIMES)


def _check_repository(args: Mapping[str, Any], label: checks.Label) -> None:
    """Nothing is given that App Runner would ignore ("CodeConfiguration", AWS App Runner API Reference)."""
    given = {f"source_code.{key}": value for key, value in args["source_code"].items()}
    for argument, value in ({**args, **given}).items():
        if argument in (*_OF_API, *_FROM_THE_FILE) and value not in ({}, None):
            checks.refuse(
                label("source_code.configuration"),
                REPOSITORY,
                f"App Runner would ignore {label(argument)} and take what apprunner.yaml says",
                f"use {API!r}, or leave it out",
            )


def is_from_file(args: Mapping[str, Any]) -> bool:
    """Whether the settings are those of the repository's `apprunner.yaml`."""
    return args.get("source_code", {}).get("configuration") == REPOSITORY
