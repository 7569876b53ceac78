"""`mailroute iam-policy`: exactly what the commands call."""

from __future__ import annotations

import json

from tests.evidence.account import RELAY, Account, verified
from tests.evidence.conftest import Command
from tests.evidence.front import Front
from tests.evidence.inspected import Inspected


def test_the_policy_allows_exactly_what_the_commands_call(
    account: Account, front: Front, mailroute: Command
) -> None:
    Inspected(account, elsewhere=account.new_vpc("10.40.0.0/16"))
    account.prefix_list("10.99.0.0/16")
    account.resolvers("10.20.0.2")
    account.forwards("corp.example.com")
    account.private_zone("corp.internal")
    account.hub(default_route=False)
    account.express_service("web")
    account.ecs_service("worker")
    front.answers |= {"ses:GetEmailIdentity": verified(), "wafv2:GetWebACLForResource": {}}

    def allowed(*options: str) -> list[str]:
        result = mailroute("iam-policy", *options)
        assert result.returncode == 0
        policy = json.loads(result.stdout)
        (statement,) = policy["Statement"]
        assert policy["Version"] == "2012-10-17"
        assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")
        actions: list[str] = statement["Action"]
        return actions

    def called() -> set[str]:
        found = set(front.calls) - {"sts:GetCallerIdentity"}  # which needs no permission
        front.calls.clear()
        return found

    front.calls.clear()
    assert mailroute("diagnose", "--service", "shop", "--to", f"{RELAY}:587").returncode in (0, 1, 4)
    assert mailroute("snapshot", "--vpc", account.vpc, "-o", "-").returncode == 0
    assert allowed() == sorted(called())

    assert mailroute("adopt", "--service", "shop", "--domain", "example.com", "--dry-run").returncode == 0
    assert allowed("--for", "adopt") == sorted({*called(), "apprunner:DescribeWebAclForService"})
