// urql: its own document cache, queries by GET, the socket for subscriptions.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
import { map, pipe, scan, take, toPromise } from "wonka";
import WebSocket from "ws";
import { events, FOLLOW, PATIENCE, partnership, RECORD, VIEWER, won } from "../support/acts.js";
import { PARTNER, Server } from "../support/server.js";

let server, token, ours, client, socket;

before(async () => {
  server = await Server.start();
  token = server.token(PARTNER);
  ours = await partnership(server, token);
  socket = createClient({
    url: server.ws,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  client = connect(token);
});
after(async () => {
  await socket.dispose();
  await server.remove();
});

function connect(bearer, options) {
  const forwardSubscription = (request) => ({
    subscribe: (sink) => ({ unsubscribe: socket.subscribe(request, sink) }),
  });
  return new Client({
    url: server.http,
    preferGetMethod: false,
    exchanges: [cacheExchange, fetchExchange, subscriptionExchange({ forwardSubscription })],
    fetchOptions: { headers: { authorization: `Bearer ${bearer}` } },
    ...options,
  });
}

test("a query is answered, by POST and by GET", async () => {
  for (const preferGetMethod of [false, "force"]) {
    const { data, error } = await connect(token, { preferGetMethod }).query(VIEWER, {});
    assert.equal(error, undefined);
    assert.equal(data.viewer.user.email, PARTNER);
  }
});

test("a mutation is done once, and known the second time", async () => {
  for (const outcome of ["RECORDED", "DUPLICATE"]) {
    const { data, error } = await client.mutation(RECORD, won(ours, "urql-1"));
    assert.equal(error, undefined);
    assert.deepEqual(
      data.recordActivities.results.map((result) => result.outcome),
      [outcome],
    );
  }
});

test("errors come with their codes", async () => {
  const codes = {
    "{ viewer { nothing } }": "GRAPHQL_VALIDATION_FAILED",
    "{ plans(first: 101) { totalCount } }": "BAD_USER_INPUT",
    '{ plans(after: "x") { totalCount } }': "INVALID_CURSOR",
  };
  for (const [query, code] of Object.entries(codes)) {
    const { error } = await client.query(query, {});
    assert.deepEqual(
      error.graphQLErrors.map(({ extensions }) => extensions.code),
      [code],
    );
  }
});

test("a bad token is 401 and says so", async () => {
  const { error } = await connect("x").query(VIEWER, {});
  assert.equal(error.response.status, 401);
  assert.equal(error.graphQLErrors[0].extensions.code, "UNAUTHENTICATED");
});

test("a subscription tells what happens", PATIENCE, async () => {
  const { cursor } = await events(server, token);
  const heard = pipe(
    client.subscription(FOLLOW, { after: cursor }),
    map(({ data }) => data.planEvents.id),
    scan((ids, id) => [...ids, id], []),
    take(2),
    toPromise,
  );
  for (const name of ["urql-2", "urql-3"]) await client.mutation(RECORD, won(ours, name));
  assert.deepEqual(await heard, (await events(server, token, cursor)).ids.slice(0, 2));
});
