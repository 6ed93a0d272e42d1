#!/usr/bin/env python3
"""Writes the requests of a workload, a line each: the token, a tab, the variables.

    requests.py dashboard|portfolio DIR URL

DIR holds `tokens` and `plans` as `bench` writes them. The pages of a portfolio are found by following its cursors.
"""

import json
import pathlib
import sys
import urllib.request

workload, home, url = sys.argv[1:]
here = pathlib.Path(__file__).parent
home = pathlib.Path(home)
tokens = home.joinpath("tokens").read_text().split()
document = here.joinpath(f"{workload}.graphql").read_text()


def ask(token, variables):
    body = json.dumps({"query": document, "variables": variables}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
        found = json.load(answer)
    assert "errors" not in found, found["errors"]
    return found["data"]


def dashboards():
    for line in home.joinpath("plans").read_text().splitlines():
        vendor, plan = line.split("\t")
        yield tokens[int(vendor) - 1], {"id": plan}


def portfolios():
    for token in tokens:
        after = None
        while True:
            variables = {"after": after} if after else {}
            yield token, variables
            page = ask(token, variables)["portfolio"]["pageInfo"]
            if not page["hasNextPage"]:
                break
            after = page["endCursor"]


requests = list({"dashboard": dashboards, "portfolio": portfolios}[workload]())
if workload == "dashboard":
    plan = ask(*requests[0])["plan"]
    sizes = [len(plan["targets"]), len(plan["commitments"]), len(plan["reviews"])]
    assert sizes == [12, 10, 4], sizes
    assert ask(tokens[1], requests[0][1])["plan"] is None, "another vendor could read the plan"
with home.joinpath(f"{workload}.reqs").open("w") as out:
    for token, variables in requests:
        out.write(f"{token}\t{json.dumps(variables)}\n")
print(f"{workload}: {len(requests)} requests", file=sys.stderr)
