/** Somebody to try the demo as. */
export interface DemoUser {
  email: string;
  name: string;
  side: string;
  organization: string;
  role: string;
  password: string;
}

/** The users of the demo; nobody anywhere else. */
export async function fetchDemoUsers(): Promise<DemoUser[]> {
  const response = await fetch("/graphiql/demo.json");
  return response.ok ? response.json() : [];
}
