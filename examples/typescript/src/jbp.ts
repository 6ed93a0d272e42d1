import { graphql } from "./gql/gql";
import type { TypedDocumentString } from "./gql/graphql";

/** Where the server is. */
export const url = process.env.JBP_URL ?? "http://127.0.0.1:8080/graphql";

const SignIn = graphql(`
  mutation SignIn($input: SignInInput!) {
    signIn(input: $input) {
      accessToken
      errors {
        message
      }
    }
  }
`);

/**
 * The token to ask with: `JBP_TOKEN`, or a new one for `JBP_EMAIL` and `JBP_PASSWORD`.
 *
 * A session's token is good for minutes, so ask for one before each connection and keep none.
 */
export async function authorization(): Promise<string> {
  const { JBP_TOKEN, JBP_EMAIL: email = "", JBP_PASSWORD: password = "" } = process.env;
  if (JBP_TOKEN) return `Bearer ${JBP_TOKEN}`;
  const { signIn } = await send(SignIn, { input: { email, password } });
  if (!signIn.accessToken) throw new Error(signIn.errors[0]?.message);
  return `Bearer ${signIn.accessToken}`;
}

/** Asks as the caller that the environment names. */
export async function ask<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  return send(document, variables, { authorization: await authorization() });
}

interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string }[];
}

async function send<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  headers: Record<string, string> = {},
): Promise<Data> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json",
      ...headers,
    },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const { data, errors = [] } = (await response.json()) as Answer<Data>;
  if (!data) throw new Error(errors.map(({ message }) => message).join("; "));
  return data;
}
