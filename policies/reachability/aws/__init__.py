"""AWS's network, one small frozen type per entity, as AWS's documents describe it.

Each is made from a resource once; what is not known of it is `UNKNOWN`, what is not set `ABSENT`. It says
what it does with a packet; where the packet goes from there is followed in `forwarding`.
"""

from __future__ import annotations

from .network import Network

__all__ = ["Network"]
