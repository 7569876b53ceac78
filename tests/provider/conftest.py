"""Connections to a provider server over a simulated account."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mailroute.rehearsal.account import Account
from mailroute.rehearsal.provider import ProviderServer
from tests.provider.harness import PROD, Client, bare

Connect = Callable[[Account], Client]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Serves an account and connects to it; the same account again makes another connection to its server."""
    servers: dict[int, ProviderServer] = {}
    clients: list[Client] = []

    def connect_to(account: Account) -> Client:
        if id(account) not in servers:
            servers[id(account)] = ProviderServer(account).__enter__()
        clients.append(Client(servers[id(account)].port))
        return clients[-1]

    yield connect_to
    for client in clients:
        client.close()
    for server in servers.values():
        server.__exit__(None, None, None)


@pytest.fixture
def account() -> Account:
    """An empty account in us-east-1."""
    return bare(Account)


@pytest.fixture
def client(connect: Connect, account: Account) -> Client:
    """A connection to the empty account."""
    return connect(account)


@pytest.fixture
def prod(connect: Connect) -> Client:
    """A connection to the incident's account, as a rehearsal has it."""
    account = Account.load(PROD)
    account.imports_services = True
    return connect(account)
