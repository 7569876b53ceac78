"""What may be wrong with the incident's network and an SMTP endpoint in it."""

from __future__ import annotations

from collections.abc import Callable

from reachability import UNKNOWN
from tests.reachability.faults.row import (
    DEFAULT_GROUP,
    REACHABLE,
    UNDETERMINED,
    UNREACHABLE,
    Row,
    both,
    deny,
    private_zone,
    profile,
    put,
    take,
)
from tests.reachability.stacks import PRIVATE, PUBLIC, REGION, VPC, Stack, name_host, ref

SMTP = {"protocol": "tcp", "fromPort": 587, "toPort": 587}


def other_vpc(stack: Stack) -> None:
    stack.hold(
        "aws:ec2/vpc:Vpc",
        "vpc-other",
        cidrBlock="10.9.0.0/16",
        enableDnsSupport=True,
        enableDnsHostnames=True,
    )
    stack.hold(
        "aws:ec2/subnet:Subnet",
        "subnet-other",
        vpcId="vpc-other",
        cidrBlock="10.9.0.0/20",
        availabilityZone="us-east-1a",
    )
    stack.account["vpcs"].append("vpc-other")  # type: ignore[index]
    stack["endpoint"].update(vpcId="vpc-other", subnetIds=["subnet-other"])


def plain_endpoint_first(stack: Stack) -> None:
    type_, properties = stack.program["endpoint"]
    plain = {"plain": (type_, {**properties, "privateDnsEnabled": False})}
    stack.program = {**plain, **stack.program}


def other_endpoints_first(stack: Stack) -> None:
    """One whose subnets are not known, one without the subnet at fault: neither takes the name."""
    type_, properties = stack.program["endpoint"]
    plain = {**properties, "privateDnsEnabled": False}
    others = {
        "unknown": (type_, {**plain, "subnetIds": UNKNOWN}),
        "elsewhere": (type_, {**plain, "subnetIds": [PRIVATE[0]]}),
    }
    stack.program = {**others, **stack.program}


def zone_without_smtp(stack: Stack) -> None:
    stack[PRIVATE[1]].update(availabilityZone="us-east-1d", availabilityZoneId="use1-az2")


def endpoints_unread(stack: Stack) -> None:
    stack.remove("endpoint")
    assert stack.account is not None
    stack.account["unread"] = [{"action": "ec2:DescribeVpcEndpoints", "reason": "AccessDenied"}]


def resolvers(*servers: object) -> Callable[[Stack], None]:
    def change(stack: Stack) -> None:
        stack.hold("aws:ec2/vpcDhcpOptions:VpcDhcpOptions", "dopt-own", domainNameServers=[*servers])
        stack[VPC]["dhcpOptionsId"] = "dopt-own"

    return change


def standalone_policy(stack: Stack) -> None:
    policy = (
        '{"Statement": {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*", "Principal": "*"}}'
    )
    stack.add(
        "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy", "policy", vpcEndpointId=ref("endpoint"), policy=policy
    )


SES = [
    Row("nothing", put("service"), REACHABLE, set()),
    Row("endpoint gone", lambda stack: stack.remove("endpoint"), UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"}),
    Row(
        "private DNS off",
        put("endpoint", privateDnsEnabled=False),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION", "ENDPOINT_PRIVATE_DNS_OFF"},
    ),
    Row(
        "private DNS left out",
        lambda stack: stack["endpoint"].pop("privateDnsEnabled"),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION", "ENDPOINT_PRIVATE_DNS_OFF"},
    ),
    Row("type Gateway", put("endpoint", vpcEndpointType="Gateway"), UNREACHABLE, {"ENDPOINT_TYPE"}),
    Row(
        "type left out",
        lambda stack: stack["endpoint"].pop("vpcEndpointType"),
        UNREACHABLE,
        {"ENDPOINT_TYPE"},
    ),
    Row(
        "endpoint for SES's API",
        put("endpoint", serviceName=f"com.amazonaws.{REGION}.email"),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row(
        "endpoint for another region",
        put("endpoint", serviceName="com.amazonaws.eu-west-1.email-smtp"),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION", "ENDPOINT_FOR_OTHER_REGION"},
    ),
    Row("other VPC", other_vpc, UNREACHABLE, {"NO_ROUTE_TO_DESTINATION", "ENDPOINT_IN_OTHER_VPC"}),
    Row("no subnet", put("endpoint", subnetIds=[]), UNREACHABLE, {"ENDPOINT_NO_SUBNET"}),
    Row(
        "endpoint in a subnet that is not read as well",
        put("endpoint", subnetIds=[PRIVATE[0], "subnet-unread"]),
        UNDETERMINED,
        {"SUBNET_NOT_READ"},
    ),
    Row("another endpoint before it, without private DNS", plain_endpoint_first, REACHABLE, set()),
    Row(
        "endpoints not read",
        endpoints_unread,
        UNDETERMINED,
        {"NO_ROUTE_TO_DESTINATION", "ENDPOINTS_NOT_READ", "NOT_READ"},
    ),
    Row("host that is a secret", lambda stack: name_host(stack, UNKNOWN), REACHABLE, set()),
    Row(
        "connector's group opened to the endpoint's alone",
        put("connector-group", egress=[{**SMTP, "securityGroups": [ref("endpoint-group")]}]),
        REACHABLE,
        set(),
    ),
    Row(
        "zone wrong",
        put(PRIVATE[1], availabilityZone="us-east-1d", availabilityZoneId="use1-az2"),
        UNREACHABLE,
        {"VPCE_SERVICE_NOT_INSTALLED_IN_AZ"},
    ),
    Row(
        "endpoint gone, one zone wrong",
        both(take("endpoint"), zone_without_smtp),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row(
        "zone wrong, endpoints before it",
        both(zone_without_smtp, other_endpoints_first),
        UNREACHABLE,
        {"VPCE_SERVICE_NOT_INSTALLED_IN_AZ"},
    ),
    Row(
        "port 25",
        lambda stack: name_host(stack, f"email-smtp.{REGION}.amazonaws.com", "25"),
        UNREACHABLE,
        {"ENDPOINT_PORT", "ENI_SG_RULES_MISMATCH"},
    ),
    Row(
        "port that the group does not open",
        lambda stack: name_host(stack, f"email-smtp.{REGION}.amazonaws.com", "465"),
        UNREACHABLE,
        {"ENI_SG_RULES_MISMATCH"},
    ),
    Row(
        "endpoint's group without ingress",
        lambda stack: stack["endpoint-group"].pop("ingress"),
        UNREACHABLE,
        {"ENI_SG_RULES_MISMATCH"},
    ),
    Row("endpoint's group closed", put("endpoint-group", ingress=[]), UNREACHABLE, {"ENI_SG_RULES_MISMATCH"}),
    Row(
        "endpoint's group opened to another",
        lambda stack: stack["endpoint-group"]["ingress"][0].update(securityGroups=["sg-0f47a91c2bd6e8053"]),
        UNREACHABLE,
        {"ENI_SG_RULES_MISMATCH"},
    ),
    Row(
        "connector's group closed", put("connector-group", egress=[]), UNREACHABLE, {"ENI_SG_RULES_MISMATCH"}
    ),
    Row(
        "connector's group without egress",
        lambda stack: stack["connector-group"].pop("egress"),
        UNREACHABLE,
        {"ENI_SG_RULES_MISMATCH"},
    ),
    Row(
        "DNS hostnames off",
        put(VPC, enableDnsHostnames=False),
        UNREACHABLE,
        {"VPC_DNS_HOSTNAMES_OFF", "NO_ROUTE_TO_DESTINATION"},
    ),
    Row(
        "DNS support off",
        put(VPC, enableDnsSupport=False),
        UNREACHABLE,
        {"VPC_DNS_SUPPORT_OFF", "NO_ROUTE_TO_DESTINATION"},
    ),
    Row("another resolver", resolvers("172.31.0.53"), UNDETERMINED, {"VPC_OTHER_RESOLVER"}),
    Row(
        "a private zone for the name",
        private_zone("email-smtp.us-east-1.amazonaws.com"),
        UNDETERMINED,
        {"NAME_SHADOWED"},
    ),
    Row("a Route 53 Profile", profile, UNDETERMINED, {"NAME_SHADOWED"}),
    Row("a private zone for another", private_zone("internal"), REACHABLE, set()),
    Row(
        "a policy on the endpoint",
        put("endpoint", policy='{"Statement": []}'),
        UNDETERMINED,
        {"ENDPOINT_POLICY"},
    ),
    Row("a policy of its own", standalone_policy, UNDETERMINED, {"ENDPOINT_POLICY"}),
    # Between the two subnets of connector and endpoint; within one, an ACL sees nothing.
    Row(
        "ACL denies the port out", deny("egress", ports=(587, 587)), UNDETERMINED, {"SUBNET_ACL_RESTRICTION"}
    ),
    Row("ACL denies replies", deny("ingress", ports=(1024, 65535)), UNDETERMINED, {"SUBNET_ACL_RESTRICTION"}),
    Row(
        "ACL denies, endpoint in one other subnet",
        lambda stack: (
            put("endpoint", subnetIds=[PUBLIC[0]])(stack),
            deny("egress", ports=(587, 587))(stack),
        ),
        UNREACHABLE,
        {"SUBNET_ACL_RESTRICTION"},
    ),
    Row(
        "host of another region",
        lambda stack: name_host(stack, "email-smtp.eu-west-1.amazonaws.com"),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION", "ENDPOINT_FOR_OTHER_REGION"},
    ),
    Row(
        "another relay",
        lambda stack: name_host(stack, "smtp-relay.brevo.com"),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row("connector without subnet", put("connector", subnets=[]), UNREACHABLE, {"NO_SUBNET"}),
    Row(
        "subnet unknown to the account",
        put("connector", subnets=[PRIVATE[0], "subnet-0123"]),
        UNDETERMINED,
        {"SUBNET_NOT_READ"},
    ),
    Row("connector gone", lambda stack: stack.remove("connector"), UNDETERMINED, {"CONNECTOR_NOT_READ"}),
    Row(
        "default group on the connector by its id",
        put("connector", securityGroups=[DEFAULT_GROUP]),
        UNREACHABLE,
        {"ENI_SG_RULES_MISMATCH"},
    ),
    Row(
        "default group on the connector",
        put("connector", securityGroups=[]),
        UNREACHABLE,
        {"ENI_SG_RULES_MISMATCH"},
    ),
]
