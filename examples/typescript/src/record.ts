/** Records the life of a deal: `npm run record [DAY]`. Run it again, and the server knows all of it already. */
import { graphql } from "./gql/gql";
import type { ActivityInput, ActivityKind } from "./gql/graphql";
import { ask } from "./jbp";

const Partnerships = graphql(`
  query Partnerships {
    viewer {
      partnerships(first: 1) {
        nodes {
          id
        }
      }
    }
  }
`);

const Record = graphql(`
  mutation Record($input: RecordActivitiesInput!) {
    recordActivities(input: $input) {
      results {
        outcome
        errors {
          message
          path
        }
      }
      errors {
        message
      }
    }
  }
`);

const day = process.argv[2] ?? new Date().toISOString().slice(0, 10);
const kinds: ActivityKind[] = ["DEAL_REGISTERED", "DEAL_APPROVED", "DEAL_WON"];

const { viewer } = await ask(Partnerships, {});
const [partnership] = viewer.partnerships.nodes;
if (!partnership) throw new Error("you have no partnership");

const activities = kinds.map((kind): ActivityInput => {
  return {
    partnershipId: partnership.id,
    // Source and external id name a fact for good: whatever is sent under them again is known.
    source: "my-crm",
    externalId: `${day}-1001-${kind}`,
    kind,
    occurredOn: day,
    details: {
      deal: { reference: `${day}-1001`, amount: { amount: "36500.00", currency: "EUR" } },
    },
  };
});

const { recordActivities } = await ask(Record, { input: { activities } });
for (const { message } of recordActivities.errors) throw new Error(message);
for (const [row, { outcome, errors }] of recordActivities.results?.entries() ?? []) {
  console.log(kinds[row], outcome, ...errors.map(({ message }) => message));
}
