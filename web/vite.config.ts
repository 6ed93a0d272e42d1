import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The server mounts everything below `/graphiql`. `npm run dev` passes API calls on to a server on its default port.
export default defineConfig({
  base: "/graphiql/",
  plugins: [react()],
  build: {
    rolldownOptions: {
      input: "graphiql.html",
      checks: { moduleLevelDirective: false },
    },
    // Monaco is one large chunk, loaded once and cached for good.
    chunkSizeWarningLimit: 5000,
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/graphql": { target: "http://localhost:8080", ws: true },
      "/graphiql/demo.json": "http://localhost:8080",
    },
  },
});
