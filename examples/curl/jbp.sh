# Where the server is, who asks, and how one asks it; the other scripts read this one.
set -euo pipefail

url=${JBP_URL:-http://127.0.0.1:8080/graphql}

# send QUERY VARIABLES [HEADER…]: prints the data of the answer; an error ends the script.
send() {
  local query=$1 variables=$2 headers=(-H 'Content-Type: application/json' -H 'Accept: application/graphql-response+json')
  shift 2
  jq -n --arg query "$query" --argjson variables "$variables" '{$query, $variables}' |
    curl -sS "$url" "${headers[@]}" "$@" --data @- |
    jq -e 'if .errors then error(.errors | map(.message) | join("; ")) else .data end'
}

# token: JBP_TOKEN, or a new one for JBP_EMAIL and JBP_PASSWORD. A session's token is good for minutes: keep none.
token() {
  if [ -n "${JBP_TOKEN:-}" ]; then
    printf %s "$JBP_TOKEN"
    return
  fi
  send 'mutation SignIn($input: SignInInput!) { signIn(input: $input) { accessToken errors { message } } }' \
    "$(jq -n '{input: {email: env.JBP_EMAIL, password: env.JBP_PASSWORD}}')" |
    jq -er '.signIn | .accessToken // error(.errors[0].message)'
}

# ask QUERY VARIABLES: asks as the caller that the environment names.
ask() {
  local bearer
  bearer=$(token)
  send "$1" "$2" -H "Authorization: Bearer $bearer"
}
