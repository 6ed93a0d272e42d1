// The socket, by the reference client of graphql-transport-ws.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import {
  events,
  FOLLOW,
  PATIENCE,
  partnership,
  RECORD,
  signIn,
  signOut,
  VIEWER,
  won,
} from "../support/acts.js";
import { PARTNER, Server } from "../support/server.js";

let server, token, ours;

before(async () => {
  server = await Server.start();
  token = server.token(PARTNER);
  ours = await partnership(server, token);
});
after(() => server.remove());

function connect(options) {
  return createClient({
    url: server.ws,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    ...options,
  });
}

/** What an operation says, and how it ends. */
async function hear(client, payload) {
  const said = [];
  for await (const result of client.iterate(payload)) said.push(result);
  await client.dispose();
  return said;
}

const record = (...names) => server.ask(RECORD, won(ours, ...names), token);

test("a query and a mutation are answered once and completed", PATIENCE, async () => {
  const [{ data: found }, ...more] = await hear(connect(), { query: VIEWER });
  assert.deepEqual([found, more], [{ viewer: { user: { email: PARTNER } } }, []]);
  for (const outcome of ["RECORDED", "DUPLICATE"]) {
    const [{ data }] = await hear(connect(), { query: RECORD, variables: won(ours, "ws-1") });
    assert.deepEqual(data, { recordActivities: { results: [{ outcome }], errors: [] } });
  }
});

test("a request that does not run is an error with its code", PATIENCE, async () => {
  const codes = {
    "{": "GRAPHQL_PARSE_FAILED",
    "{ nothing }": "GRAPHQL_VALIDATION_FAILED",
    "query A { viewer { role } } query B { viewer { role } }": "OPERATION_RESOLUTION_FAILURE",
    "query ($id: ID!) { plan(id: $id) { name } }": "BAD_USER_INPUT",
    "subscription { nothing }": "GRAPHQL_VALIDATION_FAILED",
    'subscription { planEvents(planIds: ["x"]) { __typename } }': "BAD_USER_INPUT",
  };
  for (const [query, code] of Object.entries(codes)) {
    await assert.rejects(hear(connect(), { query }), ([error]) => {
      assert.equal(error.extensions.code, code, query);
      return true;
    });
  }
});

test("a cursor that the house did not give begins with a reset", PATIENCE, async () => {
  const client = connect();
  const query = 'subscription { planEvents(after: "x") { ... on StreamReset { reason } } }';
  for await (const { data } of client.iterate({ query })) {
    assert.deepEqual(data, { planEvents: { reason: "CURSOR_UNKNOWN" } });
    break;
  }
  client.dispose();
});

test("an error of execution comes in the answer, with its path and code", PATIENCE, async () => {
  const query = "{ viewer { plans(first: 101) { totalCount } } }";
  const [{ data, errors }] = await hear(connect(), { query });
  assert.equal(data, null);
  assert.deepEqual(
    errors.map(({ path, extensions }) => [path, extensions.code]),
    [[["viewer", "plans"], "BAD_USER_INPUT"]],
  );
});

test("a bad token closes 4403", PATIENCE, async () => {
  const client = connect({ connectionParams: { authorization: "Bearer x" }, retryAttempts: 0 });
  await assert.rejects(hear(client, { query: VIEWER }), { code: 4403, reason: "Forbidden" });
});

test("without a token the viewer is nobody", PATIENCE, async () => {
  const client = connect({ connectionParams: {} });
  const [{ data, errors }] = await hear(client, { query: VIEWER });
  assert.deepEqual([data, errors[0].extensions.code], [null, "UNAUTHENTICATED"]);
});

test(
  "a revoked session is left with 4403 and continued with the next token",
  PATIENCE,
  async () => {
    const { cursor } = await events(server, token);
    const sessions = [await signIn(server, PARTNER), await signIn(server, PARTNER)];
    const [first] = sessions;
    const closed = [];
    const client = connect({
      connectionParams: () => ({ authorization: sessions.shift().accessToken }),
      retryWait: async () => {},
      on: { closed: ({ code, reason }) => closed.push([code, reason]) },
    });
    const variables = { after: cursor };
    const followed = client.iterate({ query: FOLLOW, variables });
    const next = async () => {
      const { value } = await followed.next();
      variables.after = value.data.planEvents.cursor;
      return value.data.planEvents;
    };

    await record("ws-fresh-1");
    const before = await next();
    assert.equal(before.recorded, 1);
    const reconnected = new Promise((done) => client.on("connected", done));
    await signOut(server, first);
    await reconnected;
    assert.deepEqual(closed, [[4403, "token expired"]]);
    await record("ws-fresh-2");
    const after = await next();
    assert.equal(after.recorded, 1);
    assert.deepEqual((await events(server, token, cursor)).ids, [before.id, after.id]);
    await followed.return();
    await client.dispose();
  },
);

test(
  "a stream goes on over a restart of the server, nothing lost, nothing twice",
  PATIENCE,
  async () => {
    const { cursor } = await events(server, token);
    const closed = [];
    const client = connect({
      retryAttempts: Number.POSITIVE_INFINITY,
      retryWait: () => up.promise,
      on: { closed: ({ code }) => closed.push(code) },
    });
    const up = deferred();
    const variables = { after: cursor };
    const heard = [];
    const followed = client.iterate({ query: FOLLOW, variables });
    const hearAll = async () => {
      const { ids } = await events(server, token, cursor);
      while (heard.length < ids.length) {
        const { value } = await followed.next();
        heard.push(value.data.planEvents.id);
        variables.after = value.data.planEvents.cursor;
      }
      assert.deepEqual(heard, ids);
    };

    await record("ws-restart-1");
    await record("ws-restart-2");
    await hearAll();
    await server.stop();
    await server.start();
    await record("ws-restart-3");
    await record("ws-restart-4");
    up.resolve();
    await hearAll();
    await record("ws-restart-5");
    await hearAll();
    assert.deepEqual(closed, [1012]);
    await followed.return();
    await client.dispose();
  },
);

function deferred() {
  let resolve;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
