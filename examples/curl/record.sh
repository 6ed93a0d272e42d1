#!/usr/bin/env bash
# Records the life of a deal: record.sh [DAY]. Run it again, and the server knows all of it already.
. "$(dirname "$0")/jbp.sh"

day=${1:-$(date -u +%F)}
partnership=$(ask '{ viewer { partnerships(first: 1) { nodes { id } } } }' '{}' | jq -er '.viewer.partnerships.nodes[0].id')

# Source and external id name a fact for good: whatever is sent under them again is known.
activities=$(jq -n --arg partnershipId "$partnership" --arg day "$day" '
  ["DEAL_REGISTERED", "DEAL_APPROVED", "DEAL_WON"] | map({
    $partnershipId,
    source: "my-crm",
    externalId: "\($day)-1001-\(.)",
    kind: .,
    occurredOn: $day,
    details: {deal: {reference: "\($day)-1001", amount: {amount: "36500.00", currency: "EUR"}}}
  })')

ask 'mutation Record($input: RecordActivitiesInput!) {
  recordActivities(input: $input) { results { index outcome errors { message path } } errors { message } }
}' "$(jq -n --argjson activities "$activities" '{input: {$activities}}')" |
  jq -er --argjson activities "$activities" '
    .recordActivities
    | if .errors != [] then error(.errors[0].message) else .results[] end
    | [$activities[.index].kind, .outcome, .errors[].message] | join(" ")'
