"""The policy pack: `pulumi preview --policy-pack policies`."""

from __future__ import annotations

import gc
import os
from datetime import datetime, timezone

from pulumi_policy import EnforcementLevel, PolicyPack

from enforcement.pack import Enforcement
from enforcement.sources import Sources
from rules import RULES

# For every policy the SDK builds the whole stack anew. None of it is cyclic garbage, and to look for some
# in between takes as long as the building.
gc.set_threshold(50_000, 50, 50)

sources = Sources()
sources.watch()

# An engine tells only so whether it previews or updates, and tells nothing where it analyses a state.
dry_run = os.environ.get("PULUMI_DRY_RUN")
enforcement = Enforcement(
    updating=dry_run != "true",
    today=datetime.now(timezone.utc).date(),
    stored=dry_run is None,
    sources=sources,
)
PolicyPack(  # Serves the engine until it ends.
    name="mailroute",
    policies=enforcement.policies(RULES),
    enforcement_level=EnforcementLevel.MANDATORY,
)
