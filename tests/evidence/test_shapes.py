"""Each AWS entity as pulumi-aws shows it: AWS's answer, the whole resource."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evidence.live import VARIABLES, app_runner, dns, shapes

OWNER = "123456789012"
NAME = [{"Key": "Name", "Value": "shop"}]

CASES: dict[str, tuple[Callable[[Any], Any], dict[str, Any], dict[str, Any]]] = {
    "a subnet": (
        shapes.subnet,
        {
            "SubnetId": "subnet-1",
            "VpcId": "vpc-1",
            "CidrBlock": "10.0.1.0/24",
            "Ipv6CidrBlockAssociationSet": [
                {"Ipv6CidrBlock": "2001:db8::/64", "Ipv6CidrBlockState": {"State": "disassociated"}},
                {"Ipv6CidrBlock": "2001:db8:1::/64", "Ipv6CidrBlockState": {"State": "associated"}},
            ],
            "AvailabilityZone": "us-east-1a",
            "AvailabilityZoneId": "use1-az4",
            "MapPublicIpOnLaunch": False,
            "OwnerId": OWNER,
            "Tags": NAME,
        },
        {
            "vpcId": "vpc-1",
            "cidrBlock": "10.0.1.0/24",
            "ipv6CidrBlock": "2001:db8:1::/64",
            "availabilityZone": "us-east-1a",
            "availabilityZoneId": "use1-az4",
            "mapPublicIpOnLaunch": False,
            "ownerId": OWNER,
            "tags": {"Name": "shop"},
        },
    ),
    "an IPv6-only subnet with DNS64": (
        shapes.subnet,
        {
            "SubnetId": "subnet-1",
            "VpcId": "vpc-1",
            "Ipv6CidrBlockAssociationSet": [
                {"Ipv6CidrBlock": "2001:db8::/64", "Ipv6CidrBlockState": {"State": "associated"}}
            ],
            "AvailabilityZone": "us-east-1a",
            "Ipv6Native": True,
            "EnableDns64": True,
        },
        {
            "vpcId": "vpc-1",
            "ipv6CidrBlock": "2001:db8::/64",
            "availabilityZone": "us-east-1a",
            "ipv6Native": True,
            "enableDns64": True,
            "tags": {},
        },
    ),
    "a route table": (
        shapes.route_table,
        {
            "RouteTableId": "rtb-1",
            "VpcId": "vpc-1",
            "Routes": [
                {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
                {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "blackhole"},
                {
                    "DestinationIpv6CidrBlock": "::/0",
                    "EgressOnlyInternetGatewayId": "eigw-1",
                    "State": "active",
                },
                {"DestinationPrefixListId": "pl-s3", "GatewayId": "vpce-gateway", "State": "active"},
                {"DestinationCidrBlock": "192.0.2.0/24", "GatewayId": "vpce-firewall", "State": "active"},
                {
                    "DestinationCidrBlock": "198.51.100.0/24",
                    "NetworkInterfaceId": "eni-1",
                    "State": "filtered",
                },
            ],
            "Associations": [
                {
                    "Main": True,
                    "RouteTableAssociationId": "rtbassoc-1",
                    "AssociationState": {"State": "associated"},
                },
                {
                    "Main": False,
                    "RouteTableAssociationId": "rtbassoc-2",
                    "SubnetId": "subnet-1",
                    "AssociationState": {"State": "associated"},
                },
                {
                    "Main": False,
                    "RouteTableAssociationId": "rtbassoc-3",
                    "SubnetId": "subnet-2",
                    "AssociationState": {"State": "failed"},
                },
            ],
        },
        {
            "vpcId": "vpc-1",
            "routes": [
                {"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1", "state": "blackhole"},
                {"ipv6CidrBlock": "::/0", "egressOnlyGatewayId": "eigw-1", "state": "active"},
                {"destinationPrefixListId": "pl-s3", "gatewayId": "vpce-gateway", "state": "active"},
                {"cidrBlock": "192.0.2.0/24", "vpcEndpointId": "vpce-firewall", "state": "active"},
            ],
            "associations": [
                {"main": True, "routeTableAssociationId": "rtbassoc-1"},
                {"routeTableAssociationId": "rtbassoc-2", "subnetId": "subnet-1"},
            ],
            "tags": {},
        },
    ),
    "an internet gateway that is being detached": (
        shapes.internet_gateway,
        {"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1", "State": "detaching"}]},
        {"tags": {}},
    ),
    "an internet gateway": (
        shapes.internet_gateway,
        {"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1", "State": "available"}]},
        {"vpcId": "vpc-1", "tags": {}},
    ),
    "an egress-only internet gateway": (
        shapes.egress_only_gateway,
        {"EgressOnlyInternetGatewayId": "eigw-1", "Attachments": [{"VpcId": "vpc-1", "State": "attached"}]},
        {"vpcId": "vpc-1", "tags": {}},
    ),
    "a zonal NAT gateway": (
        shapes.nat_gateway,
        {
            "NatGatewayId": "nat-1",
            "VpcId": "vpc-1",
            "SubnetId": "subnet-1",
            "State": "available",
            "ConnectivityType": "public",
            "AvailabilityMode": "zonal",
            "NatGatewayAddresses": [
                {"AllocationId": "eipalloc-2", "PublicIp": "192.0.2.2", "IsPrimary": False},
                {
                    "AllocationId": "eipalloc-1",
                    "PublicIp": "192.0.2.1",
                    "PrivateIp": "10.0.0.9",
                    "IsPrimary": True,
                },
            ],
        },
        {
            "vpcId": "vpc-1",
            "subnetId": "subnet-1",
            "state": "available",
            "connectivityType": "public",
            "availabilityMode": "zonal",
            "allocationId": "eipalloc-1",
            "publicIp": "192.0.2.1",
            "privateIp": "10.0.0.9",
            "tags": {},
        },
    ),
    "a regional NAT gateway": (
        shapes.nat_gateway,
        {
            "NatGatewayId": "nat-1",
            "VpcId": "vpc-1",
            "State": "pending",
            "ConnectivityType": "public",
            "AvailabilityMode": "regional",
        },
        {
            "vpcId": "vpc-1",
            "state": "pending",
            "connectivityType": "public",
            "availabilityMode": "regional",
            "tags": {},
        },
    ),
    "an address": (
        shapes.address,
        {
            "AllocationId": "eipalloc-1",
            "PublicIp": "192.0.2.1",
            "AssociationId": "eipassoc-1",
            "Domain": "vpc",
        },
        {
            "allocationId": "eipalloc-1",
            "publicIp": "192.0.2.1",
            "associationId": "eipassoc-1",
            "domain": "vpc",
            "tags": {},
        },
    ),
    "an endpoint": (
        shapes.vpc_endpoint,
        {
            "VpcEndpointId": "vpce-1",
            "VpcId": "vpc-1",
            "ServiceName": "com.amazonaws.us-east-1.email-smtp",
            "VpcEndpointType": "Interface",
            "PrivateDnsEnabled": True,
            "SubnetIds": ["subnet-1"],
            "Groups": [{"GroupId": "sg-1", "GroupName": "smtp"}],
            "RouteTableIds": [],
            "PolicyDocument": "{}",
            "State": "available",
            "DnsOptions": {"DnsRecordIpType": "ipv6", "PrivateDnsOnlyForInboundResolverEndpoint": False},
            "DnsEntries": [{"DnsName": "vpce-1.example", "HostedZoneId": "Z1"}],
        },
        {
            "vpcId": "vpc-1",
            "serviceName": "com.amazonaws.us-east-1.email-smtp",
            "vpcEndpointType": "Interface",
            "privateDnsEnabled": True,
            "subnetIds": ["subnet-1"],
            "securityGroupIds": ["sg-1"],
            "routeTableIds": [],
            "policy": "{}",
            "state": "available",
            "dnsOptions": {"dnsRecordIpType": "ipv6"},
            "dnsEntries": [{"dnsName": "vpce-1.example", "hostedZoneId": "Z1"}],
            "tags": {},
        },
    ),
    "an endpoint for a resource": (
        shapes.vpc_endpoint,
        {
            "VpcEndpointId": "vpce-1",
            "VpcId": "vpc-1",
            "VpcEndpointType": "Resource",
            "ResourceConfigurationArn": "arn:aws:vpc-lattice:us-east-1:1:resourceconfiguration/rcfg-1",
            "State": "Available",
        },
        {
            "vpcId": "vpc-1",
            "serviceName": "arn:aws:vpc-lattice:us-east-1:1:resourceconfiguration/rcfg-1",
            "vpcEndpointType": "Resource",
            "securityGroupIds": [],
            "state": "Available",
            "dnsEntries": [],
            "tags": {},
        },
    ),
    "a security group": (
        shapes.security_group,
        {
            "GroupId": "sg-1",
            "GroupName": "smtp",
            "Description": "SMTP",
            "VpcId": "vpc-1",
            "OwnerId": OWNER,
            "IpPermissions": [
                {
                    "IpProtocol": "tcp",
                    "FromPort": 587,
                    "ToPort": 2587,
                    "IpRanges": [{"CidrIp": "10.0.0.0/16", "Description": "the VPC"}],
                    "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/56"}],
                    "PrefixListIds": [{"PrefixListId": "pl-1"}],
                    "UserIdGroupPairs": [
                        {"GroupId": "sg-1", "UserId": OWNER},
                        {"GroupId": "sg-2", "UserId": OWNER},
                        {"GroupId": "sg-3", "UserId": "210987654321"},
                    ],
                }
            ],
            "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        },
        {
            "vpcId": "vpc-1",
            "name": "smtp",
            "description": "SMTP",
            "ingress": [
                {
                    "protocol": "tcp",
                    "fromPort": 587,
                    "toPort": 2587,
                    "cidrBlocks": ["10.0.0.0/16"],
                    "ipv6CidrBlocks": ["2001:db8::/56"],
                    "prefixListIds": ["pl-1"],
                    "securityGroups": ["sg-2", "210987654321/sg-3"],
                    "self": True,
                }
            ],
            "egress": [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}],
            "ownerId": OWNER,
            "tags": {},
        },
    ),
    "a network ACL": (
        shapes.network_acl,
        {
            "NetworkAclId": "acl-1",
            "VpcId": "vpc-1",
            "Associations": [{"SubnetId": "subnet-2"}, {"SubnetId": "subnet-1"}],
            "Entries": [
                {
                    "RuleNumber": 32767,
                    "Egress": True,
                    "Protocol": "-1",
                    "RuleAction": "deny",
                    "CidrBlock": "0.0.0.0/0",
                },
                {
                    "RuleNumber": 200,
                    "Egress": True,
                    "Protocol": "6",
                    "RuleAction": "allow",
                    "CidrBlock": "0.0.0.0/0",
                    "PortRange": {"From": 587, "To": 587},
                },
                {
                    "RuleNumber": 100,
                    "Egress": True,
                    "Protocol": "-1",
                    "RuleAction": "deny",
                    "Ipv6CidrBlock": "::/0",
                },
                {
                    "RuleNumber": 100,
                    "Egress": False,
                    "Protocol": "1",
                    "RuleAction": "allow",
                    "CidrBlock": "10.0.0.0/8",
                    "IcmpTypeCode": {"Type": 8, "Code": -1},
                },
            ],
        },
        {
            "vpcId": "vpc-1",
            "subnetIds": ["subnet-1", "subnet-2"],
            "egress": [
                {
                    "ruleNo": 100,
                    "action": "deny",
                    "protocol": "-1",
                    "fromPort": 0,
                    "toPort": 0,
                    "ipv6CidrBlock": "::/0",
                },
                {
                    "ruleNo": 200,
                    "action": "allow",
                    "protocol": "6",
                    "fromPort": 587,
                    "toPort": 587,
                    "cidrBlock": "0.0.0.0/0",
                },
            ],
            "ingress": [
                {
                    "ruleNo": 100,
                    "action": "allow",
                    "protocol": "1",
                    "fromPort": 0,
                    "toPort": 0,
                    "cidrBlock": "10.0.0.0/8",
                    "icmpType": 8,
                    "icmpCode": -1,
                }
            ],
            "tags": {},
        },
    ),
    "DHCP options": (
        shapes.dhcp_options,
        {
            "DhcpOptionsId": "dopt-1",
            "DhcpConfigurations": [
                {"Key": "domain-name", "Values": [{"Value": "ec2.internal"}]},
                {"Key": "domain-name-servers", "Values": [{"Value": "10.0.0.2"}, {"Value": "10.0.0.3"}]},
            ],
        },
        {"domainName": "ec2.internal", "domainNameServers": ["10.0.0.2", "10.0.0.3"], "tags": {}},
    ),
    "a peering connection": (
        shapes.peering_connection,
        {
            "VpcPeeringConnectionId": "pcx-1",
            "RequesterVpcInfo": {"VpcId": "vpc-1", "OwnerId": OWNER},
            "AccepterVpcInfo": {"VpcId": "vpc-2", "OwnerId": "210987654321"},
            "Status": {"Code": "active", "Message": "Active"},
        },
        {
            "vpcId": "vpc-1",
            "peerVpcId": "vpc-2",
            "peerOwnerId": "210987654321",
            "acceptStatus": "active",
            "tags": {},
        },
    ),
    "Block Public Access": (
        shapes.public_access,
        {"AwsAccountId": OWNER, "AwsRegion": "us-east-1", "InternetGatewayBlockMode": "block-ingress"},
        {"awsAccountId": OWNER, "awsRegion": "us-east-1", "internetGatewayBlockMode": "block-ingress"},
    ),
    "an exclusion of a subnet": (
        shapes.public_access_exclusion,
        {
            "ExclusionId": "vpcbpa-exclude-1",
            "InternetGatewayExclusionMode": "allow-egress",
            "ResourceArn": f"arn:aws:ec2:us-east-1:{OWNER}:subnet/subnet-1",
        },
        {
            "internetGatewayExclusionMode": "allow-egress",
            "resourceArn": f"arn:aws:ec2:us-east-1:{OWNER}:subnet/subnet-1",
            "subnetId": "subnet-1",
            "tags": {},
        },
    ),
    "a resolver rule": (
        dns.resolver_rule,
        {"Id": "rslvr-rr-1", "DomainName": "corp.example.", "RuleType": "FORWARD", "Name": "corp"},
        {"domainName": "corp.example.", "ruleType": "FORWARD", "name": "corp"},
    ),
    "a resolver rule's association": (
        dns.resolver_rule_association,
        {"Id": "rslvr-rrassoc-1", "ResolverRuleId": "rslvr-rr-1", "VPCId": "vpc-1"},
        {"resolverRuleId": "rslvr-rr-1", "vpcId": "vpc-1"},
    ),
    "a record": (
        dns.record,
        {
            "HostedZoneId": "Z1",
            "Name": "\\052.Example.com.",
            "Type": "A",
            "TTL": 300,
            "SetIdentifier": "one",
            "GeoLocation": {"CountryCode": "DE"},
            "ResourceRecords": [{"Value": "10.0.0.5"}, {"Value": "10.0.0.6"}],
        },
        {
            "zoneId": "Z1",
            "name": "*.Example.com",
            "type": "A",
            "setIdentifier": "one",
            "geolocationRoutingPolicies": [{"country": "DE"}],
            "records": ["10.0.0.5", "10.0.0.6"],
        },
    ),
    "an alias": (
        dns.record,
        {
            "HostedZoneId": "Z1",
            "Name": "smtp.example.com.",
            "Type": "A",
            "AliasTarget": {
                "HostedZoneId": "Z2",
                "DNSName": "mail.example.com.",
                "EvaluateTargetHealth": False,
            },
            "CidrRoutingConfig": {"CollectionId": "c-1", "LocationName": "office"},
        },
        {
            "zoneId": "Z1",
            "name": "smtp.example.com",
            "type": "A",
            "aliases": [{"name": "mail.example.com", "zoneId": "Z2"}],
            "cidrRoutingPolicy": {"locationName": "office"},
        },
    ),
    "a record whose text is nobody's business": (
        dns.record,
        {
            "HostedZoneId": "Z1",
            "Name": "example.com.",
            "Type": "TXT",
            "ResourceRecords": [{"Value": '"token"'}],
        },
        {"zoneId": "Z1", "name": "example.com", "type": "TXT"},
    ),
    "a DNS firewall": (
        dns.resolver_firewall,
        {"Id": "rslvr-frgassoc-1", "FirewallRuleGroupId": "rslvr-frg-1", "VpcId": "vpc-1", "Priority": 101},
        {"firewallRuleGroupId": "rslvr-frg-1", "vpcId": "vpc-1", "priority": 101},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_an_entity_has_the_form_of_pulumi_s(case: str) -> None:
    shape, answer, properties = CASES[case]
    assert shape(answer)["properties"] == properties


def test_a_vpc_has_what_other_calls_tell_of_it() -> None:
    answer = {
        "VpcId": "vpc-1",
        "CidrBlock": "10.0.0.0/16",
        "DhcpOptionsId": "dopt-1",
        "CidrBlockAssociationSet": [
            {"AssociationId": "a-1", "CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}},
            {"AssociationId": "a-2", "CidrBlock": "10.1.0.0/16", "CidrBlockState": {"State": "associated"}},
            {"AssociationId": "a-3", "CidrBlock": "10.2.0.0/16", "CidrBlockState": {"State": "failed"}},
        ],
        "Ipv6CidrBlockAssociationSet": [
            {
                "AssociationId": f"a-{number}",
                "Ipv6CidrBlock": f"2600:1f18:0:{number}00::/56",
                "Ipv6CidrBlockState": {"State": state},
            }
            for number, state in (
                (4, "disassociated"),
                (5, "associated"),
                (6, "associating"),
                (7, "associated"),
            )
        ],
    }
    assert shapes.vpc(answer, {"EnableDnsSupport": True}, "rtb-1", None, "acl-1") == {
        "type": "aws:ec2/vpc:Vpc",
        "id": "vpc-1",
        "properties": {
            "cidrBlock": "10.0.0.0/16",
            "ipv6CidrBlock": "2600:1f18:0:500::/56",
            "dhcpOptionsId": "dopt-1",
            "enableDnsSupport": True,
            "mainRouteTableId": "rtb-1",
            "defaultRouteTableId": "rtb-1",
            "defaultNetworkAclId": "acl-1",
            "tags": {},
        },
    }
    assert list(shapes.secondary_blocks(answer)) == [
        {
            "type": f"aws:ec2/vpc{family}CidrBlockAssociation:Vpc{family}CidrBlockAssociation",
            "id": key,
            "properties": {"vpcId": "vpc-1", **block},
        }
        for family, key, block in (
            ("Ipv4", "a-2", {"cidrBlock": "10.1.0.0/16"}),
            ("Ipv6", "a-7", {"ipv6CidrBlock": "2600:1f18:0:700::/56"}),
        )
    ]


@pytest.mark.parametrize(
    ("shown", "controls"),
    [
        ({}, []),
        (
            {"EncryptionControl": {"Mode": "enforce", "State": "deleting", "VpcEncryptionControlId": "c-1"}},
            [],
        ),
        (
            {"EncryptionControl": {"Mode": "enforce", "State": "available", "VpcEncryptionControlId": "c-1"}},
            [("c-1", {"vpcId": "vpc-1", "mode": "enforce", "tags": {}})],
        ),
    ],
)
def test_a_vpc_shows_its_encryption_control(shown: dict[str, Any], controls: list[Any]) -> None:
    found = shapes.encryption_control({"VpcId": "vpc-1", **shown})

    assert [(control["id"], control["properties"]) for control in found] == controls


def test_the_zone_of_an_smtp_endpoint_is_the_endpoint_s_to_tell() -> None:
    owned = {"OwningService": "vpce.amazonaws.com"}
    assert dns.is_of_endpoint({"Name": "email-smtp.us-east-1.amazonaws.com.", "Owner": owned})
    assert not dns.is_of_endpoint({"Name": "smtp-relay.brevo.com.", "Owner": owned})
    assert not dns.is_of_endpoint(
        {"Name": "email-smtp.us-east-1.amazonaws.com.", "Owner": {"OwningAccount": OWNER}}
    )


def test_the_zones_whose_records_are_read() -> None:
    public: list[dict[str, Any]] = [
        {"Id": "/hostedzone/Z1", "Name": "example.com.", "Config": {"PrivateZone": False}},
        {"Id": "/hostedzone/Z2", "Name": "example.org.", "ResourceRecordSetCount": 1_000},
        {"Id": "/hostedzone/Z3", "Name": "large.example.", "ResourceRecordSetCount": 1_001},
        {"Id": "/hostedzone/Z4", "Name": "inner.example.", "Config": {"PrivateZone": True}},
    ]
    private: list[dict[str, Any]] = [
        {"HostedZoneId": "Z4", "Name": "inner.example.", "Owner": {"OwningAccount": OWNER}},
        {"HostedZoneId": "Z5", "Name": "shared.example.", "Owner": {"OwningAccount": "111122223333"}},
        {
            "HostedZoneId": "Z6",
            "Name": "email-smtp.us-east-1.amazonaws.com.",
            "Owner": {"OwningService": "vpce.amazonaws.com"},
        },
    ]
    assert list(dns.records_of(public, private, OWNER)) == ["Z1", "Z2", "Z4"]


def test_a_service_without_connector_keeps_variable_names_alone() -> None:
    answer = {
        "ServiceName": "api",
        "ServiceArn": "arn:aws:apprunner:us-east-1:1:service/api/1",
        "NetworkConfiguration": {"EgressConfiguration": {"EgressType": "DEFAULT"}},
        "SourceConfiguration": {
            "ImageRepository": {
                "ImageIdentifier": "public.ecr.aws/api:1",
                "ImageConfiguration": {"RuntimeEnvironmentVariables": {"SMTP_HOST": "h", "SMTP_PASS": "p"}},
            }
        },
    }
    properties = app_runner.service(answer, ("SMTP_HOST",))["properties"]
    assert properties["networkConfiguration"] == {"egressConfiguration": {"egressType": "DEFAULT"}}
    image = properties["sourceConfiguration"]["imageRepository"]["imageConfiguration"]
    assert image == {
        "runtimeEnvironmentVariables": {"SMTP_HOST": "h", "SMTP_PASS": None},
        "runtimeEnvironmentSecrets": {},
    }


@pytest.mark.parametrize(
    ("name", "value", "is_kept"),
    [
        ("SMTP_HOST", "smtp.example.com", True),
        ("SMTP_HOST", "smtp.example.com:587", True),
        ("SMTP_HOST", "ssl://smtp.example.com:465", True),
        ("EMAIL_SERVER", "smtp://smtp.example.com:587/", True),
        ("SMTP_HOST", "[2001:db8::19]:587", True),
        ("SMTP_HOST", "203.0.113.9", True),
        ("RELAYHOST", "[smtp.example.com]:587", True),
        ("SMTP_HOST", "mailhog", True),
        ("SMTP_HOST", "", True),
        ("SMTP_PORT", "587", True),
        ("SMTP_PORT", "hunter2", False),
        ("SMTP_PORT", "smtp.example.com", False),
        ("SMTP_HOST", "smtp.example.com:99999", False),
        ("EMAIL_SERVER", "smtp://AKIAX:BPassw0rd@smtp.example.com:587", False),
        ("EMAIL_SERVER", "smtp://AKIAX:BPa/ss+w0rd@smtp.example.com:587", False),
        ("EMAIL_SERVER", "AKIAX:BPassw0rd@smtp.example.com:587", False),
        ("EMAIL_SERVER", "smtp://smtp.example.com:587?username=u&password=hunter2", False),
        ("EMAIL_SERVER", "smtp://smtp.example.com/hunter2", False),
        ("SMTP_SERVER", '{"host":"h","auth":{"pass":"hunter2"}}', False),
        ("SMTP_HOST", "smtp.example.com hunter2", False),
        ("SMTP_HOST", "smtp.example.com\nhunter2", False),
        ("SMTP_PASS", "smtp.example.com", False),
    ],
)
def test_a_variable_keeps_its_value_where_it_is_a_server(name: str, value: str, is_kept: bool) -> None:
    assert shapes.kept({name: value}, VARIABLES) == {name: value if is_kept else None}


def test_a_variable_that_somebody_names_keeps_no_password() -> None:
    given = {"QUEUE": "queue.example.com:25", "DSN": "smtp://u:pa/ss@h:587", "OTHER": "587"}
    assert shapes.kept(given, {"QUEUE", "DSN"}) == {**given, "DSN": None, "OTHER": None}
    assert shapes.kept(given, shapes.EVERYTHING) == given
