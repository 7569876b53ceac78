"""Run a Pulumi program: what Pulumi's language host starts for each preview and update.

It runs in the program's own environment, which need not have mailroute: it imports nothing of it. The
program's settings come as arguments, its config through the environment, as Pulumi itself passes them.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor


def main() -> int:
    parser = argparse.ArgumentParser()
    for option in ("monitor", "engine", "project", "stack", "organization", "root_directory"):
        parser.add_argument(f"--{option}", required=True)
    parser.add_argument("--parallel", type=int, required=True)
    parser.add_argument("--dry_run", action="store_true")
    parser.add_argument("program")
    arguments = vars(parser.parse_args())
    program = arguments.pop("program")

    # Not the directory of this file: a program's `import x` must find its own. What stands beside a program
    # that is one file is not found, as with Pulumi's language host.
    sys.path[:1] = [os.getcwd()] if os.path.isdir(program) else []  # noqa: PTH109, PTH112
    sys.argv = [program]
    try:
        import pulumi
        import pulumi.runtime
    except ImportError as error:
        sys.stderr.write(f"{sys.executable} cannot import the Pulumi SDK: {error}\n")
        return 1

    pulumi.runtime.set_all_config(
        pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env()
    )
    pulumi.runtime.configure(pulumi.runtime.Settings(**arguments))
    # A failed run leaves futures behind that nobody awaits any more; nobody needs to read that.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # The SDK waits for the engine in threads: as many as the engine answers at once.
    with ThreadPoolExecutor(max_workers=4 * arguments["parallel"]) as executor:
        loop.set_default_executor(executor)
        try:
            loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: run(program)))
        except pulumi.RunError as error:
            pulumi.log.error(str(error))
            return 1
        except Exception:
            pulumi.log.error(traceback.format_exc())
            return 1
    return 0


def run(program: str) -> None:
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    sys.exit(main())
