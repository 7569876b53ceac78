"""`mailroute iam-policy`: exactly what the commands call."""

from __future__ import annotations

import json

from tests.evidence.account import RELAY, Account
from tests.evidence.conftest import Command
from tests.evidence.front import Front


def test_the_policy_allows_what_the_commands_call_and_nothing_else(
    account: Account, front: Front, mailroute: Command
) -> None:
    account.nat()
    entries = [{"Cidr": "10.99.0.0/16"}]
    blocks = account.ec2.create_managed_prefix_list(
        PrefixListName="office", Entries=entries, MaxEntries=1, AddressFamily="IPv4"
    )["PrefixList"]["PrefixListId"]
    rule = {"IpProtocol": "tcp", "FromPort": 587, "ToPort": 587, "PrefixListIds": [{"PrefixListId": blocks}]}
    account.ec2.authorize_security_group_egress(GroupId=account.group, IpPermissions=[rule])
    options = account.ec2.create_dhcp_options(
        DhcpConfigurations=[{"Key": "domain-name-servers", "Values": ["10.20.0.2"]}]
    )["DhcpOptions"]["DhcpOptionsId"]
    account.ec2.associate_dhcp_options(DhcpOptionsId=options, VpcId=account.vpc)
    account.forwards("corp.example.com")
    account.hub(default_route=False)
    account.express_service("web")
    account.ecs_service("worker")
    front.calls.clear()

    assert mailroute("diagnose", "--service", "shop", "--to", f"{RELAY}:587").returncode in (0, 1, 4)
    assert mailroute("snapshot", "--vpc", account.vpc, "-o", "-").returncode == 0
    called = set(front.calls) - {"sts:GetCallerIdentity"}  # which needs no permission

    result = mailroute("iam-policy")
    assert result.returncode == 0
    policy = json.loads(result.stdout)
    (statement,) = policy["Statement"]
    assert policy["Version"] == "2012-10-17"
    assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")
    assert statement["Action"] == sorted(called)
