"""Variables from a file in S3: whatever mail server they name, there must be a way to one."""

import json

from fargate import fargate
from network import Network

fargate(
    "archive",
    Network("archive"),
    json.dumps(
        [
            {
                "name": "worker",
                "image": "registry.example.com/archive:1",
                "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::settings/archive.env"}],
            }
        ]
    ),
)
