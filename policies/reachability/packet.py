"""A packet: what opens a TCP connection, and by it the replies that come back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .ranges import EPHEMERAL_PORTS, Ranges

INGRESS = "ingress"
EGRESS = "egress"


@dataclass(frozen=True)
class Packet:
    """The packets that open a connection, from any of `source` to any of `destination`.

    Attributes:
        sender: what has the source addresses, for a person.
        name: the destination for a person.
        port: the TCP port that it goes to.
        reply_ports: those that it may come from, to which its replies go back.
    """

    source: Ranges
    sender: str
    destination: Ranges
    name: str
    port: int
    reply_ports: Ranges = EPHEMERAL_PORTS

    @property
    def ports(self) -> Ranges:
        return Ranges.of((self.port, self.port))

    @property
    def what(self) -> str:
        """It, for a person."""
        return f"TCP {self.port}"

    @property
    def replies(self) -> str:
        """Its replies, for a person."""
        ((first, last),) = self.reply_ports.spans
        return f"replies (TCP {first}-{last})"

    def to(self, destination: Ranges) -> Packet:
        """The packets of it that go to `destination`, or that NAT64 has translated to that."""
        return replace(self, destination=destination)
