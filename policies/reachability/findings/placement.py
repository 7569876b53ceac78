"""Where AWS runs a workload, and whose the network is that it runs in."""

from __future__ import annotations

from typing import Final

from .code import Code
from .endpoints import VPC_NOT_OWNED
from .routing import GIVE_EVIDENCE

# Workloads -----------------------------------------------------------------------------------------

NO_SUBNET = Code("NO_SUBNET", 'AWS App Runner API Reference, "CreateVpcConnector"')
WORKLOAD_WITHOUT_SUBNET = NO_SUBNET.unreachable(
    "{subject.label} has no subnet", "give it at least one subnet"
)

WORKLOAD_NOT_MODELLED = Code(
    "WORKLOAD_NOT_MODELLED",
    'Amazon ECS Developer Guide, "Task networking" and "Amazon ECS Express Mode"; AWS Lambda Developer '
    "Guide, "
    '"Lambda Managed Instances"',
)
ECS_WITHOUT_NETWORK = WORKLOAD_NOT_MODELLED.undetermined(
    "service {subject.label} has no network configuration: it runs in its instances' own network",
    "use the awsvpc network mode",
)
AWSVPC_WITHOUT_NETWORK = WORKLOAD_NOT_MODELLED.undetermined(
    "service {subject.label} has no network configuration, and AWS refuses that of a task definition with "
    "the awsvpc network mode",
    "name its subnets and security groups in network_configuration",
)
EXPRESS_IN_DEFAULT_VPC = WORKLOAD_NOT_MODELLED.undetermined(
    "service {subject.label} leaves its subnets to ECS Express Mode: the default VPC's",
    "name the subnets in network_configurations",
)
DEFAULT_STRATEGY = Code("DEFAULT_STRATEGY", 'Amazon ECS API Reference, "CreateService"')
AFTER_DEFAULT_STRATEGY = DEFAULT_STRATEGY.assumption(
    "service {subject.label} is created after {strategy.name} sets the default capacity provider strategy "
    "of its cluster",
    "let the service depend on it (depends_on), or name launch_type or capacity_provider_strategies",
)
ECS_CAPACITY_PROVIDER = Code("ECS_CAPACITY_PROVIDER", 'Amazon ECS API Reference, "CreateService"')
PROVIDER_OF_NO_CLUSTER = ECS_CAPACITY_PROVIDER.unreachable(
    "service {subject.label} asks for capacity provider {provider}, which cluster {cluster.name} has not by "
    "then: ECS refuses to create it",
    "name it in an aws.ecs.ClusterCapacityProviders of the cluster that the service depends on (depends_on)",
)
ECS_LAUNCH_TYPE = Code(
    "ECS_LAUNCH_TYPE", 'Amazon ECS API Reference, "CreateService" and "AwsVpcConfiguration"'
)
PUBLIC_IP_ON_INSTANCES = ECS_LAUNCH_TYPE.unreachable(
    "service {subject.label} names neither launch_type nor capacity_provider_strategies, and its cluster has "
    "no default strategy: AWS takes the launch type EC2, and refuses assign_public_ip there",
    'set launch_type="FARGATE" on the service',
)
TASK_ON_INSTANCES_ALONE = ECS_LAUNCH_TYPE.unreachable(
    "service {subject.label} runs on Fargate, and its task definition requires something else: ECS refuses "
    "to create it",
    'set requires_compatibilities=["FARGATE"] on the task definition, with cpu and memory',
)
TASK_DEFINITION_UNKNOWN = Code("TASK_DEFINITION_UNKNOWN", 'Amazon ECS API Reference, "CreateService"')
MAY_RUN_ANOTHER_TASK = TASK_DEFINITION_UNKNOWN.undetermined(
    "which of several task definitions {subject.label} runs is not known, and not all of them name this host",
    "name one task definition (task_definition=task.arn)",
)
_NAME_TASK = "name one of the program (task_definition=task.arn), or give the account's evidence"
UNREAD_TASK_DEFINITION = TASK_DEFINITION_UNKNOWN.undetermined(
    "{subject.label} may run a task definition ({named}) that is neither in the program nor in the evidence, "
    "and not every public mail host that it may name can be reached by every submission port",
    f"{_NAME_TASK}; a family alone is its latest revision, which is the program's where the service is made "
    "after that (depends_on)",
)
TASK_DEFINITION_UNREAD = Code("TASK_DEFINITION_UNREAD", 'Amazon ECS API Reference, "CreateService"')
UNREAD_TASK_NAMES_PUBLIC_HOST = TASK_DEFINITION_UNREAD.assumption(
    "the task definition ({named}) that {subject.label} may run, neither in the program nor in the evidence, "
    "exists: the mail host that it may name is a public one, which no zone or rule of the VPC answers for, "
    "and its port a submission port ({ports})",
    _NAME_TASK,
)
CONTAINERS_INVALID = Code(
    "CONTAINERS_INVALID", 'Amazon ECS API Reference, "RegisterTaskDefinition" and "ContainerDefinition"'
)
INVALID_CONTAINERS = CONTAINERS_INVALID.undetermined(
    "{fault}: ECS refuses it, and where {subject.label} sends its mail cannot be read",
    "write a JSON array of containers, each with environment as a list of name and value",
)
VARIABLE_NAMED_TWICE = Code("VARIABLE_NAMED_TWICE", 'Amazon ECS API Reference, "RegisterTaskDefinition"')
_ONCE = "name each variable once, in the one or in the other"
NAMED_TWICE = VARIABLE_NAMED_TWICE.undetermined(
    "{names} of {subject.label} is in {place}, and among its secrets: ECS refuses that", _ONCE
)
NAMED_TWICE_IN_APP_RUNNER = VARIABLE_NAMED_TWICE.undetermined(
    "{names} of {subject.label} is in {place}, and among its secrets: what App Runner makes of that is not "
    "documented",
    _ONCE,
)
FUNCTION_ON_INSTANCES = WORKLOAD_NOT_MODELLED.undetermined(
    "function {subject.label} runs on the instances of a capacity provider",
    "see that the capacity provider's subnets have a way out",
)

CONNECTOR_NOT_READ = Code(
    "CONNECTOR_NOT_READ", 'AWS App Runner Developer Guide, "Enabling VPC access for outgoing traffic"'
)
NO_CONNECTOR = CONNECTOR_NOT_READ.undetermined(
    "service {subject.label} leaves through a VPC, and names no VPC connector",
    "set vpc_connector_arn, the ARN of an aws.apprunner.VpcConnector",
)
CHOSEN_CONNECTOR = CONNECTOR_NOT_READ.undetermined(
    "which VPC connector service {subject.label} has is not known until the update: {names} or another",
    "name one (vpc_connector_arn=connector.arn), without apply",
)
UNREAD_CONNECTOR = CONNECTOR_NOT_READ.undetermined(
    "VPC connector {place} of service {subject.label} is neither in the program nor in the evidence",
    "create the aws.apprunner.VpcConnector in the program, or give the account's evidence",
)

NOT_READ = Code("NOT_READ", 'AWS Identity and Access Management User Guide, "Policies and permissions"')
ACTION_FAILED = NOT_READ.undetermined(
    "{action} failed ({reason}), so what it shows of the account is not known",
    "allow {action}: see mailroute iam-policy",
)

SUBNET_NOT_READ = Code("SUBNET_NOT_READ", 'Amazon VPC User Guide, "Subnets for your VPC"')
UNREAD_SUBNET = SUBNET_NOT_READ.undetermined(
    "subnet {place} of {called} is neither in the program nor in the evidence",
    f"{GIVE_EVIDENCE}, or create the subnet in the program",
)
SUBNET_MAYBE_READ_ONLY = SUBNET_NOT_READ.undetermined(
    "a subnet of {called} is not known yet, and may be one that the program only reads",
    "list the subnets one by one, and those that are only read by their ids as plain text",
)

OTHER_PACKAGE = Code(
    "OTHER_PACKAGE",
    'Pulumi documentation, "Pulumi packages"; AWS CloudFormation User Guide, "Managing stacks"',
)
MAY_CHANGE_NETWORK = OTHER_PACKAGE.undetermined(
    "{changer.name} ({changer.type}) is given a part of a network, and may change it: "
    "what it does is not modelled",
    "see after the update with mailroute diagnose, or make its routes, rules and gateways with pulumi-aws",
)

COMPUTED_VALUE = Code("COMPUTED_VALUE", 'Pulumi documentation, "Inputs and outputs" and "pulumi preview"')
PLANNED_IDS = Code("PLANNED_IDS", 'Pulumi documentation, "Inputs and outputs" and "pulumi preview"')
IDS_AS_PLANNED = PLANNED_IDS.assumption(
    "an id or a host that the update makes known is that of the resource whose output the program passes on, "
    "and an id that it computes is of the same VPC: what apply makes of an output, no plan shows",
    "see what the creation decides that mailroute rehearse simulates, or a preview after the first update",
)
COMPUTED_LIST = COMPUTED_VALUE.undetermined(
    "the {what} of {subject.label} are computed from outputs, so that before the update they may be any of "
    "{names}",
    "pass a list of the parts, such as [new.id, OLD], not one output: then each part is known; a component "
    "keeps a plain dictionary of lists, not one output of it",
)
_NAME_THE_ONE: Final = (
    "pass the output of the one that is meant, such as vpc.id, or a list of outputs, without Output.all and "
    "apply: then it is known"
)
CHOSEN_VALUE = COMPUTED_VALUE.undetermined(
    "{argument} of {subject.label} is computed from outputs, so that before the update it may be any of "
    "{names}: they do not all come to the same",
    _NAME_THE_ONE,
)
TOO_MANY_CHOICES = COMPUTED_VALUE.undetermined(
    "{argument} of {subject.label} and other values are computed from outputs, so that before the update "
    "it may be any of {names}: there are more possibilities than the proof looks at",
    _NAME_THE_ONE,
)

SUBNET_CIDR_CONFLICT = Code("SUBNET_CIDR_CONFLICT", 'Amazon VPC User Guide, "Subnet CIDR blocks"')
SUBNETS_OVERLAP = SUBNET_CIDR_CONFLICT.undetermined(
    "the blocks of subnets {subject.label} and {other.label} overlap: AWS creates one of them",
    "give each subnet a block of its own",
)
SUBNET_RANGE = Code("SUBNET_RANGE", 'Amazon VPC User Guide, "Subnet CIDR blocks"')
SUBNET_OUTSIDE_VPC = SUBNET_RANGE.unreachable(
    "the block of subnet {subject.label} is outside those of VPC {vpc}: AWS refuses to create it",
    "give the subnet a part of the VPC's block, or associate another block with the VPC",
)
SUBNET_WITHOUT_IPV6 = SUBNET_RANGE.unreachable(
    "AWS refuses the block {cidr} of subnet {subject.name}: VPC {vpc.label} has no IPv6 block",
    "set assign_generated_ipv6_cidr_block=True on the VPC, and give the subnet a part of its block",
)
SUBNET_SIZE = SUBNET_RANGE.unreachable(
    "AWS refuses the block {cidr} of subnet {subject.name}: a subnet's blocks are between /16 and /28",
    "give it a block between /16 and /28",
)

# Zones ---------------------------------------------------------------------------------------------

SUBNET_ZONE = Code("SUBNET_ZONE", 'Amazon EC2 API Reference, "CreateSubnet"')
ZONE_OF_OTHER_REGION = SUBNET_ZONE.unreachable(
    "subnet {subject.label} is in {subject.region}, and asks for zone {zone}: AWS refuses to create it",
    "name a zone of {subject.region}",
)
SUBNET_LOCAL = Code(
    "SUBNET_LOCAL",
    'AWS Local Zones User Guide, "How AWS Local Zones work"; AWS Wavelength Developer Guide, "Quotas and '
    'considerations"; AWS Outposts User Guide, "Working with shared AWS Outposts resources"',
)
SUBNET_IN_LOCAL_ZONE = SUBNET_LOCAL.undetermined(
    "subnet {subject.label} is in a Local Zone, a Wavelength Zone or on an Outpost, where it is not known "
    "whether AWS places {what}",
    "use a subnet in an Availability Zone of the region",
)
CONNECTOR_ZONE = Code(
    "CONNECTOR_ZONE",
    'AWS App Runner Developer Guide, "Enabling VPC access for outgoing traffic"; Amazon ECS Developer Guide, '
    '"Supported Regions for Amazon ECS on AWS Fargate"',
)
ZONE_WITHOUT_CONNECTORS = CONNECTOR_ZONE.unreachable(
    "subnet {subject.label} is in zone {zone}, where App Runner has no VPC connectors",
    "use subnets in other zones",
)
FARGATE_ZONE = Code(
    "FARGATE_ZONE",
    'Amazon ECS Developer Guide, "Supported Regions for Amazon ECS on AWS Fargate"',
)
ZONE_WITHOUT_FARGATE = FARGATE_ZONE.unreachable(
    "subnet {subject.label} is in zone {zone}, where there is no Fargate",
    "use subnets in other zones",
)
APP_RUNNER_REGION = Code("APP_RUNNER_REGION", 'AWS General Reference, "AWS App Runner endpoints and quotas"')
REGION_WITHOUT_APP_RUNNER = APP_RUNNER_REGION.unreachable(
    "{subject.label} is in {subject.region}, where there is no App Runner",
    "create it in another region, or use another service",
)

# VPCs ----------------------------------------------------------------------------------------------

VPC_TENANCY = Code(
    "VPC_TENANCY",
    'AWS Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC"',
)
_DEFAULT_TENANCY: Final = 'set instance_tenancy="default" on the VPC, or peer it to one that has it'
DEDICATED_TENANCY = VPC_TENANCY.unreachable(
    "VPC {subject.label} is of dedicated tenancy, where {owner.label} cannot run", _DEFAULT_TENANCY
)
MAYBE_DEDICATED_TENANCY = VPC_TENANCY.undetermined(
    "VPC {subject.label} is or may be of dedicated tenancy, where {owner.label} may not run", _DEFAULT_TENANCY
)

SUBNET_OF_OTHER_VPC = Code(
    "SUBNET_OF_OTHER_VPC",
    'AWS App Runner API Reference, "CreateVpcConnector"; AWS Lambda API Reference, "VpcConfig"; Amazon ECS '
    "API "
    'Reference, "AwsVpcConfiguration"',
)
SUBNETS_OF_TWO_VPCS = SUBNET_OF_OTHER_VPC.unreachable(
    "{subject.label} is in VPC {vpc}, and has a subnet of VPC {other}", "name the subnets of one VPC alone"
)

# Regions and accounts ------------------------------------------------------------------------------

OTHER_REGION = Code(
    "OTHER_REGION",
    'Amazon VPC User Guide, "How Amazon VPC works"; Amazon EC2 API Reference, "AcceptVpcPeeringConnection"',
)
NAMED_IN_OTHER_REGION = OTHER_REGION.unreachable(
    "{subject.label} is in {subject.region}, and {named.label}, which it names, is in {named.region}",
    "create both through providers of the same region",
)
ACCEPTER_IN_OTHER_REGION = OTHER_REGION.unreachable(
    "{subject.label} is in {subject.region}, and accepts a peering connection for a VPC in {region}: AWS "
    "takes that in the region of that VPC alone",
    "create it through a provider of {region}",
)
ACCEPTER_IN_OTHER_ACCOUNT = VPC_NOT_OWNED.unreachable(
    "{subject.label} is in account {subject.account}, and accepts a peering connection for a VPC of account "
    "{owner}: AWS takes that from the owner of that VPC alone",
    "create it through a provider of account {owner}",
)
_UNTOLD: Final = "their providers have different credentials, and do not both tell their account"
_TELL: Final = (
    "tell the account of both providers (allowed_account_ids, or the role in assume_roles), or create both "
    "through one provider"
)
NAMED_MAYBE_IN_OTHER_ACCOUNT = VPC_NOT_OWNED.undetermined(
    f"{{subject.label}} names {{named.label}}, which may be another account's: {_UNTOLD}", _TELL
)

SUBNET_NOT_SHARED = Code(
    "SUBNET_NOT_SHARED", 'Amazon VPC User Guide, "Share your VPC subnets with other accounts"'
)
_SHARE: Final = "share it (aws.ram.ResourceShare with a ResourceAssociation and a PrincipalAssociation)"
SUBNET_OF_OTHER_ACCOUNT = SUBNET_NOT_SHARED.unreachable(
    "subnet {subject.label} is account {subject.account}'s, and is not shared with account "
    "{owner.account}, where "
    "{owner.label} is",
    _SHARE,
)
SUBNET_MAYBE_NOT_SHARED = SUBNET_NOT_SHARED.undetermined(
    "subnet {subject.label} is account {subject.account}'s, and it cannot be known whether it is shared with "
    "account {owner.account}, where {owner.label} is",
    _SHARE,
)
SUBNET_MAYBE_OF_OTHER_ACCOUNT = SUBNET_NOT_SHARED.undetermined(
    f"subnet {{subject.label}} may be another account's than {{owner.label}}: {_UNTOLD}", _TELL
)

SECURITY_GROUP_NOT_SHARED = Code(
    "SECURITY_GROUP_NOT_SHARED", 'Amazon VPC User Guide, "Share security groups with AWS Organizations"'
)
_GROUP_OF_ITS_OWN: Final = "give {owner.label} a security group that its own account owns"
DEFAULT_GROUP_OF_OTHER_ACCOUNT = SECURITY_GROUP_NOT_SHARED.unreachable(
    "the VPC's default security group is its owner's, so {subject.label} needs one of its own",
    "give {subject.label} a security group that its own account owns",
)
DEFAULT_GROUP_MAYBE_OF_OTHER_ACCOUNT = SECURITY_GROUP_NOT_SHARED.undetermined(
    f"the VPC's default security group may be another account's than {{subject.label}}: {_UNTOLD}",
    f"{_TELL}, or give {{subject.label}} a security group that its own account owns",
)
GROUP_MAYBE_OF_OTHER_ACCOUNT = SECURITY_GROUP_NOT_SHARED.undetermined(
    f"security group {{subject.label}} may be another account's than {{owner.label}}: {_UNTOLD}", _TELL
)
GROUP_OF_OTHER_ACCOUNT = SECURITY_GROUP_NOT_SHARED.unreachable(
    "security group {subject.label} is account {subject.account}'s, not that of {owner.label}",
    _GROUP_OF_ITS_OWN,
)
GROUP_MAYBE_NOT_SHARED = SECURITY_GROUP_NOT_SHARED.undetermined(
    "security group {subject.label} is account {subject.account}'s, not that of {owner.label}, and may not "
    "be "
    "shared with it",
    _GROUP_OF_ITS_OWN,
)

OWNER_NOT_READ = Code(
    "OWNER_NOT_READ", 'Amazon VPC User Guide, "Responsibilities and permissions for owners and participants"'
)
UNREAD_OWNER = OWNER_NOT_READ.undetermined(
    "subnet {subject.label} is shared by account {subject.account}, of which there is no evidence",
    "give account {subject.account}'s evidence beside this one's (mailroute snapshot, run in account "
    "{subject.account})",
)
