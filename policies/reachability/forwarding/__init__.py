"""The way of a packet through AWS's network, hop by hop, there and back.

`walk` follows it to addresses outside its subnet, `between_vpcs` into subnets of this VPC and others,
`smtp_endpoint` to SES's endpoint, and `ipv6` over the other family; `return_path` reads what they have
recorded in a `leg` for the replies.
"""

from __future__ import annotations

from .ipv6 import OverIpv6
from .leg import Client
from .smtp_endpoint import ToSmtpEndpoint
from .stops import port_25
from .walk import Walk

__all__ = ["Client", "OverIpv6", "ToSmtpEndpoint", "Walk", "port_25"]
