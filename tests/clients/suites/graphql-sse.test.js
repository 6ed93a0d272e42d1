// Server-sent events on the same endpoint, by the reference client in distinct connections mode, and by urql.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client, fetchExchange } from "@urql/core";
import { createClient } from "graphql-sse";
import { events, FOLLOW, PATIENCE, partnership, RECORD, VIEWER, won } from "../support/acts.js";
import { PARTNER, Server } from "../support/server.js";

let server, token, ours;

before(async () => {
  server = await Server.start();
  token = server.token(PARTNER);
  ours = await partnership(server, token);
});
after(() => server.remove());

function connect(bearer) {
  return createClient({
    url: server.http,
    headers: { authorization: `Bearer ${bearer}` },
    retryAttempts: 0,
  });
}

/** What an operation says, and how it ends. */
async function hear(payload, bearer = token) {
  const client = connect(bearer);
  const said = [];
  for await (const result of client.iterate(payload)) said.push(result);
  client.dispose();
  return said;
}

const record = (...names) => server.ask(RECORD, won(ours, ...names), token);

test("a query and a mutation are answered once and completed", PATIENCE, async () => {
  const [{ data: found }, ...more] = await hear({ query: VIEWER });
  assert.deepEqual([found, more], [{ viewer: { user: { email: PARTNER } } }, []]);
  for (const outcome of ["RECORDED", "DUPLICATE"]) {
    const [{ data }] = await hear({ query: RECORD, variables: won(ours, "sse-1") });
    assert.deepEqual(data, { recordActivities: { results: [{ outcome }], errors: [] } });
  }
});

test("a request that does not run is told in the stream", PATIENCE, async () => {
  const codes = {
    "{": "GRAPHQL_PARSE_FAILED",
    "{ nothing }": "GRAPHQL_VALIDATION_FAILED",
    "subscription { nothing }": "GRAPHQL_VALIDATION_FAILED",
    'subscription { planEvents(planIds: ["x"]) { __typename } }': "BAD_USER_INPUT",
  };
  for (const [query, code] of Object.entries(codes)) {
    const [{ errors }, ...more] = await hear({ query });
    assert.deepEqual([errors.map(({ extensions }) => extensions.code), more], [[code], []], query);
  }
});

test("a cursor that the house did not give begins with a reset", PATIENCE, async () => {
  const client = connect(token);
  const query = 'subscription { planEvents(after: "x") { ... on StreamReset { reason } } }';
  for await (const { data } of client.iterate({ query })) {
    assert.deepEqual(data, { planEvents: { reason: "CURSOR_UNKNOWN" } });
    break;
  }
  client.dispose();
});

test("a bad token is 401", PATIENCE, async () => {
  await assert.rejects(hear({ query: VIEWER }, "x"), ({ response }) => {
    assert.equal(response.status, 401);
    return true;
  });
});

test("the stream is one of events, and nobody keeps it", PATIENCE, async () => {
  const abort = new AbortController();
  const response = await fetch(server.http, {
    method: "POST",
    headers: {
      accept: "text/event-stream",
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ query: FOLLOW, variables: {} }),
    signal: abort.signal,
  });
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type"), /^text\/event-stream(;|$)/);
  assert.match(response.headers.get("cache-control"), /no-(store|cache)/);
  abort.abort();
});

test(
  "a stream goes on over a restart of the server, nothing lost, nothing twice",
  PATIENCE,
  async () => {
    const { cursor } = await events(server, token);
    const heard = [];
    let after = cursor;
    const follow = async (isEnough) => {
      const client = connect(token);
      for await (const { data } of client.iterate({ query: FOLLOW, variables: { after } })) {
        heard.push(data.planEvents.id);
        after = data.planEvents.cursor;
        if (isEnough()) break;
      }
      client.dispose();
    };

    await record("sse-restart-1", "sse-restart-2");
    const cut = assert.rejects(follow(() => false));
    await server.stop();
    await cut;
    await server.start();
    await record("sse-restart-3");
    const { ids } = await events(server, token, cursor);
    await follow(() => heard.length === ids.length);
    assert.deepEqual(heard, ids);
  },
);

test("urql follows without a socket", PATIENCE, async () => {
  const { cursor } = await events(server, token);
  const client = new Client({
    url: server.http,
    exchanges: [fetchExchange],
    preferGetMethod: false,
    fetchSubscriptions: true,
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
  });
  // Left open: the shutdown of the server ends it.
  const heard = new Promise((done) => {
    const ids = [];
    client.subscription(FOLLOW, { after: cursor }).subscribe(({ data }) => {
      ids.push(data?.planEvents.id);
      if (ids.length === 2) done(ids.slice());
    });
  });
  for (const name of ["sse-urql-1", "sse-urql-2"]) await record(name);
  assert.deepEqual(await heard, (await events(server, token, cursor)).ids.slice(0, 2));
});
