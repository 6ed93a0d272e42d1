// What the server says of itself, and what it takes for valid, compared with the reference implementation.
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
const print = (schema) => printSchema(lexicographicSortSchema(schema));

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
  const found = buildClientSchema(await server.ask(everything, {}, token));
  assert.equal(print(found), print(committed));
});
