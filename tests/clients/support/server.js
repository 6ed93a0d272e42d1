// A demo server of our own, on a free port, with data of its own.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const { JBP_BIN, JBP_SEED } = process.env;

export const VENDOR = "jonas.adler@northwind.example";
export const PARTNER = "lena.keller@brandt-keller.example";
export const STRANGER = "callum.reid@orchard.example";
export const PASSWORD = "we-plan-together";

/** `JBP_BIN` in demo mode; it starts from a copy of `JBP_SEED`, the data of a demo that was played before. */
export class Server {
  static async start() {
    const home = mkdtempSync(join(tmpdir(), "jbp-"));
    if (JBP_SEED) cpSync(JBP_SEED, home, { recursive: true });
    const server = new Server(home, `127.0.0.1:${await freePort()}`);
    await server.start();
    return server;
  }

  constructor(home, address) {
    this.home = home;
    this.address = address;
    this.http = `http://${address}/graphql`;
    this.ws = `ws://${address}/graphql`;
  }

  /** Starts it and waits until it answers. */
  async start() {
    const { home, address } = this;
    const log = join(home, "server.log");
    this.process = spawn(JBP_BIN, ["demo", "--bind", address, "--data-dir", home], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.process.stderr.pipe(createWriteStream(log, { flags: "a" }));
    this.ended = once(this.process, "close");
    for await (const line of createInterface(this.process.stdout)) {
      if (line.includes("demo is ready")) {
        this.process.stdout.resume();
        await fetch(`http://${address}/readyz`);
        return;
      }
    }
    throw new Error(`the server did not start: ${readFileSync(log, "utf8")}`);
  }

  /** Stops it as an operator would; the data stay. */
  async stop() {
    this.process.kill("SIGTERM");
    const [status] = await this.ended;
    if (status !== 0) throw new Error(`the server ended with ${status}`);
  }

  /** Stops it for good. */
  async remove() {
    await this.stop();
    rmSync(this.home, { recursive: true });
  }

  /** A token that is good for a month. */
  token(email) {
    const args = ["token", email, "--data-dir", this.home];
    return execFileSync(JBP_BIN, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  }

  /** The data of an answer without errors. */
  async ask(query, variables, token) {
    const answer = await fetch(this.http, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await answer.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}
