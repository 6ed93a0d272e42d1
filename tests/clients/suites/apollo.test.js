// Apollo Client: HTTP for queries and mutations, the socket for subscriptions, a normalised cache.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { SetContextLink } from "@apollo/client/link/context";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { buildSchema, isAbstractType, OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { events, FOLLOW, PATIENCE, partnership, RECORD, VIEWER, won } from "../support/acts.js";
import { PARTNER, Server } from "../support/server.js";

let server, token, ours, client, socket;

before(async () => {
  server = await Server.start();
  token = server.token(PARTNER);
  ours = await partnership(server, token);
  ({ client, socket } = connect(token));
});
after(async () => {
  client.stop();
  await socket.dispose();
  await server.remove();
});

/** Without it the cache does not know that a `ProgressChanged` is an `Event`. */
const possibleTypes = (() => {
  const file = new URL("../../../schema.graphql", import.meta.url);
  const schema = buildSchema(readFileSync(file, "utf8"));
  const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType);
  return Object.fromEntries(
    abstract.map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
  );
})();

function connect(bearer) {
  const authorization = `Bearer ${bearer}`;
  const socket = createClient({
    url: server.ws,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
  });
  const http = new SetContextLink(() => ({ headers: { authorization } })).concat(
    new HttpLink({ uri: server.http }),
  );
  const link = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    http,
  );
  return {
    client: new ApolloClient({ cache: new InMemoryCache({ possibleTypes }), link }),
    socket,
  };
}

test("a query is answered", async () => {
  const { data } = await client.query({ query: gql(VIEWER) });
  assert.equal(data.viewer.user.email, PARTNER);
});

test("a mutation is done once, and known the second time", async () => {
  for (const outcome of ["RECORDED", "DUPLICATE"]) {
    const { data } = await client.mutate({
      mutation: gql(RECORD),
      variables: won(ours, "apollo-1"),
    });
    assert.deepEqual(
      data.recordActivities.results.map((result) => result.outcome),
      [outcome],
    );
  }
});

test("what a mutation answers, the cache knows by its id", async () => {
  const open = gql`{ alerts(first: 1, filter: { states: [OPEN] }) { nodes { id state } } }`;
  const { data } = await client.query({ query: open });
  const [{ id, state }] = data.alerts.nodes;
  assert.equal(state, "OPEN");
  await client.mutate({
    mutation: gql`mutation ($id: ID!) {
      acknowledgeAlert(input: { alertId: $id }) { alert { id state } errors { message } }
    }`,
    variables: { id },
  });
  const known = client.readQuery({ query: open });
  assert.deepEqual(
    known.alerts.nodes.map((alert) => [alert.id, alert.state]),
    [[id, "ACKNOWLEDGED"]],
  );
});

test("pages follow each other by their cursors", async () => {
  const query = gql`query Facts($after: String) {
    activities(first: 40, after: $after) {
      totalCount
      nodes { id }
      pageInfo { hasNextPage endCursor }
    }
  }`;
  const seen = new Set();
  let page = { pageInfo: { endCursor: null, hasNextPage: true } };
  while (page.pageInfo.hasNextPage) {
    const { data } = await client.query({ query, variables: { after: page.pageInfo.endCursor } });
    page = data.activities;
    for (const { id } of page.nodes) seen.add(id);
  }
  assert.equal(seen.size, page.totalCount);
});

/** What is refused must be refused by the server, with these codes. */
async function refused(client, query, codes) {
  await assert.rejects(client.query({ query: gql(query) }), (error) => {
    assert.ok(CombinedGraphQLErrors.is(error), String(error));
    assert.deepEqual(
      error.errors.map(({ extensions }) => extensions.code),
      codes,
    );
    return true;
  });
}

test("errors come with their codes", async () => {
  await refused(client, "{ viewer { nothing } }", ["GRAPHQL_VALIDATION_FAILED"]);
  await refused(client, "{ plans(first: 101) { totalCount } }", ["BAD_USER_INPUT"]);
  await refused(client, '{ plans(after: "x") { totalCount } }', ["INVALID_CURSOR"]);
});

test("a bad token is told from a bad query", async () => {
  const stranger = connect("x");
  await refused(stranger.client, VIEWER, ["UNAUTHENTICATED"]);
  stranger.client.stop();
});

test("a subscription tells what happens", PATIENCE, async () => {
  const { cursor } = await events(server, token);
  const heard = [];
  await new Promise((done, failed) => {
    const subscription = client
      .subscribe({ query: gql(FOLLOW), variables: { after: cursor } })
      .subscribe({
        error: failed,
        next: ({ data, error }) => {
          if (error) failed(error);
          heard.push(data.planEvents.id);
          if (heard.length < 2) return;
          subscription.unsubscribe();
          done();
        },
      });
    for (const name of ["apollo-2", "apollo-3"]) {
      client.mutate({ mutation: gql(RECORD), variables: won(ours, name) }).catch(failed);
    }
  });
  assert.deepEqual(heard, (await events(server, token, cursor)).ids.slice(0, 2));
});
