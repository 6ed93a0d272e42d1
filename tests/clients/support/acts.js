// What the suites have in common: who acts, what they say, and what they expect to hear.

/** Ends the process's wait for an event that does not come. */
export const PATIENCE = { timeout: 30_000 };

export const VIEWER = "query Viewer { viewer { user { email } } }";

export const RECORD = `mutation Record($input: RecordActivitiesInput!) {
  recordActivities(input: $input) { results { outcome } errors { code message } }
}`;

export const FOLLOW = `subscription Follow($after: String) {
  planEvents(after: $after) {
    __typename
    ... on Event { cursor id kind }
    ... on ProgressChanged { recorded }
  }
}`;

const SIGN_IN = `mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { accessToken refreshToken errors { message } }
}`;

const SIGN_OUT =
  "mutation SignOut($input: SignOutInput!) { signOut(input: $input) { errors { message } } }";

const EVENTS = `query Events($after: String) {
  events(after: $after, first: 100) {
    edges { node { __typename ... on Event { id } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** A session that can be ended; `refreshToken` is what ends it. */
export async function signIn(server, email, password = "we-plan-together") {
  const { signIn: session } = await server.ask(SIGN_IN, { input: { email, password } });
  return session;
}

/** Ends a session; sockets that it opened are closed when the server asks again. */
export async function signOut(server, { refreshToken }) {
  await server.ask(SIGN_OUT, { input: { refreshToken } });
}

/** The ids of all events after `after`, and the cursor of the last. */
export async function events(server, token, after = null) {
  const ids = [];
  for (;;) {
    const { events: page } = await server.ask(EVENTS, { after }, token);
    ids.push(...page.edges.map(({ node }) => node.id));
    after = page.pageInfo.endCursor;
    if (!page.pageInfo.hasNextPage) return { ids, cursor: after };
  }
}

/** The only partnership of a partner. */
export async function partnership(server, token) {
  const { viewer } = await server.ask("{ viewer { partnerships { nodes { id } } } }", {}, token);
  return viewer.partnerships.nodes[0].id;
}

/** The input of a batch of won deals, one a name; the same names are the same facts. */
export function won(partnershipId, ...names) {
  return {
    input: {
      activities: names.map((name) => ({
        partnershipId,
        source: "client-tests",
        externalId: name,
        kind: "DEAL_WON",
        occurredOn: new Date().toISOString().slice(0, 10),
        details: { deal: { reference: name, amount: { amount: "100.00", currency: "EUR" } } },
      })),
    },
  };
}
