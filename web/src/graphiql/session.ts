import { useSyncExternalStore } from "react";

/** Someone signed in, for as long as the browser tab lives. */
export interface Session {
  accessToken: string;
  refreshToken: string;
  accessTokenExpiresAt: string;
  email: string;
  name: string;
  organization: string;
  side: string;
}

/** Who is signed in, and why nobody is if that was not their wish. */
export interface SessionState {
  session: Session | null;
  notice: string | null;
}

interface Tokens {
  accessToken: string | null;
  refreshToken: string | null;
  accessTokenExpiresAt: string | null;
  errors: { code: string; message: string }[];
}

interface SignInPayload extends Tokens {
  viewer: {
    user: { name: string; email: string };
    organization: { name: string; side: string };
  } | null;
}

const STORAGE_KEY = "jbp.session";
/** A token about to expire is renewed before it is used. */
const MARGIN_MS = 30_000;

const SIGN_IN = `mutation SignIn($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) {
    accessToken
    refreshToken
    accessTokenExpiresAt
    viewer { user { name email } organization { name side: kind } }
    errors { code message }
  }
}`;

const REFRESH = `mutation RefreshSession($refreshToken: String!) {
  refreshSession(input: { refreshToken: $refreshToken }) {
    accessToken
    refreshToken
    accessTokenExpiresAt
    errors { code message }
  }
}`;

const SIGN_OUT = `mutation SignOut($refreshToken: String!) {
  signOut(input: { refreshToken: $refreshToken }) { errors { code message } }
}`;

let state: SessionState = { session: stored(), notice: null };
let renewal: Promise<void> | null = null;
const listeners = new Set<() => void>();

/** The session, re-rendering when it changes. */
export function useSession(): SessionState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/** Signs in, or throws what the server says against it. */
export async function signIn(email: string, password: string): Promise<void> {
  const data = await ask<{ signIn: SignInPayload }>(SIGN_IN, { email, password });
  const { viewer, ...tokens } = data.signIn;
  const fresh = granted(tokens);
  if (!viewer) throw new Error("The server did not say who signed in.");
  change({
    session: {
      ...fresh,
      email: viewer.user.email,
      name: viewer.user.name,
      organization: viewer.organization.name,
      side: viewer.organization.side,
    },
    notice: null,
  });
}

/** Forgets the session here at once, and tells the server. */
export async function signOut(): Promise<void> {
  const token = await authorization();
  const refreshToken = state.session?.refreshToken;
  change({ session: null, notice: null });
  if (refreshToken) await ask(SIGN_OUT, { refreshToken }, token).catch(() => undefined);
}

/** The `Authorization` of the next request; none while nobody is signed in. */
export async function authorization(): Promise<string | undefined> {
  if (state.session && expiresSoon(state.session)) {
    renewal ??= renew(state.session).finally(() => {
      renewal = null;
    });
    await renewal;
  }
  return state.session ? `Bearer ${state.session.accessToken}` : undefined;
}

async function renew(session: Session): Promise<void> {
  try {
    const data = await ask<{ refreshSession: Tokens }>(REFRESH, {
      refreshToken: session.refreshToken,
    });
    const fresh = granted(data.refreshSession);
    if (state.session === session) change({ session: { ...session, ...fresh }, notice: null });
  } catch {
    if (state.session === session)
      change({ session: null, notice: "Your session has ended. Sign in again." });
  }
}

function granted(tokens: Tokens) {
  const { accessToken, refreshToken, accessTokenExpiresAt, errors } = tokens;
  if (!accessToken || !refreshToken || !accessTokenExpiresAt) {
    throw new Error(errors[0]?.message ?? "The server gave no token.");
  }
  return { accessToken, refreshToken, accessTokenExpiresAt };
}

function expiresSoon(session: Session): boolean {
  return Date.parse(session.accessTokenExpiresAt) - Date.now() < MARGIN_MS;
}

function change(next: SessionState) {
  state = next;
  if (next.session) sessionStorage.setItem(STORAGE_KEY, JSON.stringify(next.session));
  else sessionStorage.removeItem(STORAGE_KEY);
  for (const listener of listeners) listener();
}

function stored(): Session | null {
  const text = sessionStorage.getItem(STORAGE_KEY);
  return text ? JSON.parse(text) : null;
}

async function ask<Data>(
  query: string,
  variables: Record<string, string>,
  token?: string,
): Promise<Data> {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json, application/json",
      "content-type": "application/json",
      ...(token && { authorization: token }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json().catch(() => ({}));
  if (!data) throw new Error(errors?.[0]?.message ?? `The server answered ${response.status}.`);
  return data;
}
