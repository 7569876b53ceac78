"""What route tables, transit gateways, peering connections and firewall endpoints do to a path."""

from __future__ import annotations

from typing import Final

from .code import Code

TO_THE_INTERNET: Final = (
    "route 0.0.0.0/0 to a NAT gateway (aws.ec2.NatGateway), or send through an interface endpoint for "
    "email-smtp (aws.ec2.VpcEndpoint)"
)
TO_A_PRIVATE_NETWORK: Final = "name a public host, or route to the network that has it"
OUT_OF_THE_NAT_SUBNET: Final = (
    "put it in a public subnet, or route 0.0.0.0/0 of {table.label} to an internet gateway"
)
GIVE_EVIDENCE: Final = "give the account's evidence (mailroute snapshot)"
_IN_THE_TRANSIT_TABLE: Final = (
    "route the traffic in the transit gateway route table that the attachment is associated with"
)

# Routes --------------------------------------------------------------------------------------------

NO_ROUTE_TO_DESTINATION = Code(
    "NO_ROUTE_TO_DESTINATION", 'Amazon VPC User Guide, "Configure route tables" and "Route priority"'
)
NO_ROUTE = NO_ROUTE_TO_DESTINATION.unreachable(
    "{subject.called} of subnet {subnet.label} has no route to {name}", TO_THE_INTERNET
)
NO_IPV6_ROUTE = NO_ROUTE_TO_DESTINATION.unreachable(
    "{subject.called} of subnet {subnet.label} has no IPv6 route to {name}",
    "route ::/0 to an egress-only internet gateway",
)
NO_NAT64_ROUTE = NO_ROUTE_TO_DESTINATION.unreachable(
    "{subject.called} of subnet {subnet.label} has no route to the addresses that DNS64 makes of {name}",
    "route 64:ff9b::/96 to a NAT gateway",
)
NO_PUBLIC_ADDRESS = NO_ROUTE_TO_DESTINATION.unreachable(
    "{host} is no public address, and the service leaves to the public internet",
    "give the service VPC egress",
)
NO_ROUTE_BACK = NO_ROUTE_TO_DESTINATION.unreachable(
    "{subject.label} does not route replies to {name} back to {via.label}",
    "route the addresses of {name} to {via.label}",
)
MAYBE_NO_ROUTE_BACK = NO_ROUTE_TO_DESTINATION.undetermined(
    "{subject.label} may not route replies to {name} back to {via.label}",
    "route the addresses of {name} to {via.label}",
)
NO_ROUTE_FOR_REPLIES = NO_ROUTE_TO_DESTINATION.unreachable(
    "{subject.label} has no route for replies to {name}",
    "route the addresses of {name} in {subject.label} to the endpoint of {middlebox.owner.label}",
)
NO_TRANSIT_ROUTE = NO_ROUTE_TO_DESTINATION.unreachable(
    "{subject.label} has no route to {name}", _IN_THE_TRANSIT_TABLE
)
REPLIES_LEAVE_ELSEWHERE = NO_ROUTE_TO_DESTINATION.unreachable(
    "the transit gateway sends replies to {name} to attachment {attachment.label}",
    "propagate the attachment of the client's VPC to the table of the way back",
)

BAD_STATE_ROUTE = Code("BAD_STATE_ROUTE", 'Amazon VPC User Guide, "Example routing options"')
BLACKHOLE = BAD_STATE_ROUTE.unreachable(
    "the route of {subject.label} to {name} is a blackhole: its target is gone", TO_THE_INTERNET
)
BLACKHOLE_BEHIND_NAT = BAD_STATE_ROUTE.unreachable(
    "the default route of {table.label}, in the NAT gateway's subnet, is a blackhole", OUT_OF_THE_NAT_SUBNET
)

ROUTE_TARGET_UNKNOWN = Code("ROUTE_TARGET_UNKNOWN", 'Amazon VPC User Guide, "Configure route tables"')
UNKNOWN_TARGET = ROUTE_TARGET_UNKNOWN.undetermined(
    "it cannot be known where {subject.label} sends the traffic to {name}", TO_THE_INTERNET
)
LEARNED_TARGET = ROUTE_TARGET_UNKNOWN.undetermined(
    "{subject.label} also has the routes that a VPN gateway or route server propagates to it, and whether "
    "one of them takes the traffic to {name} cannot be known",
    "take the propagation off {subject.label} (propagating_vgws, aws.ec2.VpnGatewayRoutePropagation) and "
    "declare its routes: a longer prefix wins over 0.0.0.0/0",
)
NAT_BY_GATEWAY_ID = ROUTE_TARGET_UNKNOWN.undetermined(
    "{route.label} names NAT gateway {nat} by gateway_id, which is for internet gateways: what becomes of "
    "the traffic to {name} cannot be known",
    "name it by nat_gateway_id (nat_gateway_id=...), not by gateway_id",
)
UNKNOWN_PRIVATE_TARGET = ROUTE_TARGET_UNKNOWN.undetermined(
    "it cannot be known where {subject.label} sends the traffic to {name}", TO_A_PRIVATE_NETWORK
)
UNKNOWN_TARGET_BEHIND_NAT = ROUTE_TARGET_UNKNOWN.undetermined(
    "it cannot be known where {table.label}, of the NAT gateway's subnet, sends its traffic",
    OUT_OF_THE_NAT_SUBNET,
)

NOT_MODELLED = Code("NOT_MODELLED", 'Amazon VPC User Guide, "Example routing options"')
NOT_FOLLOWED = NOT_MODELLED.undetermined(
    "{subject.label} sends this traffic to a {target} ({place}), which the proof does not follow",
    "route the mail host to a NAT gateway, use the SMTP endpoint, or accept it as an exception",
)
REGIONAL_NAT_REPLIES = NOT_MODELLED.undetermined(
    "how regional NAT gateway {subject.label} routes replies to what lies before it is not known",
    "use a NAT gateway in a subnet, whose route table shows it",
)
NAT_TO_PRIVATE_NETWORK = NOT_MODELLED.undetermined(
    "where NAT gateway {subject.label} sends what is for {name} is not known", TO_A_PRIVATE_NETWORK
)

ROUTE_TABLE_NOT_READ = Code("ROUTE_TABLE_NOT_READ", 'Amazon VPC User Guide, "Subnet route tables"')
TABLE_NOT_READ = ROUTE_TABLE_NOT_READ.undetermined(
    "the route table in force in subnet {subject.label} is neither in the program nor in the evidence",
    f"{GIVE_EVIDENCE}, or associate a table in the program",
)

ROUTE_TABLE_OF_OTHER_VPC = Code("ROUTE_TABLE_OF_OTHER_VPC", 'Amazon EC2 API Reference, "AssociateRouteTable"')
TABLE_OF_OTHER_VPC = ROUTE_TABLE_OF_OTHER_VPC.unreachable(
    "subnet {subnet.label} is in VPC {vpc}, and its route table {subject.label} in {other}: AWS refuses the "
    "association",
    "associate the subnet with a route table of its own VPC",
)

DESTINATION_IN_VPC = Code("DESTINATION_IN_VPC", 'Amazon VPC User Guide, "How Amazon VPC works"')
HOST_IN_VPC = DESTINATION_IN_VPC.undetermined(
    "the mail host's address is inside VPC {vpc}, and what listens there is not in the graph",
    "name the relay by its public host, or add an exception",
)

PROTOCOL_RESTRICTION = Code(
    "PROTOCOL_RESTRICTION", 'Amazon VPC User Guide, "DNS64 and NAT64" and "Egress-only internet gateways"'
)
NAT_OF_IPV6 = PROTOCOL_RESTRICTION.unreachable(
    "{subject.label} routes {name} to a NAT gateway, which of IPv6 translates 64:ff9b::/96 alone",
    "route ::/0 to an egress-only internet gateway",
)
EGRESS_ONLY_OF_IPV4 = PROTOCOL_RESTRICTION.unreachable(
    "{subject.label} routes {name} to an egress-only internet gateway, which carries IPv6 alone",
    TO_THE_INTERNET,
)

# Firewall endpoints --------------------------------------------------------------------------------

ROUTING_LOOP = Code(
    "ROUTING_LOOP",
    'AWS Network Firewall Developer Guide, "AWS Network Firewall example architectures with routing"',
)
LOOP = ROUTING_LOOP.unreachable(
    "{subject.label} sends the traffic to {name} to the endpoint {middlebox.label}, which it has come "
    "through "
    "already: it goes round in a circle",
    "route the firewall's own subnet on to a NAT gateway, internet gateway or transit gateway",
)

INSTANCE_LOOP = ROUTING_LOOP.unreachable(
    "{subject.label} sends the traffic to {name} to {instance.label}, which it has come through already: it "
    "goes round in a circle",
    "route 0.0.0.0/0 of the instance's own subnet to an internet gateway",
)

FIREWALL_ASYMMETRIC_ROUTING = Code(
    "FIREWALL_ASYMMETRIC_ROUTING",
    'AWS Network Firewall Developer Guide, "Avoiding asymmetric routing with AWS Network Firewall"',
)
_TO_THE_ENDPOINT: Final = (
    "route the addresses of {name} in {subject.label} to the endpoint of {middlebox.owner.label}"
)
REPLIES_PAST_THE_FIREWALL = FIREWALL_ASYMMETRIC_ROUTING.undetermined(
    "{subject.label} does not send replies to {name} back by the endpoint {middlebox.label}", _TO_THE_ENDPOINT
)
REPLIES_MAYBE_PAST_THE_FIREWALL = FIREWALL_ASYMMETRIC_ROUTING.undetermined(
    "{subject.label} may not send replies to {name} back by the endpoint {middlebox.label}", _TO_THE_ENDPOINT
)
NO_GATEWAY_ROUTE_TABLE = FIREWALL_ASYMMETRIC_ROUTING.undetermined(
    "internet gateway {subject.label} has no route table that certainly sends replies to {name} back by the "
    "endpoint {middlebox.label}",
    "associate a route table with {subject.label} that routes them to the endpoint",
)

INGRESS_RTB_TRAFFIC_REDIRECTION = Code(
    "INGRESS_RTB_TRAFFIC_REDIRECTION", 'Amazon VPC User Guide, "Gateway route tables"'
)
REPLIES_REDIRECTED = INGRESS_RTB_TRAFFIC_REDIRECTION.undetermined(
    "replies to {name} that come in by internet gateway {subject.label} may be routed to an appliance that "
    "the "
    "packets have not come by",
    "route both directions by the same endpoint, or neither",
)

# Transit gateways ----------------------------------------------------------------------------------

BAD_STATE_ATTACHMENT = Code(
    "BAD_STATE_ATTACHMENT",
    'AWS Transit Gateway Guide, "Amazon VPC attachments" and "Accept a shared attachment"; Amazon VPC User '
    'Guide, "Internet gateways"',
)
_ATTACH: Final = "give the aws.ec2.InternetGateway the vpc_id of the VPC whose route tables name it"
_OWN_EGRESS_ONLY: Final = (
    "give the aws.ec2.EgressOnlyInternetGateway the vpc_id of the VPC whose route names it"
)
VPC_NOT_ATTACHED = BAD_STATE_ATTACHMENT.undetermined(
    "VPC {vpc} has no attachment to transit gateway {subject.label}",
    "attach the VPC (aws.ec2transitgateway.VpcAttachment)",
)
ATTACHMENT_MAYBE_NOT_ACCEPTED = BAD_STATE_ATTACHMENT.undetermined(
    "it cannot be known whether the account of transit gateway {gateway.label} has accepted attachment "
    "{subject.label}",
    "accept it (aws.ec2transitgateway.VpcAttachmentAccepter, auto_accept_shared_attachments)",
)
GATEWAY_NOT_ATTACHED = BAD_STATE_ATTACHMENT.unreachable(
    "internet gateway {subject.label} is not attached to the VPC whose route names it", _ATTACH
)
GATEWAY_MAYBE_NOT_ATTACHED = BAD_STATE_ATTACHMENT.undetermined(
    "it cannot be known whether internet gateway {subject.label} is attached to this VPC", _ATTACH
)
EGRESS_ONLY_OF_OTHER_VPC = BAD_STATE_ATTACHMENT.unreachable(
    "egress-only internet gateway {subject.label} is that of another VPC", _OWN_EGRESS_ONLY
)
EGRESS_ONLY_MAYBE_OF_OTHER_VPC = BAD_STATE_ATTACHMENT.undetermined(
    "it cannot be known whether egress-only internet gateway {subject.label} is of this VPC", _OWN_EGRESS_ONLY
)

TGW_ROUTE_AZ_RESTRICTION = Code(
    "TGW_ROUTE_AZ_RESTRICTION", 'AWS Transit Gateway Guide, "How transit gateways work"'
)
_SUBNET_IN_EVERY_ZONE: Final = "give the transit gateway attachment a subnet in every zone that sends to it"
ZONE_NOT_ATTACHED = TGW_ROUTE_AZ_RESTRICTION.unreachable(
    "attachment {subject.label} has no subnet in {zone}, the zone of {subnet.label}", _SUBNET_IN_EVERY_ZONE
)
ZONE_MAYBE_NOT_ATTACHED = TGW_ROUTE_AZ_RESTRICTION.undetermined(
    "it cannot be known whether attachment {subject.label} serves the zone of {subnet.label}",
    _SUBNET_IN_EVERY_ZONE,
)

TGW_RTB_ROUTES_ARE_UNKNOWN = Code(
    "TGW_RTB_ROUTES_ARE_UNKNOWN", 'AWS Transit Gateway Guide, "Transit gateway route tables"'
)
TRANSIT_TABLE_UNKNOWN = TGW_RTB_ROUTES_ARE_UNKNOWN.undetermined(
    "it cannot be known which transit gateway route table attachment {subject.label} uses",
    _IN_THE_TRANSIT_TABLE,
)
TRANSIT_ROUTE_UNKNOWN = TGW_RTB_ROUTES_ARE_UNKNOWN.undetermined(
    "it cannot be known where {subject.label} sends packets to {name}", _IN_THE_TRANSIT_TABLE
)

# Peering connections -------------------------------------------------------------------------------

PCX_REQUIRES_ADDRESS_IN_VPC_CIDR = Code(
    "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR",
    'Amazon VPC Peering Guide, "How VPC peering connections work" and "VPC peering limitations"',
)
_TO_ITS_NETWORK: Final = "route the addresses to the network that has them"
PEERING_OF_PUBLIC_HOST = PCX_REQUIRES_ADDRESS_IN_VPC_CIDR.unreachable(
    "{subject.label} routes {name} to a peering connection, which carries the addresses of its VPCs alone",
    TO_THE_INTERNET,
)
PEER_LACKS_ADDRESS = PCX_REQUIRES_ADDRESS_IN_VPC_CIDR.unreachable(
    "{subject.label} routes {name} to peering connection {connection.label}, whose other VPC ({vpc}) does "
    "not "
    "have that address",
    _TO_ITS_NETWORK,
)
PEER_HAS_A_PART = PCX_REQUIRES_ADDRESS_IN_VPC_CIDR.undetermined(
    "{subject.label} routes {name} to peering connection {connection.label}, whose other VPC has a part of "
    "these addresses alone",
    _TO_ITS_NETWORK,
)

# What is there and does not work -------------------------------------------------------------------

BAD_STATE = Code(
    "BAD_STATE",
    'Amazon EC2 API Reference, "NatGateway" and "VpcEndpoint"; Amazon VPC Peering Guide, "VPC peering '
    'connection lifecycle"; AWS App Runner API Reference, "VpcConnector"',
)
_ACCEPT: Final = "accept the peering connection (auto_accept, here or in a VpcPeeringConnectionAccepter)"
NAT_GATEWAY_BAD_STATE = BAD_STATE.unreachable(
    "NAT gateway {subject.label} is {state}", "create a new NAT gateway and point the default route at it"
)
ENDPOINT_BAD_STATE = BAD_STATE.unreachable(
    "VPC endpoint {subject.label} is {state}", "create the endpoint anew"
)
ENDPOINT_DROPS = BAD_STATE.unreachable(
    "VPC endpoint {subject.label} is {state}: what is routed to it is dropped",
    "have its service accept it, or create it anew",
)
PEERING_BAD_STATE = BAD_STATE.unreachable("peering connection {subject.label} is {state}", _ACCEPT)
PEERING_MAYBE_NOT_ACCEPTED = BAD_STATE.undetermined(
    "it cannot be known whether peering connection {subject.label} is accepted", _ACCEPT
)
CONNECTOR_INACTIVE = BAD_STATE.unreachable(
    "VPC connector {subject.label} is inactive", "give the service a new connector"
)
