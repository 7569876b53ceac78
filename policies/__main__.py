"""The policy pack: `pulumi preview --policy-pack policies`."""

from __future__ import annotations

import os
from datetime import datetime, timezone

from pulumi_policy import EnforcementLevel, PolicyPack

from enforcement.pack import Enforcement
from rules import RULES

# An engine tells only so whether it previews or updates: the constructor serves it until it ends.
enforcement = Enforcement(
    updating=os.environ.get("PULUMI_DRY_RUN") != "true",
    today=datetime.now(timezone.utc).date(),
)
PolicyPack(
    name="mailroute",
    policies=enforcement.policies(RULES),
    enforcement_level=EnforcementLevel.MANDATORY,
)
