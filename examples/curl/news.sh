#!/usr/bin/env bash
# Prints what has happened since it ran last: news.sh [CURSOR_FILE]. Run it by a timer: nothing is lost, nothing comes twice.
. "$(dirname "$0")/jbp.sh"

file=${1:-cursor.txt}
cursor=null # from the beginning
[ ! -e "$file" ] || cursor=$(jq -R . "$file")

more=true
while [ "$more" = true ]; do
  page=$(ask 'query News($after: String) {
    events(after: $after, first: 100) {
      edges { node { ... on Event { id kind occurredAt } } }
      pageInfo { hasNextPage endCursor }
    }
  }' "{\"after\": $cursor}")
  jq -r '.events.edges[].node | "\(.occurredAt) \(.kind) \(.id)"' <<<"$page"
  # After printing: what is not saved comes again. A file is renamed whole or not at all.
  jq -rj '.events.pageInfo.endCursor' <<<"$page" >"$file.new"
  mv "$file.new" "$file"
  cursor=$(jq '.events.pageInfo.endCursor' <<<"$page")
  more=$(jq '.events.pageInfo.hasNextPage' <<<"$page")
done
