#!/usr/bin/env bash
# Follows all plans until the server ends the stream: follow.sh [CURSOR_FILE]. Start it again, and it goes on behind the last event.
. "$(dirname "$0")/jbp.sh"

file=${1:-cursor.txt}
after=null # from now on
[ ! -e "$file" ] || after=$(jq -R . "$file")
bearer=$(token)

# One answer a line.
answers() {
  jq -n --argjson after "$after" '{variables: {$after}, query: "subscription Follow($after: String) {
    planEvents(after: $after) {
      ... on Event { cursor id kind occurredAt }
      ... on Heartbeat { cursor }
      ... on StreamReset { cursor reason }
    }
  }"}' |
    curl -sSN "$url" -H "Authorization: Bearer $bearer" -H 'Content-Type: application/json' \
      -H 'Accept: text/event-stream' --data @- |
    sed -un 's/^data: \(.\)/\1/p'
}

answers | while read -r answer; do
  event=$(jq -e 'if .errors then error(.errors[0].message) else .data.planEvents end' <<<"$answer")
  jq -r 'select(.id) | "\(.occurredAt) \(.kind) \(.id)"' <<<"$event"
  jq -r 'select(.reason) | "the server does not know our cursor (\(.reason)): reading on from now"' <<<"$event" >&2
  # After printing: what is not saved comes again. A file is renamed whole or not at all.
  jq -rj .cursor <<<"$event" >"$file.new"
  mv "$file.new" "$file"
done
