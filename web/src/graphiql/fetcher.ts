import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { createClient } from "graphql-ws";
import { authorization } from "./session";

/** Queries and mutations over HTTP, subscriptions over one lazily opened socket. */
export function connect(): { fetcher: Fetcher; close: () => void } {
  const socketUrl = new URL("/graphql", window.location.href);
  socketUrl.protocol = socketUrl.protocol === "https:" ? "wss:" : "ws:";

  const socket = createClient({
    url: socketUrl.href,
    connectionParams: async () => {
      const token = await authorization();
      return token ? { authorization: token } : {};
    },
  });
  const fetcher = createGraphiQLFetcher({
    url: "/graphql",
    fetch: fetchSignedIn,
    wsClient: socket,
    enableIncrementalDelivery: false,
  });
  return { fetcher, close: () => void socket.dispose() };
}

/** Adds the token, unless the headers editor names another one. */
async function fetchSignedIn(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const headers = new Headers(init?.headers);
  headers.set("accept", "application/graphql-response+json, application/json");
  if (!headers.has("authorization")) {
    const token = await authorization();
    if (token) headers.set("authorization", token);
  }
  return fetch(input, { ...init, headers });
}
