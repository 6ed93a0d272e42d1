import { type ChangeEvent, type FormEvent, useEffect, useState } from "react";
import { type DemoUser, fetchDemoUsers } from "./demo";
import { signIn, signOut, useSession } from "./session";

/** Who one is, and how to become somebody else. */
export function SignIn() {
  const { session, notice } = useSession();
  const [demoUsers, setDemoUsers] = useState<DemoUser[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);

  useEffect(() => {
    fetchDemoUsers().then(setDemoUsers, () => undefined);
  }, []);

  async function enter(email: string, password: string) {
    setBusy(true);
    setRefusal(null);
    try {
      await signIn(email, password);
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }

  const complaint = refusal ?? notice;
  return (
    <div className="sign-in">
      {session && (
        <p className="who">
          <strong>{session.name}</strong>
          <span>
            <em>{session.side.toLowerCase()}</em> · {session.organization}
          </span>
        </p>
      )}
      {demoUsers.length > 0 && (
        <DemoPicker users={demoUsers} current={session?.email} isBusy={isBusy} onPick={enter} />
      )}
      {!session && <SignInForm isBusy={isBusy} onSubmit={enter} />}
      {session && (
        <button type="button" onClick={signOut}>
          Sign out
        </button>
      )}
      {complaint && <p role="alert">{complaint}</p>}
    </div>
  );
}

interface DemoPickerProps {
  users: DemoUser[];
  current: string | undefined;
  isBusy: boolean;
  onPick: (email: string, password: string) => void;
}

/** One choice signs in; each organization is a group. */
function DemoPicker({ users, current, isBusy, onPick }: DemoPickerProps) {
  function pick(event: ChangeEvent<HTMLSelectElement>) {
    const user = users.find(({ email }) => email === event.target.value);
    if (user) onPick(user.email, user.password);
  }

  const organizations = [...new Set(users.map(({ organization }) => organization))];
  return (
    <select aria-label="Sign in as" value="" onChange={pick} disabled={isBusy}>
      <option value="" disabled>
        {current ? "Switch user …" : "Sign in as …"}
      </option>
      {organizations.map((organization) => {
        const members = users.filter((user) => user.organization === organization);
        return (
          <optgroup
            key={organization}
            label={`${organization} (${members[0]?.side.toLowerCase()})`}
          >
            {members.map(({ email, name, role }) => (
              <option key={email} value={email} disabled={email === current}>
                {name}, {role.toLowerCase().replaceAll("_", " ")}
              </option>
            ))}
          </optgroup>
        );
      })}
    </select>
  );
}

interface SignInFormProps {
  isBusy: boolean;
  onSubmit: (email: string, password: string) => void;
}

function SignInForm({ isBusy, onSubmit }: SignInFormProps) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    onSubmit(String(fields.get("email")), String(fields.get("password")));
  }

  return (
    <form onSubmit={submit}>
      <input
        name="email"
        type="email"
        aria-label="E-mail"
        placeholder="E-mail"
        autoComplete="username"
        required
      />
      <input
        name="password"
        type="password"
        aria-label="Password"
        placeholder="Password"
        autoComplete="current-password"
        required
      />
      <button type="submit" disabled={isBusy}>
        Sign in
      </button>
    </form>
  );
}
