"""Asks a demo server whatever the schema allows, as each side: `run.py SECONDS`.

Fails when the server does: a status of 500 or more, an error whose code nobody deserves, a panic or error in the log.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCHEMA = HERE.parents[3] / "schema.graphql"
sys.path.insert(0, str(HERE.parent))
from server import PARTNER, VENDOR, Server  # noqa: E402

# What would end the session that asks, or that of the other side.
ENDS_SESSIONS = r"Mutation\.(signOutEverywhere|changePassword|resetPassword|deactivateUser|changeRole)"

EXISTING = """{
  viewer { organization { id users(first: 20) { nodes { id } } integrations(first: 5) { nodes { id } } } }
  partnerships(first: 20) { pageInfo { endCursor } nodes {
    id revision vendor { id tiers { id } dimensionValues(dimension: PRODUCT_LINE, first: 5) { nodes { id } } }
  } }
  plans(first: 20) { pageInfo { endCursor } nodes {
    id revision targets { id } commitments { id } reviews { id }
    actionItems(first: 5) { nodes { id } } counterProposals(first: 5) { nodes { id } }
    comments(first: 5) { nodes { id } }
  } }
  activities(first: 20) { pageInfo { endCursor } nodes { id } }
  deals(first: 20) { pageInfo { endCursor } nodes { id } }
  alerts(first: 20) { pageInfo { endCursor } nodes { id } }
  events(first: 20) { pageInfo { endCursor } }
}"""

# Which arguments take an id of which kind.
ARGUMENTS = {
    "plan": ["planId", "planIds", "unconvertedInPlanId"],
    "pshp": ["partnershipId"],
    "trgt": ["targetId", "subjectId"],
    "cmmt": ["commitmentId"],
    "revw": ["reviewId", "with"],
    "user": ["userId", "ownerId", "vendorSponsorId", "partnerSponsorId", "mentionIds"],
    "intg": ["integrationId"],
    "tier": ["tierId"],
    "dimv": ["productLineId", "segmentId", "geographyId", "parentId", "valueId", "valueIds"],
    "actn": ["actionItemId"],
    "actv": ["activityId", "supersedes"],
    "alrt": ["alertId"],
    "cpro": ["counterProposalId", "answering"],
    "cmnt": ["commentId", "replyTo"],
    "org": ["organizationId"],
}

# What a vendor sees and one of its partners does not, unless it is of their own partnership.
HIDDEN = {"plan", "pshp", "trgt", "cmmt", "revw", "actn", "actv", "alrt", "deal", "cmnt", "cpro"}


def pool(found):
    """What exists, by the name of the argument that takes it."""
    known = {}

    def walk(node):
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            for name, value in node.items():
                if name == "id":
                    for argument in ["id", "ids", *ARGUMENTS.get(value.split("_")[0], [])]:
                        known.setdefault(argument, []).append(value)
                elif name == "endCursor" and value:
                    known.setdefault("after", []).append(value)
                    known.setdefault("before", []).append(value)
                elif name == "revision":
                    known.setdefault("expectedRevision", []).append(value)
                else:
                    walk(value)

    walk(found)
    return known


def ids(known):
    """Every id of a pool."""
    return set(known["id"])


def fuzz(server, email, seconds, other, kinds):
    """Whether the server stood it, and kept to itself what of these kinds only the other side is shown."""
    print(f"as {email}, for {seconds} s", flush=True)
    token = server.token(email)
    existing = pool(server.ask(EXISTING, token=token))
    theirs = pool(server.ask(EXISTING, token=server.token(other)))
    hidden = sorted(one for one in ids(theirs) - ids(existing) if one.split("_")[0] in kinds)
    assert hidden, f"{other} sees nothing that {email} does not"
    for name in ("id", "ids"):
        existing[name].extend(hidden)
    for one in hidden:
        for argument in ARGUMENTS.get(one.split("_")[0], []):
            existing.setdefault(argument, []).append(one)
    command = [
        *[str(Path(sys.executable).with_name("st")), "--config-file", str(HERE / "schemathesis.toml")],
        *["run", str(SCHEMA), "--url", server.http, "--header", f"Authorization: Bearer {token}"],
        *["--exclude-name-regex", ENDS_SESSIONS, "--max-time", str(seconds)],
    ]
    ran = subprocess.run(command, cwd=HERE, env=told(existing, hidden), check=False)
    return ran.returncode == 0


def told(existing, hidden):
    """What the hooks are told of the server."""
    return {**os.environ, "JBP_FUZZ_POOL": json.dumps(existing), "JBP_FUZZ_HIDDEN": json.dumps(hidden)}


def main():
    server = Server()
    seconds = int(sys.argv[1]) // 2
    stood = [
        fuzz(server, VENDOR, seconds, PARTNER, {"alrt"}),
        # The vendor lists what is newest of all partners; what it lists of this one, this one lists too.
        fuzz(server, PARTNER, seconds, VENDOR, HIDDEN),
    ]
    log = (server.home / "server.log").read_text().splitlines()
    server.remove()
    faults = [line for line in log if "ERROR" in line or "panicked" in line]
    print(*faults, sep="\n")
    return 0 if all(stood) and not faults else 1


if __name__ == "__main__":
    sys.exit(main())
