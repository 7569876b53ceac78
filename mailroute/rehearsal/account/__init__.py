"""The simulated AWS account: what it holds, what it offers, and what it refuses."""

from __future__ import annotations

from .account import ACCOUNT_ID, Account, AwsResource
from .errors import AwsError
from .kind import Call, Caller, Kind, label
from .kinds import dependents_of, kind_of

__all__ = [
    "ACCOUNT_ID",
    "Account",
    "AwsError",
    "AwsResource",
    "Call",
    "Caller",
    "Kind",
    "dependents_of",
    "kind_of",
    "label",
]
