// The examples, as their readers run them.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { events, PATIENCE, partnership, RECORD, won } from "../support/acts.js";
import { PARTNER, PASSWORD, Server } from "../support/server.js";

const run = promisify(execFile);
const python = process.env.JBP_PYTHON ?? "python3";
const tsx = "node_modules/.bin/tsx";

/** Where the programs of `examples/rust` are, when somebody has built them: they take minutes to compile. */
const { JBP_RUST } = process.env;

/** Shell starts its follower anew whenever it ends. */
const AGAIN = 'while sleep 0.2; do ./follow.sh "$0"; done';

/** Each with a day of its own, because what one has recorded the next would know. */
const EXAMPLES = [
  { name: "curl", day: "2026-01-05", record: ["./record.sh"], follow: ["bash", "-c", AGAIN] },
  {
    name: "python",
    day: "2026-01-06",
    record: [python, "record.py"],
    follow: [python, "follow.py"],
  },
  {
    name: "typescript",
    day: "2026-01-07",
    record: [tsx, "src/record.ts"],
    follow: [tsx, "src/follow.ts"],
  },
  {
    name: "rust",
    day: "2026-01-08",
    record: [`${JBP_RUST}/record`],
    follow: [`${JBP_RUST}/follow`],
    lacks: !JBP_RUST && "examples/rust was not built: JBP_RUST",
  },
];

let server, token, ours;

before(async () => {
  server = await Server.start();
  token = server.token(PARTNER);
  ours = await partnership(server, token);
});
after(() => server.remove());

const home = (name) => fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url));

/** What an example is told: by `JBP_TOKEN`, or by e-mail and password. */
function told(credential) {
  const { JBP_TOKEN, JBP_EMAIL, JBP_PASSWORD, ...others } = process.env;
  return { ...others, JBP_URL: server.http, ...credential };
}

for (const { name, day, record, lacks: skip = false } of EXAMPLES) {
  const options = { ...PATIENCE, skip };
  test(`${name}: a deal is recorded once, however often it is sent`, options, async () => {
    const [command, ...args] = record;
    const credentials = [
      [{ JBP_TOKEN: token }, "RECORDED"],
      [{ JBP_TOKEN: token }, "DUPLICATE"],
      [{ JBP_EMAIL: PARTNER, JBP_PASSWORD: PASSWORD }, "DUPLICATE"],
    ];
    for (const [credential, outcome] of credentials) {
      const { stdout } = await run(command, [...args, day], {
        cwd: home(name),
        env: told(credential),
      });
      assert.deepEqual(stdout.trim().split("\n"), [
        `DEAL_REGISTERED ${outcome}`,
        `DEAL_APPROVED ${outcome}`,
        `DEAL_WON ${outcome}`,
      ]);
    }
  });

  test(`${name}: a wrong password is an error`, options, async () => {
    const [command, ...args] = record;
    const env = told({ JBP_EMAIL: PARTNER, JBP_PASSWORD: "guessed" });
    await assert.rejects(
      run(command, args, { cwd: home(name), env }),
      ({ code, stdout, stderr }) => {
        assert.notEqual(code, 0);
        assert.equal(stdout, "");
        assert.match(stderr, /e-mail or password is wrong/);
        return true;
      },
    );
  });
}

for (const { name, follow, lacks: skip = false } of EXAMPLES) {
  const title = `${name}: the stream loses nothing and tells nothing twice`;
  test(title, { ...PATIENCE, skip }, async (t) => {
    const { cursor } = await events(server, token);
    const file = join(server.home, `${name}.cursor`);
    writeFileSync(file, cursor);
    const heard = [];
    const listen = async ({ lines }) => {
      const { ids, cursor: last } = await events(server, token, cursor);
      while (heard.length < ids.length) heard.push((await lines.next()).value.split(" ")[2]);
      assert.deepEqual(heard, ids);
      // It tells, and then it saves.
      while (readFileSync(file, "utf8") !== last) await setTimeout(5);
    };
    const act = (deed) => server.ask(RECORD, won(ours, `${name} ${deed}`), token);

    const first = start(t, name, [...follow, file]);
    await act("while it follows");
    await listen(first);
    await server.stop();
    await server.start();
    await act("after the server has started again");
    await listen(first);
    await first.stop();
    await act("while it does not follow");
    const second = start(t, name, [...follow, file]);
    await act("after it has started again");
    await listen(second);
  });
}

test("curl: news are told once", PATIENCE, async () => {
  const file = join(server.home, "news.cursor");
  const news = async () => {
    const { stdout } = await run("./news.sh", [file], {
      cwd: home("curl"),
      env: told({ JBP_TOKEN: token }),
    });
    return stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split(" ")[2]);
  };
  const { ids, cursor } = await events(server, token);
  assert.deepEqual(await news(), ids);
  assert.equal(readFileSync(file, "utf8"), cursor);
  await server.stop();
  await server.start();
  assert.deepEqual(await news(), []);
  await server.ask(RECORD, won(ours, "news"), token);
  assert.deepEqual(await news(), (await events(server, token, cursor)).ids);
});

/** A follower, in a process group of its own, so that what it starts ends with it. */
function start(t, name, [command, ...args]) {
  const child = spawn(command, args, {
    cwd: home(name),
    env: told({ JBP_EMAIL: PARTNER, JBP_PASSWORD: PASSWORD }),
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  const ended = new Promise((done) => child.once("close", done));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid);
    await ended;
  };
  t.after(stop);
  return { lines: createInterface(child.stdout)[Symbol.asyncIterator](), stop };
}
