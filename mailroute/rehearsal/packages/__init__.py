"""Packages beside pulumi-aws whose resources and functions have plausible results in a rehearsal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import docker, partial, pulumi_random, std, tls
from .package import Package

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PACKAGES"]

PACKAGES: Final[Mapping[str, Package]] = {
    "archive": std.ARCHIVE,
    "aws-native": partial.AWS_NATIVE,
    "awsx": Package(),
    "docker": docker.DOCKER,
    "docker-build": docker.DOCKER_BUILD,
    "kubernetes": partial.KUBERNETES,
    "random": pulumi_random.RANDOM,
    "std": std.STD,
    "tls": tls.TLS,
}
"""By the name of the package. What one does not list of its types and functions has unknown results; the
components of `awsx` are in a package of their own."""
