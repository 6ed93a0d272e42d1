"""Where the server is, who asks, and how one asks it."""

import os

from gql import Client, GraphQLRequest, gql
from gql.transport.aiohttp import AIOHTTPTransport

URL = os.environ.get("JBP_URL", "http://127.0.0.1:8080/graphql")

SIGN_IN = gql("mutation SignIn($input: SignInInput!) { signIn(input: $input) { accessToken errors { message } } }")


async def authorization():
    """The token to ask with: `JBP_TOKEN`, or a new one for `JBP_EMAIL` and `JBP_PASSWORD`.

    A session's token is good for minutes, so ask for one before each connection and keep none.
    """
    if token := os.environ.get("JBP_TOKEN"):
        return f"Bearer {token}"
    person = {"email": os.environ["JBP_EMAIL"], "password": os.environ["JBP_PASSWORD"]}
    session = (await send(SIGN_IN, {"input": person}))["signIn"]
    if session["errors"]:
        raise PermissionError(session["errors"][0]["message"])
    return f"Bearer {session['accessToken']}"


async def ask(request, variables=None):
    """Asks as the caller that the environment names."""
    return await send(request, variables, {"Authorization": await authorization()})


async def send(request, variables=None, headers=None):
    async with Client(transport=AIOHTTPTransport(URL, headers=headers)) as session:
        return await session.execute(GraphQLRequest(request, variable_values=variables))
