import * as aws from "@pulumi/aws";

const network = new aws.ec2.Vpc("network", { cidrBlock: "10.0.0.0/16", enableDnsHostnames: true });
const internet = new aws.ec2.InternetGateway("internet", { vpcId: network.id });
const subnet = (name: string, cidrBlock: string, availabilityZone: string) =>
    new aws.ec2.Subnet(name, { vpcId: network.id, cidrBlock, availabilityZone });
const subnets = {
    public: subnet("public", "10.0.0.0/24", "us-east-1a"),
    privateA: subnet("private-a", "10.0.1.0/24", "us-east-1a"),
    privateB: subnet("private-b", "10.0.2.0/24", "us-east-1b"),
};
const publicRoutes = new aws.ec2.RouteTable("public-routes", {
    vpcId: network.id,
    routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: internet.id }],
});
const privateRoutes = new aws.ec2.RouteTable("private-routes", { vpcId: network.id });
const associate = (name: string, of: aws.ec2.Subnet, table: aws.ec2.RouteTable) =>
    new aws.ec2.RouteTableAssociation(`${name}-association`, { subnetId: of.id, routeTableId: table.id });
associate("public", subnets.public, publicRoutes);
associate("private-a", subnets.privateA, privateRoutes);
associate("private-b", subnets.privateB, privateRoutes);

const address = new aws.ec2.Eip("address", { domain: "vpc" });
const nat = new aws.ec2.NatGateway(
    "nat",
    { subnetId: subnets.public.id, allocationId: address.allocationId },
    { dependsOn: [internet] },
);
new aws.ec2.Route("default-route", {
    routeTableId: privateRoutes.id,
    destinationCidrBlock: "0.0.0.0/0",
    natGatewayId: nat.id,
});

const open = new aws.ec2.SecurityGroup("open", {
    vpcId: network.id,
    egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
});
const connector = new aws.apprunner.VpcConnector("connector", {
    vpcConnectorName: "shop",
    subnets: [subnets.privateA.id, subnets.privateB.id],
    securityGroups: [open.id],
});
const service = new aws.apprunner.Service("service", {
    serviceName: "shop",
    sourceConfiguration: {
        autoDeploymentsEnabled: false,
        imageRepository: {
            imageIdentifier: "public.ecr.aws/nginx/nginx:latest",
            imageRepositoryType: "ECR_PUBLIC",
            imageConfiguration: {
                runtimeEnvironmentVariables: { SMTP_HOST: "smtp-relay.brevo.com", SMTP_PORT: "587" },
            },
        },
    },
    networkConfiguration: {
        egressConfiguration: { egressType: "VPC", vpcConnectorArn: connector.arn },
    },
});

export const url = service.serviceUrl;
