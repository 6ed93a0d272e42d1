// Plays the demo into the folder that `JBP_SEED` names.
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Server } from "./server.js";

const seed = process.env.JBP_SEED;
const server = await Server.start();
await server.stop();
cpSync(join(server.home, "demo.db"), join(seed, "demo.db"));
rmSync(server.home, { recursive: true });
