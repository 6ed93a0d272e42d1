// What the server says of itself.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
} from "graphql";
import { PARTNER, Server } from "../support/server.js";

const committed = buildSchema(
  readFileSync(new URL("../../../schema.graphql", import.meta.url), "utf8"),
);
const lines = (schema) => printSchema(lexicographicSortSchema(schema)).split("\n");

let server, token;

before(async () => {
  server = await Server.start();
  token = server.token(PARTNER);
});
after(() => server.remove());

test("introspection says what schema.graphql says", async () => {
  const everything = getIntrospectionQuery({
    directiveIsRepeatable: true,
    inputValueDeprecation: true,
    oneOf: true,
    specifiedByUrl: true,
  });
  const [theirs, ours] = [
    buildClientSchema(await server.ask(everything, {}, token)),
    committed,
  ].map(lines);
  const differing = ours.findIndex((line, number) => line !== theirs[number]);
  assert.deepEqual(theirs.slice(differing, differing + 5), ours.slice(differing, differing + 5));
  assert.equal(theirs.length, ours.length);
});
