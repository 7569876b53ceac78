"""The AWS network of one graph: every kind of entity, each made from its resource once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..graph.refusals import Refusals
from ..refusals import Places, rows
from .availability_zone import AvailabilityZones
from .block_public_access import BlockPublicAccess
from .dns import Dns
from .internet_gateway import InternetGateways
from .middlebox import Middleboxes
from .nat_gateway import NatGateways
from .nat_instance import NatInstances
from .network_acl import NetworkAcls
from .network_firewall import FirewallPolicies
from .network_interface import NetworkInterfaces
from .peering import PeeringConnections
from .prefix_list import PrefixLists
from .ram import ResourceShares
from .resolver import Resolver
from .route_table_association import RouteTables
from .security_group import SecurityGroups
from .ses import API, FIPS_API
from .subnet import Subnets
from .transit_gateway import TransitGateways
from .vpc import Vpcs
from .vpc_endpoint import VpcEndpoints

if TYPE_CHECKING:
    from ..graph.graph import Graph
    from ..graph.zones import ZoneAvailability


class Network:
    """The entities of one graph, those that others are made of first."""

    def __init__(self, graph: Graph, zones: ZoneAvailability) -> None:
        self.graph = graph
        self.refusals = Refusals(graph)
        self.vpcs = Vpcs(graph)
        self.subnets = Subnets(self.vpcs)
        self.availability_zones = AvailabilityZones(self.subnets, zones)
        self.prefix_lists = PrefixLists(graph, self.refusals)
        self.security_groups = SecurityGroups(self.vpcs, self.prefix_lists, self.refusals)
        self.network_interfaces = NetworkInterfaces(self.security_groups)
        self.network_acls = NetworkAcls(self.subnets, self.refusals)
        self.route_tables = RouteTables(self.vpcs, self.prefix_lists, self.refusals)
        self.internet_gateways = InternetGateways(self.vpcs, self.refusals)
        self.nat_gateways = NatGateways(self.availability_zones, self.refusals)
        self.nat_instances = NatInstances(self.subnets, self.security_groups, self.refusals)
        self.block_public_access = BlockPublicAccess(self.vpcs)
        self.middleboxes = Middleboxes(self.subnets, self.network_acls, FirewallPolicies(graph))
        self.transit_gateways = TransitGateways(self.subnets, self.prefix_lists, self.refusals)
        self.peering_connections = PeeringConnections(self.vpcs, self.refusals)
        interfaces, refused = self.network_interfaces, self.refusals
        self.vpc_endpoints = VpcEndpoints(self.subnets, interfaces, zones, refused)
        self.api_endpoints = VpcEndpoints(self.subnets, interfaces, zones, refused, API)
        self.fips_api_endpoints = VpcEndpoints(self.subnets, interfaces, zones, refused, FIPS_API)
        self.dns = Dns(self.vpc_endpoints)
        self.resolver = Resolver(self.dns, self.subnets, self.refusals)
        self.resource_shares = ResourceShares(self.vpcs)
        self.places = Places(graph)
        self.refusals.add(rows(self.subnets, self.dns.zones, self.places))
