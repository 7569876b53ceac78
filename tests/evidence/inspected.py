"""A firewall before the NAT gateway of an account, as AWS Network Firewall shows it."""

from __future__ import annotations

from typing import Any

from tests.evidence.account import REGION, Account

ARN = f"arn:aws:network-firewall:{REGION}:123456789012"
FIREWALL, POLICY = f"{ARN}:firewall/edge", f"{ARN}:firewall-policy/edge"
GROUP, MANAGED = (
    f"{ARN}:stateful-rulegroup/mail",
    f"arn:aws:network-firewall:{REGION}:aws-managed:stateful-rulegroup/x",
)
UUID = "01234567-89ab-cdef-0123-456789abcdef"
ENDPOINT = f"{ARN}:vpc-endpoint-association/edge"


class Inspected:
    """Routes through a firewall's endpoint, there and back, and a policy that passes SMTP submission alone.

    Attributes:
        endpoint: the id of the endpoint.
    """

    def __init__(self, account: Account, *, elsewhere: str = "") -> None:
        """
        Args:
            elsewhere: the VPC of the firewall, where the endpoint in the account's own is an association's.
        """
        self.account = account
        ec2 = account.ec2
        nat, public = account.public_nat("10.20.101.0/24")
        subnet = account.subnet("10.20.50.0/24", "us-east-1a")
        ec2.create_route(
            RouteTableId=account.route_table(subnet), DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat
        )
        self.endpoint: str = ec2.create_vpc_endpoint(
            VpcId=account.vpc,
            ServiceName=f"com.amazonaws.vpce.{REGION}.vpce-svc-0123456789abcdef0",
            VpcEndpointType="GatewayLoadBalancer",
            SubnetIds=[subnet],
        )["VpcEndpoint"]["VpcEndpointId"]
        for table, block in (
            (account.table, "0.0.0.0/0"),
            (public, "10.20.1.0/24"),
            (public, "10.20.2.0/24"),
        ):
            ec2.create_route(RouteTableId=table, DestinationCidrBlock=block, VpcEndpointId=self.endpoint)
        states = {"us-east-1a": {"Attachment": {"SubnetId": subnet, "EndpointId": self.endpoint}}}
        mapping = {"SubnetId": subnet}
        ready = {"Status": "READY", "ConfigurationSyncStateSummary": "IN_SYNC"}
        self.hold("DescribeFirewallPolicy", POLICY, _policy())
        self.hold("DescribeRuleGroup", GROUP, _group("PASS"))
        self.hold(
            "DescribeFirewall",
            FIREWALL,
            {
                "Firewall": {
                    "FirewallName": "edge",
                    "FirewallArn": FIREWALL,
                    "FirewallId": UUID,
                    "FirewallPolicyArn": POLICY,
                    "VpcId": elsewhere or account.vpc,
                    "SubnetMappings": [] if elsewhere else [mapping],
                },
                "FirewallStatus": {**ready, "SyncStates": {} if elsewhere else states},
            },
        )
        if elsewhere:
            shown = {
                "VpcEndpointAssociationArn": ENDPOINT,
                "FirewallArn": FIREWALL,
                "VpcId": account.vpc,
                "SubnetMapping": mapping,
            }
            status = {"Status": "READY", "AssociationSyncState": states}
            answer = {"VpcEndpointAssociation": shown, "VpcEndpointAssociationStatus": status}
            self.hold("DescribeVpcEndpointAssociation", ENDPOINT, answer)

    def hold(self, operation: str, arn: str, answer: dict[str, Any]) -> None:
        self.account.front.firewalls.held.setdefault(operation, {})[arn] = answer

    def drops(self) -> None:
        """Turn the rule that passes submission into one that drops it."""
        self.hold("DescribeRuleGroup", GROUP, _group("DROP"))

    def trusts_aws(self) -> None:
        """Put a rule group before its own whose rules AWS does not show."""
        self.hold("DescribeFirewallPolicy", POLICY, _policy(MANAGED))


def _policy(*more: str) -> dict[str, Any]:
    return {
        "UpdateToken": "token",
        "FirewallPolicyResponse": {
            "FirewallPolicyName": "edge",
            "FirewallPolicyArn": POLICY,
            "FirewallPolicyId": UUID,
        },
        "FirewallPolicy": {
            "StatelessDefaultActions": ["aws:forward_to_sfe"],
            "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
            "StatefulRuleGroupReferences": [
                {"ResourceArn": arn, "Priority": rank} for rank, arn in enumerate((*more, GROUP), 1)
            ],
            "StatefulDefaultActions": ["aws:drop_strict"],
            "StatefulEngineOptions": {"RuleOrder": "STRICT_ORDER"},
        },
    }


def _group(action: str) -> dict[str, Any]:
    header = {
        "Protocol": "TCP",
        "Source": "10.20.0.0/16",
        "SourcePort": "ANY",
        "Direction": "FORWARD",
        "Destination": "ANY",
        "DestinationPort": "587",
    }
    rule = {"Action": action, "Header": header, "RuleOptions": [{"Keyword": "sid", "Settings": ["1"]}]}
    return {
        "UpdateToken": "token",
        "RuleGroup": {
            "RulesSource": {"StatefulRules": [rule]},
            "StatefulRuleOptions": {"RuleOrder": "STRICT_ORDER"},
        },
        "RuleGroupResponse": {
            "RuleGroupArn": GROUP,
            "RuleGroupName": "mail",
            "RuleGroupId": UUID,
            "Type": "STATEFUL",
        },
    }
