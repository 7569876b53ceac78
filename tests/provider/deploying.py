"""An account whose App Runner services do not take every deployment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailroute.rehearsal.account import Account, AwsResource
from mailroute.rehearsal.provider.resources import ProviderError

SERVICE = "aws:apprunner/service:Service"


class DeployingAccount(Account):
    """An account in which the next deployments of services end otherwise than well.

    Attributes:
        deployments: by the service's name: `refused`, `rolled back`, or `slow`, which is not over when the
            provider stops waiting for it, until `finish` ends it.
    """

    def __init__(self, document: Mapping[str, Any], *, whole: bool = False) -> None:
        self.deployments: dict[str, str] = {}
        self._unfinished: list[AwsResource] = []
        super().__init__(document, whole=whole)

    def put(self, resource: AwsResource) -> None:
        running = self.find(resource.type, resource.id)
        end = self.deployments.get(str(resource.get("serviceName")), "")
        if resource.type != SERVICE or running is None or not end:
            super().put(resource)
        elif end == "rolled back":
            super().put(AwsResource(SERVICE, running.id, {**running.outputs, "tags": resource.get("tags")}))
        elif end == "slow":
            self._unfinished.append(resource)
            raise ProviderError(
                "updating App Runner Service: timeout while waiting for state to become 'RUNNING' "
                "(last state: 'OPERATION_IN_PROGRESS', timeout: 20m0s)"
            )
        else:
            raise ProviderError(
                "updating App Runner Service: InvalidStateException: Service cannot be updated in the "
                "current state: OPERATION_IN_PROGRESS."
            )

    def finish(self) -> None:
        """Let the slow deployments end well."""
        self.deployments.clear()
        for resource in self._unfinished:
            self.put(resource)
        self._unfinished.clear()
