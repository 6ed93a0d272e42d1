"""The Python client `gql`: HTTP for queries and mutations, the socket for subscriptions."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from gql import Client, GraphQLRequest, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportConnectionFailed, TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from graphql import build_ast_schema, parse, validate_schema
from server import PARTNER, PASSWORD, Server
from websockets.frames import Close

SCHEMA = Path(__file__).parents[3] / "schema.graphql"
VIEWER = gql("{ viewer { user { email } } }")
RECORD = """mutation ($input: RecordActivitiesInput!) {
  recordActivities(input: $input) { results { outcome } errors { message } }
}"""
FOLLOW = gql("""
    subscription ($after: String) {
      planEvents(after: $after) { ... on Event { cursor id } }
    }
""")
EVENTS = """query ($after: String) {
  events(after: $after, first: 100) { edges { node { ... on Event { id } } } pageInfo { hasNextPage endCursor } }
}"""
SIGN_IN = """mutation ($input: SignInInput!) {
  signIn(input: $input) { accessToken refreshToken }
}"""
SIGN_OUT = "mutation ($input: SignOutInput!) { signOut(input: $input) { errors { message } } }"


@pytest.fixture(scope="module")
def server():
    server = Server()
    yield server
    server.remove()


@pytest.fixture(scope="module")
def token(server):
    return server.token(PARTNER)


def http(server, token):
    return Client(transport=AIOHTTPTransport(server.http, headers={"Authorization": f"Bearer {token}"}))


def socket(server, token):
    return Client(
        transport=WebsocketsTransport(
            server.ws, init_payload={"authorization": token}, subprotocols=["graphql-transport-ws"]
        )
    )


def ask(client, request, variables=None):
    async def asked():
        async with client as session:
            return await session.execute(GraphQLRequest(request, variable_values=variables))

    return asyncio.run(asked())


def won(server, token, name):
    """The input of a won deal; the same name is the same fact."""
    [ours] = server.ask("{ viewer { partnerships { nodes { id } } } }", token=token)["viewer"]["partnerships"]["nodes"]
    fact = {
        "partnershipId": ours["id"],
        "source": "client-tests",
        "externalId": name,
        "kind": "DEAL_WON",
        "occurredOn": datetime.now(UTC).date().isoformat(),
        "details": {"deal": {"reference": name, "amount": {"amount": "100.00", "currency": "EUR"}}},
    }
    return {"input": {"activities": [fact]}}


def events(server, token, after=None):
    """The ids of all events after `after`, and the cursor of the last."""
    ids, more = [], True
    while more:
        page = server.ask(EVENTS, {"after": after}, token)["events"]
        ids += [edge["node"]["id"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return ids, after


async def hear(session, after, n):
    """The ids of the next events, and the cursor of the last."""
    ids, cursor = [], after
    async for answer in session.subscribe(GraphQLRequest(FOLLOW, variable_values={"after": after})):
        ids.append(answer["planEvents"]["id"])
        cursor = answer["planEvents"]["cursor"]
        if len(ids) == n:
            break
    return ids, cursor


def test_the_committed_schema_is_one_to_graphql_core():
    assert validate_schema(build_ast_schema(parse(SCHEMA.read_text()))) == []


def test_the_client_checks_queries_against_the_servers_introspection(server, token):
    transport = AIOHTTPTransport(server.http, headers={"Authorization": f"Bearer {token}"})
    client = Client(transport=transport, fetch_schema_from_transport=True)
    assert ask(client, VIEWER) == {"viewer": {"user": {"email": PARTNER}}}


@pytest.mark.parametrize("connect", [http, socket])
def test_a_query_and_a_mutation_are_answered(server, token, connect):
    assert ask(connect(server, token), VIEWER) == {"viewer": {"user": {"email": PARTNER}}}
    fact = won(server, token, f"gql-{connect.__name__}")
    for outcome in ("RECORDED", "DUPLICATE"):
        answer = ask(connect(server, token), gql(RECORD), fact)
        assert answer == {"recordActivities": {"results": [{"outcome": outcome}], "errors": []}}


@pytest.mark.parametrize("connect", [http, socket])
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($id: ID!) { plan(id: $id) { name } }", "BAD_USER_INPUT"),
        ("{ plans(first: 101) { totalCount } }", "BAD_USER_INPUT"),
        ('{ plans(after: "x") { totalCount } }', "INVALID_CURSOR"),
    ],
)
def test_an_error_comes_with_its_code(server, token, connect, query, code):
    with pytest.raises(TransportQueryError) as refused:
        ask(connect(server, token), gql(query))
    assert [error["extensions"]["code"] for error in refused.value.errors] == [code]


def test_a_bad_token_is_told_over_http(server):
    with pytest.raises(TransportQueryError) as refused:
        ask(http(server, "x"), VIEWER)
    assert [error["extensions"]["code"] for error in refused.value.errors] == ["UNAUTHENTICATED"]


def test_a_bad_token_closes_the_socket(server):
    with pytest.raises(TransportConnectionFailed) as refused:
        ask(socket(server, "x"), VIEWER)
    assert refused.value.__cause__.rcvd == Close(4403, "Forbidden")


def test_a_stream_is_continued_with_a_fresh_token_after_the_session_has_ended(server, token):
    _, cursor = events(server, token)

    async def followed():
        person = {"input": {"email": PARTNER, "password": PASSWORD}}
        first, second = (server.ask(SIGN_IN, person)["signIn"] for _ in range(2))
        async with socket(server, first["accessToken"]) as session:
            server.ask(RECORD, won(server, token, "gql-fresh-1"), token)
            heard, after = await hear(session, cursor, 1)
            server.ask(SIGN_OUT, {"input": {"refreshToken": first["refreshToken"]}})
            with pytest.raises(TransportQueryError) as refused:
                await hear(session, after, 1)
            assert [error["extensions"]["code"] for error in refused.value.errors] == ["UNAUTHENTICATED"]
        server.ask(RECORD, won(server, token, "gql-fresh-2"), token)
        expected, _ = events(server, token, cursor)
        async with socket(server, second["accessToken"]) as session:
            rest, _ = await hear(session, after, len(expected) - 1)
        assert heard + rest == expected

    asyncio.run(followed())


def test_a_stream_is_continued_after_a_restart_of_the_server(server, token):
    _, cursor = events(server, token)

    async def followed():
        async with socket(server, token) as session:
            server.ask(RECORD, won(server, token, "gql-restart-1"), token)
            heard, after = await hear(session, cursor, 1)
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.start)
        server.ask(RECORD, won(server, token, "gql-restart-2"), token)
        expected, _ = events(server, token, cursor)
        async with socket(server, token) as session:
            rest, _ = await hear(session, after, len(expected) - 1)
        assert heard + rest == expected

    asyncio.run(followed())
