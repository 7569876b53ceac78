"""Programs in the manner of those that people publish: each file of `apps/` is one, with its own network.

They run as one stack, which costs what one of them does; names begin with that of the app.
"""

import runpy
from pathlib import Path

for app in sorted(Path(__file__).with_name("apps").glob("*.py")):
    runpy.run_path(str(app))
