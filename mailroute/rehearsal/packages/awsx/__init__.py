"""`awsx`: components that expand into resources of pulumi-aws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import vpc

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..component import Expand

COMPONENTS: Final[Mapping[str, Expand]] = {vpc.TYPE: vpc.expand}
"""By type token."""
