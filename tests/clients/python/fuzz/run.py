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


def fuzz(server, email, seconds):
    """Whether the server stood it."""
    print(f"as {email}, for {seconds} s", flush=True)
    token = server.token(email)
    existing = pool(server.ask(EXISTING, token=token))
    command = [
        *[str(Path(sys.executable).with_name("st")), "--config-file", str(HERE / "schemathesis.toml")],
        *["run", str(SCHEMA), "--url", server.http, "--header", f"Authorization: Bearer {token}"],
        *["--exclude-name-regex", ENDS_SESSIONS, "--max-time", str(seconds)],
    ]
    ran = subprocess.run(command, cwd=HERE, env={**os.environ, "JBP_FUZZ_POOL": json.dumps(existing)}, check=False)
    return ran.returncode == 0


def main():
    server = Server()
    stood = [fuzz(server, email, int(sys.argv[1]) // 2) for email in (VENDOR, PARTNER)]
    log = (server.home / "server.log").read_text().splitlines()
    server.remove()
    faults = [line for line in log if "ERROR" in line or "panicked" in line]
    print(*faults, sep="\n")
    return 0 if all(stood) and not faults else 1


if __name__ == "__main__":
    sys.exit(main())
