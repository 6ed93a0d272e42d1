// What the server takes for valid, compared with the reference implementation, document by document.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { buildSchema, parse, validate } from "graphql";
import { PARTNER, Server } from "../support/server.js";

const schema = buildSchema(
  readFileSync(new URL("../../../schema.graphql", import.meta.url), "utf8"),
);
const PLAN = "plan_01jpm48g00eha8mwpxspww5pcq";
const fact = (details) => `mutation {
  recordActivities(input: { dryRun: true, activities: [{
    partnershipId: "pshp_01jpm48g00eha8mwpxspww5pcq", source: "s", externalId: "e", kind: CUSTOM,
    occurredOn: "2026-01-01", details: ${details}
  }] }) { recorded }
}`;

/** Documents that server and reference judge alike. */
const ALIKE = [
  // fields, arguments, leaves
  "{ viewer }",
  "{ viewer { role { x } } }",
  "{ viewer { nothing } }",
  "{ viewer { user { name } user { email } } }",
  "{ viewer { role: __typename role } }",
  "{ plans(first: 1) { totalCount } plans(first: 2) { totalCount } }",
  "{ plans(first: 1, first: 2) { totalCount } }",
  "{ plans(frist: 1) { totalCount } }",
  "{ plan { name } }",
  "{ plan(id: null) { name } }",
  "{ __typename @skip(if: true) viewer { role, , , user { name } } }",
  "{ viewer { __schema { types { name } } } }",
  "{ __type { name } }",
  // values
  '{ plans(first: "1") { totalCount } }',
  "{ plans(first: 1.5) { totalCount } }",
  "{ plans(first: 007) { totalCount } }",
  "{ plans(filter: { states: [ACTIVE, NOPE] }) { totalCount } }",
  "{ plans(filter: { states: ACTIVE }) { totalCount } }",
  "{ plans(filter: { states: [null] }) { totalCount } }",
  "{ plans(filter: { nope: 1 }) { totalCount } }",
  "{ plans(filter: null) { totalCount } }",
  "{ nodes(ids: [null]) { id } }",
  `{ nodes(ids: "${PLAN}") { id } }`,
  "{ nodes(ids: true) { id } }",
  '{ events(after: "a\\q") { edges { cursor } } }',
  "mutation { recordActivities { recorded } }",
  "mutation { recordActivities(input: {}) { recorded } }",
  fact("{}"),
  fact("{ deal: null }"),
  fact('{ deal: { reference: "r" }, adjustment: true }'),
  // variables
  "query ($a: Int, $a: Int) { plans(first: $a) { totalCount } }",
  "query ($a: Nope) { plans(first: $a) { totalCount } }",
  "query ($a: Plan) { plans(first: $a) { totalCount } }",
  'query ($a: Int = "x") { plans(first: $a) { totalCount } }',
  "query ($a: Int! = null) { plans(first: $a) { totalCount } }",
  "query ($a: Int, $b: Int) { plans(first: $a) { totalCount } }",
  "query { plans(first: $b) { totalCount } }",
  "query ($a: Int) { ...F } fragment F on Query { plans(first: $a) { totalCount } }",
  "query { ...F } fragment F on Query { plans(first: $a) { totalCount } }",
  // operations and fragments
  "query A { viewer { role } } query A { viewer { role } }",
  "{ viewer { role } } query B { viewer { role } }",
  "fragment F on Viewer { role }",
  "{ viewer { ...Nope } }",
  "{ viewer { role } } fragment F on Viewer { role }",
  "{ viewer { ...F } } fragment F on Viewer { role } fragment F on Viewer { role }",
  "{ viewer { ...F } } fragment F on Nope { role }",
  "{ viewer { ...F } } fragment F on Role { x }",
  "{ viewer { ...F } } fragment F on Plan { name }",
  `{ node(id: "${PLAN}") { ... on Viewer { role } } }`,
  `{ node(id: "${PLAN}") { ... on Plan { x: name } ... on User { x: email } } }`,
  "{ viewer { role } } scalar X",
  // directives
  "{ viewer { role @nope } }",
  "{ viewer { role @skip } }",
  "{ viewer { role @skip(if: true) @skip(if: false) } }",
  '{ viewer { role @include(if: "x") } }',
  "{ viewer { role @include(if: true, x: 1) } }",
  "{ viewer { ... on Viewer @include(if: true) { role } } }",
  "query @skip(if: true) { viewer { role } }",
  // what the library alone would let through
  "{ viewer { user { name } user { name: email } } }",
  "{ viewer { user { name } } viewer { user { name: email } } }",
  "{ a: viewer { x: role } a: viewer { x: unreadAlertCount } }",
  `{ node(id: "${PLAN}") { ... on Plan { x: name } ... on User { x: role } } }`,
  '{ plans(filter: { states: ["ACTIVE"] }) { totalCount } }',
  "{ plans(filter: { states: ACTIVE, states: DRAFT }) { totalCount } }",
  "{ plans(filter: 3) { totalCount } }",
  "{ plans(first: 2147483648) { totalCount } }",
  "query ($a: String) { plans(first: $a) { totalCount } }",
  "query ($a: ID) { plan(id: $a) { name } }",
  "query ($a: [ID!]) { nodes(ids: $a) { id } }",
  "query ($a: Boolean) { viewer { role @include(if: $a) } }",
  "query ($a: Int @skip(if: true)) { plans(first: $a) { totalCount } }",
  "{ ...F } fragment F on Query { ...F viewer { role } }",
  "{ viewer { ...on } } fragment on on Viewer { role }",
];

let server, token;

before(async () => {
  server = await Server.start();
  token = server.token(PARTNER);
});
after(() => server.remove());

/** The reference's verdict, and the server's. */
async function verdicts(query) {
  const response = await fetch(server.http, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  const { errors = [] } = await response.json();
  const codes = errors.map(({ extensions }) => extensions.code);
  const theirs = !codes.some((code) => /^GRAPHQL_(PARSE|VALIDATION)_FAILED$/.test(code));
  return [isValid(query), theirs];
}

function isValid(query) {
  try {
    return validate(schema, parse(query)).length === 0;
  } catch {
    return false;
  }
}

for (const query of ALIKE) {
  test(query, async () => {
    const [reference, ours] = await verdicts(query);
    assert.equal(ours, reference);
  });
}
