"""A platform of many small services, from a table in the configuration, in modules."""

import pulumi
import services

for service in pulumi.Config().require_object("services"):
    services.deploy(service["name"], service.get("mail", {}))
