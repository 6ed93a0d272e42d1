// GraphQL over HTTP, by the audits of the specification's own suite.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { serverAudits } from "graphql-http";
import { Server } from "../support/server.js";

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
    assert.deepEqual({ status, reason }, { status: "ok", reason: undefined });
  });
}
