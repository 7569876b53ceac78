"""Serves the components to programs in every Pulumi language: `pulumi package add PATH/components`."""

import sys
from pathlib import Path

from pulumi.provider.experimental import component_provider_host

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

if __name__ == "__main__":
    from components import COMPONENTS
    from components.helpers.component import PACKAGE

    component_provider_host(name=PACKAGE, components=COMPONENTS)
