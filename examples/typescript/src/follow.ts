/**
 * Follows all plans: `npm run follow [CURSOR_FILE]`.
 *
 * Stop it, start it, restart the server: nothing is lost, nothing comes twice.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { graphql } from "./gql/gql";
import type { FollowSubscription } from "./gql/graphql";
import { authorization, url } from "./jbp";

const Follow = graphql(`
  subscription Follow($after: String) {
    planEvents(after: $after) {
      __typename
      ... on Event {
        cursor
        id
        kind
        occurredAt
      }
      ... on Heartbeat {
        cursor
      }
      ... on StreamReset {
        cursor
        reason
      }
    }
  }
`);

const file = process.argv[2] ?? "cursor.txt";

/** Where the stream goes on: null, for from now on, before anything was heard. */
function load(): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** A file is renamed whole or not at all, even when the process dies. */
function save(cursor: string): void {
  writeFileSync(`${file}.new`, cursor);
  renameSync(`${file}.new`, file);
}

function handle(event: FollowSubscription["planEvents"]): void {
  switch (event.__typename) {
    case "Heartbeat":
      break;
    case "StreamReset":
      console.error(`the server does not know our cursor (${event.reason}): reading on from now`);
      break;
    default:
      console.log(event.occurredAt, event.kind, event.id);
  }
}

const client = createClient({
  url: url.replace(/^http/, "ws"),
  webSocketImpl: WebSocket,
  connectionParams: async () => ({ authorization: await authorization() }),
  retryAttempts: 0, // The loop below retries: with the latest cursor and a new token.
});

for (;;) {
  try {
    const request = { query: Follow.toString(), variables: { after: load() } };
    for await (const { data, errors } of client.iterate<FollowSubscription>(request)) {
      if (!data) throw errors;
      handle(data.planEvents);
      save(data.planEvents.cursor); // After handling: what is not saved comes again.
    }
  } catch (cause) {
    console.error("connecting again:", cause);
  }
  await setTimeout(1000);
}
