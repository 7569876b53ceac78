"""The policy pack: `pulumi preview --policy-pack policies`."""

from __future__ import annotations

import os
from datetime import datetime, timezone

from pulumi_policy import EnforcementLevel, PolicyPack

from enforcement import analyzer, pack
from rules import RULES

# An engine tells only so whether it previews or updates, and tells nothing where it analyses a state.
dry_run = os.environ.get("PULUMI_DRY_RUN")
enforcement = pack.Enforcement(
    RULES,
    updating=dry_run != "true",
    today=datetime.now(timezone.utc).date(),
    stored=dry_run is None,
)
try:
    analyzer.serve(enforcement)
except analyzer.VersionError as error:
    raise SystemExit(f"mailroute: {error}") from None
PolicyPack(  # Serves the engine until it ends.
    name="mailroute",
    policies=pack.policies(RULES),
    enforcement_level=EnforcementLevel.MANDATORY,
)
