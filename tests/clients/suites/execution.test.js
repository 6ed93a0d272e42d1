// What the specification says of execution where libraries differ.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PARTNER, Server } from "../support/server.js";

let server, token;

before(async () => {
  server = await Server.start();
  token = server.token(PARTNER);
});
after(() => server.remove());

async function ask(query, variables) {
  const response = await fetch(server.http, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  return { data, paths: errors?.map(({ path }) => path) };
}

const role = "PARTNER_MANAGER";

test("fields of one name are merged, in the order in which they are asked", async () => {
  const { data } = await ask(
    "{ viewer { user { email } ...F role } } fragment F on Viewer { role user { name } }",
  );
  const expected = { user: { email: PARTNER, name: "Lena Keller" }, role };
  assert.equal(JSON.stringify(data), JSON.stringify({ viewer: expected }));
});

test("a variable's default is taken where no value is given, and null where null is", async () => {
  const query = "query ($n: Int = 1) { activities(first: $n) { nodes { __typename } } }";
  const count = async (variables) => (await ask(query, variables)).data.activities.nodes.length;
  assert.deepEqual(await Promise.all([count(), count({ n: 2 }), count({ n: null })]), [1, 2, 20]);
});

test("one value is a list of one", async () => {
  const query = "query ($f: PlanFilter) { plans(filter: $f) { nodes { state } } }";
  const { data } = await ask(query, { f: { states: "ACTIVE" } });
  assert.deepEqual(data.plans.nodes, [{ state: "ACTIVE" }]);
});

test("an error in a field that is never null takes its parent with it", async () => {
  assert.deepEqual(await ask("{ viewer { role plans(first: 101) { totalCount } } }"), {
    data: null,
    paths: [["viewer", "plans"]],
  });
});

test("@include and @skip go by a variable's default", async () => {
  const query =
    "query ($yes: Boolean! = true) { viewer { role @include(if: $yes) unreadAlertCount @skip(if: $yes) } }";
  assert.deepEqual(await ask(query), { data: { viewer: { role } }, paths: undefined });
});

test("an error in a field that may be null leaves the others", async () => {
  assert.deepEqual(await ask('{ viewer { role } node(id: "nonsense") { id } }'), {
    data: { viewer: { role }, node: null },
    paths: [["node"]],
  });
});

test("an error below a list says which field it is", async () => {
  const { paths } = await ask(
    "{ plans(first: 1) { nodes { alerts(first: 101) { totalCount } } } }",
  );
  assert.deepEqual(paths, [["plans", "nodes", 0, "alerts"]]);
});
