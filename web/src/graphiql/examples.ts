/** A document to start from. */
export interface Example {
  /** Whom it is for: the part of the first comment line before the colon. */
  group: string;
  /** What it answers: the rest of that line. */
  title: string;
  query: string;
  /** From the file of the same name ending in `.variables.json`. */
  variables: string;
}

const documents = import.meta.glob<string>("../examples/*.graphql", {
  query: "?raw",
  import: "default",
  eager: true,
});
const variables = import.meta.glob<string>("../examples/*.variables.json", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Every document of `examples/`, in the order of the file names. */
export const examples: Example[] = Object.entries(documents).map(([path, query]) => {
  const [, group = "Other", title = path] = /^# *([^:\n]+): *(.+)/.exec(query) ?? [];
  return {
    group,
    title,
    query,
    variables: variables[path.replace(/graphql$/, "variables.json")] ?? "",
  };
});
