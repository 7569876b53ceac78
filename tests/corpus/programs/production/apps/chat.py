"""Mattermost whose mail host is a parameter of Systems Manager."""

import pulumi
import pulumi_aws as aws
from fargate import fargate
from network import Network

host = aws.ssm.Parameter("chat-mail-host", type="String", value="smtp.eu.mailgun.org")
fargate(
    "chat",
    Network("chat"),
    pulumi.Output.json_dumps(
        [
            {
                "name": "mattermost",
                "image": "mattermost/mattermost-team-edition:9.11",
                "secrets": [{"name": "MM_EMAILSETTINGS_SMTPSERVER", "valueFrom": host.arn}],
                "environment": [{"name": "MM_EMAILSETTINGS_SMTPPORT", "value": "587"}],
            }
        ]
    ),
)
