"""How the fuzzer is to write our scalars and ids, and what it is to call a fault."""

import json
import os
import random
from pathlib import Path

import graphql
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes, scalar

SCHEMA = graphql.build_schema((Path(__file__).parents[4] / "schema.graphql").read_text())

# Ids and cursors of the running demo, by the name of the argument that takes one.
POOL = json.loads(os.environ.get("JBP_FUZZ_POOL", "{}"))

# Ids of what the other side sees, and the asker does not.
HIDDEN = json.loads(os.environ.get("JBP_FUZZ_HIDDEN", "[]"))

# The closed list of docs/api.md, but for INTERNAL_SERVER_ERROR and TIMEOUT, which nobody can deserve.
CODES = {
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "BAD_USER_INPUT",
    "INVALID_CURSOR",
    "OPERATION_RESOLUTION_FAILURE",
    "PERSISTED_QUERY_NOT_FOUND",
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "RATE_LIMITED",
    "QUERY_TOO_COMPLEX",
    "PAYLOAD_TOO_LARGE",
}

days = st.dates().map(str) | st.sampled_from(["2026-02-29", "9999-12-31", "0001-01-01", "2026-06-30"])
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str) | st.sampled_from(
    ["0", "-0", "0.005", "-1", "1e3", "79228162514264337593543950335", "9223372036854775808", "100"]
)
scalar("Date", days.map(nodes.String))
scalar("DateTime", st.datetimes().map(lambda instant: instant.isoformat() + "Z").map(nodes.String))
scalar("Decimal", decimals.map(nodes.String))
scalar("CurrencyCode", st.sampled_from(["EUR", "USD", "JPY", "KWD", "XXX", "eur", ""]).map(nodes.String))
scalar("CountryCode", st.sampled_from(["DE", "GB", "US", "ZZ", "de", ""]).map(nodes.String))


class RealIds(graphql.Visitor):
    """Puts an id or cursor that exists where one is asked for, most of the time."""

    def __init__(self, text):
        super().__init__()
        self.random = random.Random(text)

    def enter_argument(self, node, *_):
        return self.replace(node)

    def enter_object_field(self, node, *_):
        return self.replace(node)

    def replace(self, node):
        known = POOL.get(node.name.value)
        if not known or self.random.random() < 0.2:
            return None
        if isinstance(node.value, graphql.StringValueNode):
            value = graphql.StringValueNode(value=self.random.choice(known))
        elif isinstance(node.value, graphql.IntValueNode):
            value = graphql.IntValueNode(value=str(self.random.choice(known)))
        elif isinstance(node.value, graphql.ListValueNode):
            chosen = self.random.sample(known, min(len(known), 3))
            value = graphql.ListValueNode(values=tuple(graphql.StringValueNode(value=one) for one in chosen))
        else:
            return None
        return type(node)(name=node.name, value=value)


@schemathesis.hook
def map_body(_context, document):
    """Called with the document of each request."""
    return graphql.visit(document, RealIds(graphql.print_ast(document)))


@schemathesis.check
def every_fault_is_the_clients(_context, response, _case):
    """Whatever is sent, the server does not fail, and says of each error what it is."""
    assert response.status_code < 500, f"status {response.status_code}"
    for error in response.json().get("errors", []):
        code = error.get("extensions", {}).get("code")
        assert code in CODES, f"{code}: {error['message']} at {error.get('path')}"


@schemathesis.check
def what_is_hidden_stays_hidden(_context, response, _case):
    """Nothing of the other side's comes back, whichever way it is asked for; an error may repeat what was sent."""
    data = json.dumps(response.json().get("data"))
    shown = [one for one in HIDDEN if one in data]
    assert not shown, f"{shown} in {data[:500]}"


@schemathesis.check
def a_document_is_valid_where_it_is_to_the_reference(_context, response, case):
    """The server refuses as invalid what graphql-core does, and nothing else."""
    codes = {error["extensions"]["code"] for error in response.json().get("errors", [])}
    if codes & {"QUERY_TOO_COMPLEX", "PAYLOAD_TOO_LARGE", "RATE_LIMITED"}:
        return  # It was refused before anybody asked whether it is valid.
    is_refused = bool(codes & {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"})
    try:
        document = graphql.parse(case.body) if isinstance(case.body, str) else case.body
        flaws = [flaw.message for flaw in graphql.validate(SCHEMA, document)]
    except graphql.GraphQLSyntaxError as flaw:
        flaws = [flaw.message]
    # Too large an integer is refused when it is read, which is later.
    if all("non 32-bit" in flaw for flaw in flaws) and not is_refused:
        return
    assert is_refused == bool(flaws), flaws or response.text
