"""Pulumi's type tokens of what the proof models, grouped by what they are in AWS."""

from __future__ import annotations

from typing import Final

DEFAULT_VPC: Final = "aws:ec2/defaultVpc:DefaultVpc"
VPC: Final = ("aws:ec2/vpc:Vpc", DEFAULT_VPC)
VPC_CIDR: Final = ("aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",)
VPC_IPV6_CIDR: Final = ("aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation",)
DEFAULT_SUBNET: Final = "aws:ec2/defaultSubnet:DefaultSubnet"
SUBNET: Final = ("aws:ec2/subnet:Subnet", DEFAULT_SUBNET)
DEFAULT_ROUTE_TABLE: Final = "aws:ec2/defaultRouteTable:DefaultRouteTable"
ROUTE_TABLE: Final = ("aws:ec2/routeTable:RouteTable", DEFAULT_ROUTE_TABLE)
ROUTE: Final = ("aws:ec2/route:Route",)
ROUTE_PROPAGATION: Final = (
    "aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation",
    "aws:vpc/routeServerPropagation:RouteServerPropagation",
)
ROUTE_TABLE_ASSOCIATION: Final = ("aws:ec2/routeTableAssociation:RouteTableAssociation",)
MAIN_ROUTE_TABLE: Final = ("aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation",)
INTERNET_GATEWAY: Final = ("aws:ec2/internetGateway:InternetGateway",)
INTERNET_GATEWAY_ATTACHMENT: Final = ("aws:ec2/internetGatewayAttachment:InternetGatewayAttachment",)
VPN_GATEWAY: Final = ("aws:ec2/vpnGateway:VpnGateway",)
CARRIER_GATEWAY: Final = ("aws:ec2/carrierGateway:CarrierGateway",)
NETWORK_INTERFACE: Final = ("aws:ec2/networkInterface:NetworkInterface",)
INSTANCE: Final = ("aws:ec2/instance:Instance",)
ROUTED_INTERFACE: Final = NETWORK_INTERFACE + INSTANCE
"""What a route can name as a network interface: one by itself, or the first one of an instance."""
INTERFACE_ATTACHMENT: Final = ("aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment",)
INTERFACE_GROUP: Final = (
    "aws:ec2/networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment",
)
CORE_NETWORK: Final = ("aws:networkmanager/coreNetwork:CoreNetwork",)
EGRESS_ONLY_GATEWAY: Final = ("aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",)
NAT_GATEWAY: Final = ("aws:ec2/natGateway:NatGateway",)
EIP: Final = ("aws:ec2/eip:Eip",)
EIP_ASSOCIATION: Final = ("aws:ec2/eipAssociation:EipAssociation",)
NAT_GATEWAY_EIP_ASSOCIATION: Final = ("aws:ec2/natGatewayEipAssociation:NatGatewayEipAssociation",)
VPC_ENDPOINT: Final = ("aws:ec2/vpcEndpoint:VpcEndpoint",)
ENDPOINT_SERVICE: Final = ("aws:ec2/vpcEndpointService:VpcEndpointService",)
ENDPOINT_SUBNET: Final = ("aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation",)
ENDPOINT_GROUP: Final = ("aws:ec2/securityGroupAssociation:SecurityGroupAssociation",)
ENDPOINT_PRIVATE_DNS: Final = ("aws:vpc/endpointPrivateDns:EndpointPrivateDns",)
ENDPOINT_POLICY: Final = ("aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy",)
DEFAULT_SECURITY_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
SECURITY_GROUP: Final = ("aws:ec2/securityGroup:SecurityGroup", DEFAULT_SECURITY_GROUP)
SECURITY_GROUP_RULE: Final = ("aws:ec2/securityGroupRule:SecurityGroupRule",)
EGRESS_RULE: Final = ("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",)
INGRESS_RULE: Final = ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",)
SECURITY_GROUP_VPC_ASSOCIATION: Final = ("aws:vpc/securityGroupVpcAssociation:SecurityGroupVpcAssociation",)
EXCLUSIVE_RULES: Final = ("aws:ec2/vpcSecurityGroupRulesExclusive:VpcSecurityGroupRulesExclusive",)
DEFAULT_NETWORK_ACL: Final = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
NETWORK_ACL: Final = ("aws:ec2/networkAcl:NetworkAcl", DEFAULT_NETWORK_ACL)
NETWORK_ACL_RULE: Final = ("aws:ec2/networkAclRule:NetworkAclRule",)
NETWORK_ACL_ASSOCIATION: Final = ("aws:ec2/networkAclAssociation:NetworkAclAssociation",)
PREFIX_LIST: Final = ("aws:ec2/managedPrefixList:ManagedPrefixList",)
PREFIX_LIST_ENTRY: Final = ("aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry",)
DHCP_OPTIONS: Final = (
    "aws:ec2/vpcDhcpOptions:VpcDhcpOptions",
    "aws:ec2/defaultVpcDhcpOptions:DefaultVpcDhcpOptions",
)
DHCP_ASSOCIATION: Final = ("aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation",)
HOSTED_ZONE: Final = ("aws:route53/zone:Zone",)
DNS_RECORD: Final = ("aws:route53/record:Record",)
HIDDEN_RECORDS: Final = {
    "aws:route53/recordsExclusive:RecordsExclusive": "zoneId",
    "aws:route53/trafficPolicyInstance:TrafficPolicyInstance": "hostedZoneId",
}
"""What adds or removes records without being one, and the property that names its zone."""
LOAD_BALANCER: Final = (
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:alb/loadBalancer:LoadBalancer",
    "aws:elb/loadBalancer:LoadBalancer",
    "aws:applicationloadbalancing/loadBalancer:LoadBalancer",
)
CLOUD_MAP_NAMESPACE: Final = ("aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",)
ZONE_ASSOCIATION: Final = ("aws:route53/zoneAssociation:ZoneAssociation",)
RESOLVER_RULE: Final = ("aws:route53/resolverRule:ResolverRule",)
RESOLVER_RULE_ASSOCIATION: Final = ("aws:route53/resolverRuleAssociation:ResolverRuleAssociation",)
RESOLVER_FIREWALL: Final = (
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
)
PROFILE_ASSOCIATION: Final = ("aws:route53/profilesAssociation:ProfilesAssociation",)
BLOCK_PUBLIC_ACCESS: Final = ("aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",)
BLOCK_PUBLIC_ACCESS_EXCLUSION: Final = (
    "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion",
)
ENCRYPTION_CONTROL: Final = (
    "aws:ec2/vpcEncryptionControl:VpcEncryptionControl",
    "aws:ec2/encryptionControl:EncryptionControl",
)
VPC_CONNECTOR: Final = ("aws:apprunner/vpcConnector:VpcConnector",)
APP_RUNNER_SERVICE: Final = ("aws:apprunner/service:Service",)
ECS_SERVICE: Final = ("aws:ecs/service:Service", "aws:ecs/taskSet:TaskSet")
ECS_CLUSTER: Final = ("aws:ecs/cluster:Cluster",)
ECS_CAPACITY: Final = ("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",)
ECS_EXPRESS_SERVICE: Final = ("aws:ecs/expressGatewayService:ExpressGatewayService",)
ECS_ACCOUNT_SETTING: Final = ("aws:ecs/accountSettingDefault:AccountSettingDefault",)
ECS_TASK_DEFINITION: Final = ("aws:ecs/taskDefinition:TaskDefinition",)
LAMBDA_FUNCTION: Final = ("aws:lambda/function:Function",)
TRANSIT_GATEWAY: Final = ("aws:ec2transitgateway/transitGateway:TransitGateway",)
TGW_ATTACHMENT: Final = ("aws:ec2transitgateway/vpcAttachment:VpcAttachment",)
TGW_ROUTE_TABLE: Final = ("aws:ec2transitgateway/routeTable:RouteTable",)
TGW_ROUTE: Final = ("aws:ec2transitgateway/route:Route",)
TGW_PREFIX_LIST_REFERENCE: Final = ("aws:ec2transitgateway/prefixListReference:PrefixListReference",)
TGW_ASSOCIATION: Final = ("aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation",)
TGW_PROPAGATION: Final = ("aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation",)
TGW_DEFAULT_ASSOCIATION: Final = (
    "aws:ec2transitgateway/defaultRouteTableAssociation:DefaultRouteTableAssociation",
)
TGW_DEFAULT_PROPAGATION: Final = (
    "aws:ec2transitgateway/defaultRouteTablePropagation:DefaultRouteTablePropagation",
)
TGW_ACCEPTER: Final = ("aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter",)
PEERING: Final = ("aws:ec2/vpcPeeringConnection:VpcPeeringConnection",)
PEERING_ACCEPTER: Final = ("aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",)
FIREWALL: Final = ("aws:networkfirewall/firewall:Firewall",)
FIREWALL_ENDPOINT: Final = ("aws:networkfirewall/vpcEndpointAssociation:VpcEndpointAssociation",)
FIREWALL_POLICY: Final = ("aws:networkfirewall/firewallPolicy:FirewallPolicy",)
FIREWALL_RULE_GROUP: Final = ("aws:networkfirewall/ruleGroup:RuleGroup",)
NAME_HOLDERS: Final = (
    *DNS_RECORD,
    *APP_RUNNER_SERVICE,
    *ECS_TASK_DEFINITION,
    *ECS_EXPRESS_SERVICE,
    *LAMBDA_FUNCTION,
    "aws:ssm/parameter:Parameter",
    "aws:secretsmanager/secretVersion:SecretVersion",
)
"""What may hold the name of a mail host."""
RAM_SHARE: Final = ("aws:ram/resourceShare:ResourceShare",)
RAM_RESOURCE: Final = ("aws:ram/resourceAssociation:ResourceAssociation",)
RAM_PRINCIPAL: Final = ("aws:ram/principalAssociation:PrincipalAssociation",)

IN_A_VPC: Final = (*SUBNET, *ROUTE_TABLE, *SECURITY_GROUP, *NETWORK_ACL, *NAT_GATEWAY, *VPC_ENDPOINT)
"""What belongs to one VPC, and is accepted nowhere else."""
