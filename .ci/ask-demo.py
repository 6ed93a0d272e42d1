"""Asks the running demo a query of each side, as the README says, and says how long that took."""

import json
import subprocess
import sys
import time
import urllib.request

base, jbp, home = sys.argv[1:]
users = json.loads(subprocess.check_output([jbp, "demo", "--print-users"]))
assert {user["side"] for user in users} == {"VENDOR", "PARTNER"}, users


def ask(query, variables=None, token=None):
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = json.dumps({"query": query, "variables": variables or {}}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{base}/graphql", body, headers)) as answer:
        found = json.load(answer)
    assert "errors" not in found, found
    return found["data"]


started = time.monotonic()
for side in ("VENDOR", "PARTNER"):
    user = next(user for user in users if user["side"] == side)
    signed_in = ask(
        "mutation($input: SignInInput!) { signIn(input: $input) { accessToken errors { message } } }",
        {"input": {"email": user["email"], "password": user["password"]}},
    )["signIn"]
    plans = ask(
        "{ portfolio { totalCount nodes { plan { name } progress { score health } } } }",
        token=signed_in["accessToken"],
    )["portfolio"]
    assert plans["totalCount"] > 0, plans
    print(f"{side}: {user['email']} sees {plans['totalCount']} plans in force")
elapsed = time.monotonic() - started
print(f"both sides answered in {elapsed:.2f} s")
assert elapsed < 2, elapsed

token = subprocess.check_output([jbp, "token", users[0]["email"], "--data-dir", home], text=True).strip()
assert ask("{ viewer { user { email } } }", token=token)["viewer"]["user"]["email"] == users[0]["email"]
print("jbp token opens the API")
subprocess.check_call([jbp, "verify", "--data-dir", home, "--database-url", f"sqlite://{home}/demo.db?mode=rwc"])
