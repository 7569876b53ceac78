"""Run a Pulumi program against a simulated AWS account, with its policy packs, on this machine alone."""
