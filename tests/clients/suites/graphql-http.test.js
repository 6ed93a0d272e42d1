// GraphQL over HTTP, by the audits of the specification's own suite.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { serverAudits } from "graphql-http";
import { Server } from "../support/server.js";

/**
 * What we do otherwise on purpose. Since 2025 the specification makes `application/graphql-response+json` the type of
 * a client without an opinion; these two audits are older than that.
 */
const OTHERWISE = {
  "47DE": "Response header content-type does not contain application/json",
  "80D8": "Response header content-type does not contain application/json",
};

let server;
const audits = serverAudits({ url: () => server.http });

before(async () => {
  server = await Server.start();
});
after(() => server.remove());

test("there are 61 audits", () => assert.equal(audits.length, 61));

for (const { id, name, fn } of audits) {
  test(`${id} ${name}`, async () => {
    const { status, reason } = await fn();
    assert.deepEqual({ status, reason }, expected(id));
  });
}

function expected(id) {
  const reason = OTHERWISE[id];
  return reason ? { status: "warn", reason } : { status: "ok", reason: undefined };
}
