"""What may send mail and is not judged, since where it runs is not modelled: it is listed, each by its name.

Sources: Amazon EventBridge User Guide, "Amazon ECS task targets"; Amazon EventBridge Scheduler User Guide,
"Using templated targets"; AWS Step Functions Developer Guide, "Run Amazon ECS or AWS Fargate tasks with Step
Functions"; AWS Batch User Guide, "Job definitions"; AWS CodeBuild User Guide, "Use AWS CodeBuild with Amazon
Virtual Private Cloud"; Amazon EC2 User Guide, "Launch templates"; Amazon EKS User Guide, "EKS Auto Mode";
Amazon MWAA User Guide, "Apache Airflow configuration options"; Amazon CloudWatch User Guide, "Running a
canary on a VPC"; AWS Cloud Control API User Guide, "Resource types".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..egress import Unjudged
from ..graph import tokens
from ..values import Unknown, items
from ..verdict import Origin
from . import ecs
from .model import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..graph import Graph
    from ..graph.resource import Resource


@dataclass(frozen=True)
class Kind:
    """A resource type that runs what may send mail.

    Attributes:
        runs: what it runs, for a person, in the plural.
        where: the property without which it runs nothing of the kind; empty where it always does.
        says: what the text of that property has where it runs such a thing; empty where any text will do.
            Of a text that is not known the resources tell that it is made from: a task definition.
    """

    runs: str
    where: tuple[str, ...] = ()
    says: tuple[str, ...] = ()


_ON_INSTANCES: Final = Kind("programs on EC2 instances")
_OF_TEMPLATES: Final = Kind("what AWS CloudFormation creates from a template")
_BY_CLOUD_CONTROL: Final = {
    "AWS::AppRunner::Service": "App Runner services",
    "AWS::AutoScaling::AutoScalingGroup": "programs on EC2 instances",
    "AWS::Batch::JobDefinition": "AWS Batch jobs",
    "AWS::CodeBuild::Project": "CodeBuild builds",
    "AWS::EC2::EC2Fleet": "programs on EC2 instances",
    "AWS::EC2::Instance": "programs on EC2 instances",
    "AWS::EC2::LaunchTemplate": "programs on EC2 instances",
    "AWS::EC2::SpotFleet": "programs on EC2 instances",
    "AWS::ECS::ExpressGatewayService": "ECS services",
    "AWS::ECS::Service": "ECS services",
    "AWS::ECS::TaskSet": "ECS services",
    "AWS::EKS::FargateProfile": "pods of Amazon EKS",
    "AWS::EKS::Nodegroup": "pods of Amazon EKS",
    "AWS::ElasticBeanstalk::Environment": "AWS Elastic Beanstalk environments",
    "AWS::Glue::Job": "AWS Glue jobs",
    "AWS::Lambda::Function": "Lambda functions",
    "AWS::MWAA::Environment": "Amazon MWAA environments (Apache Airflow)",
    "AWS::Synthetics::Canary": "CloudWatch Synthetics canaries",
}
"""What types of Cloud Control API, and of the provider aws-native, run."""


def _of_native(name: str) -> str:
    """The token in the provider aws-native of a type of Cloud Control API."""
    _, service, resource = name.split("::")
    return f"aws-native:{service.lower()}:{resource.replace('EC2', 'Ec2')}"


KINDS: Final[Mapping[str, Kind]] = {
    "aws:cloudwatch/eventTarget:EventTarget": Kind(
        "ECS tasks that an EventBridge rule starts", ("ecsTarget",)
    ),
    "aws:scheduler/schedule:Schedule": Kind(
        "ECS tasks that EventBridge Scheduler starts", ("target", "ecsParameters")
    ),
    "aws:pipes/pipe:Pipe": Kind(
        "ECS tasks that an EventBridge pipe starts", ("targetParameters", "ecsTaskParameters")
    ),
    "aws:sfn/stateMachine:StateMachine": Kind(
        "ECS tasks that a state machine starts", ("definition",), ("ecs:runTask",)
    ),
    "aws:batch/jobDefinition:JobDefinition": Kind("AWS Batch jobs"),
    "aws:codebuild/project:Project": Kind("CodeBuild builds"),
    "aws:ec2/instance:Instance": _ON_INSTANCES,
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": _ON_INSTANCES,
    "aws:ec2/fleet:Fleet": _ON_INSTANCES,
    "aws:ec2/spotFleetRequest:SpotFleetRequest": _ON_INSTANCES,
    "aws:autoscaling/group:Group": _ON_INSTANCES,
    "aws:lightsail/instance:Instance": Kind("programs on Lightsail instances"),
    "aws:lightsail/containerService:ContainerService": Kind("Lightsail container services"),
    "aws:eks/nodeGroup:NodeGroup": Kind("pods of Amazon EKS"),
    "aws:eks/fargateProfile:FargateProfile": Kind("pods of Amazon EKS"),
    "aws:eks/cluster:Cluster": Kind("pods of Amazon EKS in Auto Mode", ("computeConfig", "enabled")),
    "aws:elasticbeanstalk/environment:Environment": Kind("AWS Elastic Beanstalk environments"),
    "aws:mwaa/environment:Environment": Kind(_BY_CLOUD_CONTROL["AWS::MWAA::Environment"]),
    "aws:synthetics/canary:Canary": Kind(_BY_CLOUD_CONTROL["AWS::Synthetics::Canary"], ("vpcConfig",)),
    "aws:glue/job:Job": Kind("AWS Glue jobs"),
    "aws:emr/cluster:Cluster": Kind("Amazon EMR clusters"),
    "aws:emrserverless/application:Application": Kind("Amazon EMR Serverless applications"),
    "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime": Kind("Amazon Bedrock AgentCore agents"),
    "aws:cloudformation/stack:Stack": _OF_TEMPLATES,
    "aws:cloudformation/stackSet:StackSet": _OF_TEMPLATES,
    "aws:serverlessrepository/cloudFormationStack:CloudFormationStack": _OF_TEMPLATES,
    "aws:cloudcontrol/resource:Resource": Kind(
        "what Cloud Control API creates", ("typeName",), tuple(_BY_CLOUD_CONTROL)
    ),
    **{
        _of_native(name): Kind(f"{runs} of the provider aws-native")
        for name, runs in _BY_CLOUD_CONTROL.items()
    },
    "aws-native:cloudformation:Stack": _OF_TEMPLATES,
    "aws:ec2/launchTemplate:LaunchTemplate": _ON_INSTANCES,
    "aws:ec2/launchConfiguration:LaunchConfiguration": _ON_INSTANCES,
}
"""By type token. What others name stands last: it is listed where none of them does."""
_BY_OTHERS: Final = (
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:ec2/launchConfiguration:LaunchConfiguration",
)


def not_judged(graph: Graph) -> Iterator[Unjudged]:
    """Each resource of the program that may run a sender of mail whose egress nobody judges.

    Among them are task definitions that nothing in the program runs.
    """
    named_by: set[str] = set()
    for token, kind in KINDS.items():
        for resource in graph.of_type(token):
            if resource.origin is not Origin.PROGRAM or not _runs(graph, resource, kind):
                continue
            if token in _BY_OTHERS and resource.key in named_by:
                continue
            named_by |= {key for keys in resource.dependencies.values() for key in keys}
            yield _unjudged(resource, "name", f"mailroute does not judge {kind.runs}")
    for task in ecs.unused_definitions(graph):
        if task.key not in named_by:
            yield _unjudged(task, "family", "no service of the program runs it: what does is not known")


def _runs(graph: Graph, resource: Resource, kind: Kind) -> bool:
    """Whether a resource may run what its type can run."""
    if not kind.where:
        return True
    found = items(resource.declared(kind.where[0]), *kind.where[1:])
    if not kind.says:
        # An empty list says, as one that is missing does, that there is nothing of the kind.
        return found not in ((), (False,))
    if isinstance(found, Unknown):
        sources = map(graph.find, resource.dependencies.get(kind.where[0], ()))
        return any(source is not None and source.type in tokens.ECS_TASK_DEFINITION for source in sources)
    return any(says in str(text) for text in found for says in kind.says)


def _unjudged(resource: Resource, name: str, reason: str) -> Unjudged:
    return Unjudged(named(resource, resource.get(name)), resource.key, reason)
