"""Records the life of a deal: `record.py [DAY]`. Run it again, and the server knows all of it already."""

import asyncio
import sys
from datetime import UTC, datetime

from gql import gql
from jbp import ask

PARTNERSHIPS = gql("query Partnerships { viewer { partnerships(first: 1) { nodes { id } } } }")

RECORD = gql("""
    mutation Record($input: RecordActivitiesInput!) {
      recordActivities(input: $input) {
        results { outcome errors { message path } }
        errors { message }
      }
    }
""")

KINDS = ["DEAL_REGISTERED", "DEAL_APPROVED", "DEAL_WON"]


async def main(day):
    [partnership] = (await ask(PARTNERSHIPS))["viewer"]["partnerships"]["nodes"]
    activities = [
        {
            "partnershipId": partnership["id"],
            # Source and external id name a fact for good: whatever is sent under them again is known.
            "source": "my-crm",
            "externalId": f"{day}-1001-{kind}",
            "kind": kind,
            "occurredOn": day,
            "details": {"deal": {"reference": f"{day}-1001", "amount": {"amount": "36500.00", "currency": "EUR"}}},
        }
        for kind in KINDS
    ]
    recorded = (await ask(RECORD, {"input": {"activities": activities}}))["recordActivities"]
    if recorded["errors"]:
        sys.exit(recorded["errors"][0]["message"])
    for kind, result in zip(KINDS, recorded["results"], strict=True):
        print(kind, result["outcome"], *[error["message"] for error in result["errors"]])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else datetime.now(UTC).date().isoformat()))
