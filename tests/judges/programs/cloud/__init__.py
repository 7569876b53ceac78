"""A small simulated AWS account that creations change: see `account.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.judges.programs.cloud.account import Cloud, Creation, Refused, are_alike, refuse
from tests.judges.programs.cloud.filters import CREATIONS as _FILTERS
from tests.judges.programs.cloud.network import CREATIONS as _NETWORK
from tests.judges.programs.cloud.services import CREATIONS as _SERVICES

CREATIONS: Final[Mapping[str, Creation]] = {**_NETWORK, **_FILTERS, **_SERVICES}
"""What AWS makes of the creation of each type of resource."""

__all__ = ["CREATIONS", "Cloud", "Refused", "are_alike", "refuse"]
