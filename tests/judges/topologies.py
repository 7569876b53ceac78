"""Small accounts as evidence documents, at random: a service behind a connector, in a stack that works.

Its mail leaves by a NAT gateway, the SMTP endpoint, both, or a hub VPC's NAT gateway.
"""

from __future__ import annotations

from random import Random
from typing import Any, Final

Properties = dict[str, Any]
Document = dict[str, Any]

REGION: Final = "us-east-1"
OTHER_REGION: Final = "eu-west-1"
RELAY: Final = "smtp-relay.brevo.com"
SES: Final = f"email-smtp.{REGION}.amazonaws.com"
LITERAL: Final = "185.107.232.1"
ZONES: Final = {"us-east-1a": "use1-az4", "us-east-1b": "use1-az6", "us-east-1c": "use1-az1"}

VPC: Final = "aws:ec2/vpc:Vpc"
SUBNET: Final = "aws:ec2/subnet:Subnet"
ROUTE_TABLE: Final = "aws:ec2/routeTable:RouteTable"
INTERNET_GATEWAY: Final = "aws:ec2/internetGateway:InternetGateway"
NAT_GATEWAY: Final = "aws:ec2/natGateway:NatGateway"
ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
ACL: Final = "aws:ec2/networkAcl:NetworkAcl"
PREFIX_LIST: Final = "aws:ec2/managedPrefixList:ManagedPrefixList"
SECONDARY_BLOCK: Final = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
PEERING: Final = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
DHCP_OPTIONS: Final = "aws:ec2/vpcDhcpOptions:VpcDhcpOptions"
ZONE: Final = "aws:route53/zone:Zone"
RECORD: Final = "aws:route53/record:Record"
TRANSIT_GATEWAY: Final = "aws:ec2transitgateway/transitGateway:TransitGateway"
TRANSIT_ATTACHMENT: Final = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"
TRANSIT_ROUTE: Final = "aws:ec2transitgateway/route:Route"
TRANSIT_TABLE: Final = "tgw-rtb-1"
"""The default route table that AWS makes with the transit gateway."""
PUBLIC_ACCESS: Final = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"
PUBLIC_ACCESS_EXCLUSION: Final = "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion"
CONNECTOR: Final = "aws:apprunner/vpcConnector:VpcConnector"
SERVICE: Final = "aws:apprunner/service:Service"
ARN: Final = f"arn:aws:apprunner:{REGION}:123456789012"

ANYWHERE: Final = "0.0.0.0/0"
DEFAULT_ENTRY: Final = {
    "ruleNo": 100,
    "action": "allow",
    "protocol": "-1",
    "fromPort": 0,
    "toPort": 0,
    "cidrBlock": ANYWHERE,
}
OPEN_RULE: Final = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": [ANYWHERE]}
DEFAULT_ACL: Final = {"ingress": [DEFAULT_ENTRY], "egress": [DEFAULT_ENTRY]}
DEFAULT_GROUP: Final = {
    "ingress": [{"protocol": "-1", "fromPort": 0, "toPort": 0, "self": True}],
    "egress": [OPEN_RULE],
}


class Draft:
    """An account in the making: `{id: (type, properties)}`."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.resources: dict[str, tuple[str, Properties]] = {}

    def add(self, type_: str, key: str, **properties: Any) -> str:
        self.resources[key] = (type_, properties)
        return key

    def __getitem__(self, key: str) -> Properties:
        return self.resources[key][1]

    def ids(self, type_: str) -> list[str]:
        return [key for key, (found, _) in self.resources.items() if found == type_]

    def some(self, type_: str) -> Properties | None:
        found = self.ids(type_)
        return self[self.rng.choice(found)] if found else None

    def document(self) -> Document:
        return {
            "version": 1,
            "accountId": "123456789012",
            "region": REGION,
            "vpcs": self.ids(VPC),
            "availabilityZones": [{"name": name, "id": key} for name, key in ZONES.items()],
            "endpointServices": [],
            "resources": [
                {"type": type_, "id": key, "properties": properties}
                for key, (type_, properties) in self.resources.items()
            ],
        }


def plain_nat(rng: Random) -> Draft:
    """One private subnet behind one zonal NAT gateway, whose way out is the only one."""
    draft = Draft(rng)
    while "nat-0" not in draft.resources or "subnetId" not in draft["nat-0"] or len(draft.ids(SUBNET)) > 2:
        draft.resources.clear()
        network(draft, with_nat=True, main=False)
    service(draft)
    return draft


# What works ------------------------------------------------------------------------------------------


def network(draft: Draft, with_nat: bool, *, main: bool) -> None:
    rng = draft.rng
    add_vpc(draft, "a", rng.choice(("10.0", "172.31", "100.64", "192.168")))
    blocks = draft["vpc-a"]["cidrBlock"].removesuffix(".0.0/16")
    clients = rng.choice((1, 2, 2))
    publics = rng.choice((1, 2))
    names = [f"private{n}" for n in range(clients)] + [f"public{n}" for n in range(publics)]
    for number, name in enumerate(names):
        add_subnet(draft, name, "vpc-a", f"{blocks}.{number * 16}.0/20")
    draft.add(INTERNET_GATEWAY, "igw-a", vpcId="vpc-a")
    outward = [{"cidrBlock": ANYWHERE, "gatewayId": "igw-a", "state": "active"}]
    _table(draft, "public", outward, [name for name in names if name.startswith("public")])
    shared = rng.random() < 0.6
    for number in range(1 if shared else clients):
        routes = []
        if with_nat:
            routes.append({"cidrBlock": ANYWHERE, "natGatewayId": _nat(draft, number, publics)})
        held = names[:clients] if shared else [names[number]]
        _table(draft, f"private{number}", [{**route, "state": "active"} for route in routes], held)
    if main:
        table = rng.choice(draft.ids(ROUTE_TABLE)[1:])
        draft["vpc-a"]["mainRouteTableId"] = table
        if rng.random() < 0.7:
            draft[table]["associations"] = []
        draft[table]["associations"].append({"main": True})


def add_vpc(draft: Draft, name: str, start: str) -> None:
    vpc = draft.add(
        VPC,
        f"vpc-{name}",
        cidrBlock=f"{start}.0.0/16",
        enableDnsSupport=True,
        enableDnsHostnames=True,
        mainRouteTableId=f"rtb-{name}-main",
        defaultSecurityGroupId=f"sg-{name}-default",
        defaultNetworkAclId=f"acl-{name}-default",
        dhcpOptionsId="dopt-amazon",
    )
    draft.add(DHCP_OPTIONS, "dopt-amazon", domainNameServers=["AmazonProvidedDNS"])
    draft.add(ROUTE_TABLE, f"rtb-{name}-main", vpcId=vpc, routes=[], associations=[{"main": True}])
    draft.add(
        GROUP,
        f"sg-{name}-default",
        vpcId=vpc,
        name="default",
        **DEFAULT_GROUP,
    )
    draft.add(ACL, f"acl-{name}-default", vpcId=vpc, subnetIds=[], **DEFAULT_ACL)


def add_subnet(draft: Draft, name: str, vpc: str, cidr: str) -> str:
    zone = draft.rng.choice(list(ZONES))
    subnet = f"subnet-{name}"
    default = draft[draft[vpc]["defaultNetworkAclId"]]
    default["subnetIds"].append(subnet)
    return draft.add(
        SUBNET, subnet, vpcId=vpc, cidrBlock=cidr, availabilityZone=zone, availabilityZoneId=ZONES[zone]
    )


def _table(draft: Draft, name: str, routes: list[Properties], subnets: list[str]) -> None:
    links = [{"subnetId": f"subnet-{subnet}"} for subnet in subnets]
    draft.add(ROUTE_TABLE, f"rtb-{name}", vpcId="vpc-a", routes=routes, associations=links)


def _nat(draft: Draft, number: int, publics: int) -> str:
    """A NAT gateway in a public subnet, or a regional one of the VPC."""
    common = {"vpcId": "vpc-a", "connectivityType": "public", "state": "available"}
    if draft.rng.random() < 0.15:
        return draft.add(NAT_GATEWAY, f"nat-{number}", **common, availabilityMode="regional")
    address = {"allocationId": f"eipalloc-{number}", "publicIp": f"52.0.0.{number}"}
    subnet = f"subnet-public{number % publics}"
    return draft.add(NAT_GATEWAY, f"nat-{number}", **common, **address, subnetId=subnet)


def endpoint(draft: Draft) -> None:
    rng = draft.rng
    privates = [subnet for subnet in draft.ids(SUBNET) if subnet.startswith("subnet-private")]
    if rng.random() < 0.3:
        last_block = draft["vpc-a"]["cidrBlock"].replace(".0.0/16", ".240.0/20")
        privates = [add_subnet(draft, "endpoint", "vpc-a", last_block)]
    rules = {"egress": [], "ingress": [_from_connector(rng, draft)]}
    draft.add(GROUP, "sg-endpoint", vpcId="vpc-a", name="endpoint", **rules)
    draft.add(
        ENDPOINT,
        "vpce-smtp",
        vpcId="vpc-a",
        serviceName=f"com.amazonaws.{REGION}.email-smtp",
        vpcEndpointType="Interface",
        privateDnsEnabled=True,
        subnetIds=privates,
        securityGroupIds=["sg-endpoint"],
        state="available",
    )


def transit(draft: Draft) -> None:
    """Egress through a transit gateway to the NAT gateway of a hub VPC."""
    rng = draft.rng
    add_vpc(draft, "h", "10.250")
    out = add_subnet(draft, "hub-public", "vpc-h", "10.250.0.0/20")
    between = [out] if rng.random() < 0.3 else [add_subnet(draft, "hub-transit", "vpc-h", "10.250.16.0/20")]
    draft.add(INTERNET_GATEWAY, "igw-h", vpcId="vpc-h")
    common = {"vpcId": "vpc-h", "connectivityType": "public", "state": "available"}
    draft.add(NAT_GATEWAY, "nat-h", **common, subnetId=out, allocationId="eipalloc-h", publicIp="52.0.2.0")
    to_gateway = {"transitGatewayId": "tgw-hub", "state": "active"}
    back = {"cidrBlock": draft["vpc-a"]["cidrBlock"], **to_gateway}
    to_nat = {"cidrBlock": ANYWHERE, "natGatewayId": "nat-h", "state": "active"}
    to_internet = {"cidrBlock": ANYWHERE, "gatewayId": "igw-h", "state": "active"}
    links = [{"subnetId": subnet} for subnet in between]
    public = {"routes": [to_internet, back], "associations": [{"subnetId": out}]}
    if between != [out]:
        draft.add(ROUTE_TABLE, "rtb-hub-transit", vpcId="vpc-h", routes=[to_nat], associations=links)
    draft.add(ROUTE_TABLE, "rtb-hub-public", vpcId="vpc-h", **public)
    draft.add(TRANSIT_GATEWAY, "tgw-hub", associationDefaultRouteTableId=TRANSIT_TABLE)
    spokes = [key for key in draft.ids(SUBNET) if key.startswith("subnet-private")]
    if rng.random() < 0.3:
        spokes = rng.sample(spokes, 1)
    for name, vpc, subnets in (("spoke", "vpc-a", spokes), ("hub", "vpc-h", between)):
        propagation = {"transitGatewayDefaultRouteTablePropagation": False} if rng.random() < 0.1 else {}
        ends = {"transitGatewayId": "tgw-hub", "vpcId": vpc, "subnetIds": subnets}
        draft.add(TRANSIT_ATTACHMENT, f"tgw-attach-{name}", **ends, **propagation)
    tables = ((ANYWHERE,), (ANYWHERE,), ("0.0.0.0/1", "128.0.0.0/1"), (ANYWHERE, "8.0.0.0/6"))
    for number, cidr in enumerate(rng.choice(tables)):
        target = (
            {"transitGatewayAttachmentId": "tgw-attach-hub"} if rng.random() < 0.95 else {"blackhole": True}
        )
        route = {"transitGatewayRouteTableId": TRANSIT_TABLE, "destinationCidrBlock": cidr, **target}
        draft.add(TRANSIT_ROUTE, f"tgw-route-{number}", **route)
    for key in draft.ids(ROUTE_TABLE):
        if key.startswith("rtb-private"):
            put_route(draft[key], {"cidrBlock": ANYWHERE, **to_gateway})


def _from_connector(rng: Random, draft: Draft) -> Properties:
    ports = rng.choice(({"fromPort": 587, "toPort": 587}, {"fromPort": 465, "toPort": 2587}))
    peer = rng.choice(({"securityGroups": ["sg-connector"]}, {"cidrBlocks": [draft["vpc-a"]["cidrBlock"]]}))
    return {"protocol": "tcp", **ports, **peer}


def service(draft: Draft) -> None:
    rng = draft.rng
    draft.add(GROUP, "sg-connector", vpcId="vpc-a", name="connector", ingress=[], egress=[dict(OPEN_RULE)])
    privates = [subnet for subnet in draft.ids(SUBNET) if subnet.startswith("subnet-private")]
    draft.add(CONNECTOR, f"{ARN}:vpcconnector/c/1/c", subnets=privates, securityGroups=["sg-connector"])
    environment = {}
    host = rng.choice((RELAY, RELAY, SES, SES, LITERAL, None))
    if host is not None:
        environment = {"SMTP_HOST": host, "SMTP_PORT": str(rng.choice((587, 587, 587, 465, 2525)))}
    image = {"imageConfiguration": {"runtimeEnvironmentVariables": environment}}
    draft.add(
        SERVICE,
        f"{ARN}:service/s/s",
        serviceName="s",
        networkConfiguration={
            "egressConfiguration": {"egressType": "VPC", "vpcConnectorArn": f"{ARN}:vpcconnector/c/1/c"}
        },
        sourceConfiguration={"imageRepository": image},
    )


def put_route(table: Properties, route: Properties) -> None:
    """AWS holds one route for each destination of a table."""
    key = ("cidrBlock", "ipv6CidrBlock", "destinationPrefixListId")
    kept = [old for old in table["routes"] if any(old.get(name) != route.get(name) for name in key)]
    table["routes"] = [*kept, route]
