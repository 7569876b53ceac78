"""Run a host of Pulumi's SDK, `pulumi.policy` or `pulumi.dynamic`, behind a Unix socket.

By itself it listens on a port, where any user of the machine may reconfigure a policy pack, and have a host
of dynamic providers run any code. The arguments: the socket, the host's module, and the host's own. It runs
in an environment that need not have mailroute.
"""

from __future__ import annotations

import os
import runpy
import sys
from typing import Any


def main() -> None:
    socket, module = f"unix:{sys.argv[1]}", sys.argv[2]
    sys.argv = sys.argv[2:]
    sys.path[0] = os.getcwd()  # noqa: PTH109 (as `python -m` has it)
    import pulumi  # noqa: F401, I001 (where it is not there, that is what to say)
    import grpc

    new_server = grpc.server

    def server(*arguments: Any, **options: Any) -> Any:
        made = new_server(*arguments, **options)
        listen = made.add_insecure_port

        def add_insecure_port(address: str) -> int:
            del address  # a port
            listen(socket)
            return 0  # which is none

        made.add_insecure_port = add_insecure_port
        return made

    grpc.server = server
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
