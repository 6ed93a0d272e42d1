"""Follows all plans: `follow.py [CURSOR_FILE]`.

Stop it, start it, restart the server: nothing is lost, nothing comes twice.
"""

import asyncio
import sys
from pathlib import Path

from gql import Client, GraphQLRequest, gql
from gql.transport.exceptions import TransportError
from gql.transport.websockets import WebsocketsTransport
from jbp import URL, authorization

FOLLOW = gql("""
    subscription Follow($after: String) {
      planEvents(after: $after) {
        __typename
        ... on Event { cursor id kind occurredAt }
        ... on Heartbeat { cursor }
        ... on StreamReset { cursor reason }
      }
    }
""")


def load(file):
    """Where the stream goes on: None, for from now on, before anything was heard."""
    return file.read_text() if file.exists() else None


def save(file, cursor):
    """A file is renamed whole or not at all, even when the process dies."""
    new = file.with_suffix(".new")
    new.write_text(cursor)
    new.rename(file)


def handle(event):
    match event["__typename"]:
        case "Heartbeat":
            pass
        case "StreamReset":
            print(f"the server does not know our cursor ({event['reason']}): reading on from now", file=sys.stderr)
        case _:
            print(event["occurredAt"], event["kind"], event["id"], flush=True)


async def follow(file):
    transport = WebsocketsTransport(
        URL.replace("http", "ws", 1),
        init_payload={"authorization": await authorization()},
        subprotocols=["graphql-transport-ws"],
    )
    async with Client(transport=transport) as session:
        request = GraphQLRequest(FOLLOW, variable_values={"after": load(file)})
        async for answer in session.subscribe(request):
            handle(answer["planEvents"])
            save(file, answer["planEvents"]["cursor"])  # After handling: what is not saved comes again.


async def main(file):
    while True:
        try:
            await follow(file)
        except (TransportError, OSError) as cause:
            print(f"connecting again: {cause}", file=sys.stderr)
        await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1] if len(sys.argv) > 1 else "cursor.txt")))
