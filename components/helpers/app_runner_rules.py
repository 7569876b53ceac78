"""What AWS App Runner accepts: the values of a service, checked before it is asked."""

import re
from collections.abc import Mapping
from typing import Any, Optional

import pulumi

from . import checks

MEMORY_OF_CPU = {
    "256": ("512", "1024"),
    "512": ("1024",),
    "1024": ("2048", "3072", "4096"),
    "2048": ("4096", "6144"),
    "4096": ("8192", "10240", "12288"),
}
"""CPU units -> MiB of memory: AWS App Runner Developer Guide, "App Runner service configuration"."""
ECR, ECR_PUBLIC = REPOSITORY_TYPES = ("ECR", "ECR_PUBLIC")
_IMAGES = {
    ECR: r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/.+",
    ECR_PUBLIC: r"public\.ecr\.aws/.+",
}
_NAME = r"[a-z0-9]+([._/-]+[a-z0-9]+)*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?"
"""Of an image, after its registry: Amazon ECR API Reference, "CreateRepository" and "ImageIdentifier"."""
_REFERENCE = r"arn:aws[a-z-]*:(secretsmanager|ssm):[^:\s]+:\d{12}:\S+"
_VARIABLE = r"(?!AWSAPPRUNNER)[A-Za-z_][A-Za-z0-9_]*"


def service_name(argument: str, value: str) -> str:
    """`value` can name a service."""
    return checks.matches(
        argument,
        value,
        r"[A-Za-z0-9][A-Za-z0-9_-]{3,39}",
        "it must be 4 to 40 letters, digits, '-' or '_', and start with a letter or digit",
        "use a name such as 'backend'",
    )


def repository_type(label: checks.Label, image: Any, declared: Optional[str]) -> str:
    """`ECR` or `ECR_PUBLIC`, whichever holds `image`: as declared, or as the image's name says.

    AWS App Runner Developer Guide, "App Runner service based on a source image".
    """
    name = checks.known(image)
    if declared is not None:
        checks.one_of(label("image_repository_type"), declared, REPOSITORY_TYPES)
    if name is None:
        if declared is None:
            checks.refuse(
                label("image_repository_type"),
                None,
                "the image's name is not known yet",
                f"say which it will be: {checks.listed(REPOSITORY_TYPES)}",
            )
        return declared
    kind = next((kind for kind, pattern in _IMAGES.items() if re.fullmatch(pattern, name)), None)
    if kind is None:
        checks.refuse(
            label("image"),
            name,
            "App Runner takes images of Amazon ECR only",
            "use ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG or public.ecr.aws/ALIAS/NAME:TAG",
        )
    checks.matches(
        label("image"),
        name,
        rf"[^/]+/(?a:{_NAME})",
        "an image's name is in lower case, and its tag has letters, digits, '.', '_' and '-'",
        "use NAME:TAG, NAME@sha256:DIGEST or NAME after the registry",
    )
    if declared not in (None, kind):
        checks.refuse(label("image_repository_type"), declared, f"{name} is in {kind}", f"use {kind!r}")
    return kind


def size(label: checks.Label, cpu: Optional[str], memory: Optional[str]) -> None:
    """`cpu` and `memory` go together, and are given together: what a service has is not known here."""
    if cpu is None or memory is None:
        if cpu is not None or memory is not None:
            given, other = ("cpu", "memory") if memory is None else ("memory", "cpu")
            checks.refuse(
                label(given), cpu or memory, "cpu and memory go together", f"set {label(other)} as well"
            )
        return
    checks.one_of(label("cpu"), cpu, tuple(MEMORY_OF_CPU))
    if memory not in MEMORY_OF_CPU[cpu]:
        checks.refuse(
            label("memory"),
            memory,
            f"with cpu {cpu} it must be one of {checks.listed(MEMORY_OF_CPU[cpu])}",
            f"use {MEMORY_OF_CPU[cpu][0]!r}",
        )


def variables(label: checks.Label, environment: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
    """Names that App Runner accepts, no name both a plain variable and a secret."""
    for argument, values in (("environment", environment), ("secrets", secrets)):
        for name in values:
            checks.matches(
                label(argument),
                name,
                _VARIABLE,
                "a variable is letters, digits and '_', and does not start with a digit or 'AWSAPPRUNNER'",
                "rename it",
            )
            if not isinstance(values[name], (str, pulumi.Output)):
                checks.refuse(
                    f"{label(argument)}.{name}",
                    values[name],
                    "a variable is text",
                    "set it" if values[name] is None else f"write {str(values[name])!r}",
                )
    for name in sorted(set(environment) & set(secrets)):
        checks.refuse(label("environment"), name, "it is one of the secrets too", "keep it in one of the two")
    for name, reference in secrets.items():
        if checks.known(reference) is not None and re.fullmatch(_REFERENCE, reference) is None:
            checks.refuse(
                label("secrets"),
                name,
                "its value, not shown here, is no ARN of Secrets Manager or Parameter Store",
                "keep the secret there and give its ARN, or ARN:json-key::",
            )
