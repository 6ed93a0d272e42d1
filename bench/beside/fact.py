#!/usr/bin/env python3
"""Prints variables that record a fact of the first plan, `%E` for what the load generator calls it.

    fact.py DIR URL
"""

import datetime
import json
import pathlib
import sys
import urllib.request

home, url = pathlib.Path(sys.argv[1]), sys.argv[2]
token = home.joinpath("tokens").read_text().split()[0]
plan = home.joinpath("plans").read_text().split()[1]
query = "query ($id: ID!) { plan(id: $id) { partnership { id } } }"
body = json.dumps({"query": query, "variables": {"id": plan}}).encode()
headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
    partnership = json.load(answer)["data"]["plan"]["partnership"]["id"]
fact = {
    "partnershipId": partnership,
    "source": "bench",
    "externalId": "%E",
    "kind": "DEAL_WON",
    "occurredOn": datetime.date.today().isoformat(),
    "productLine": "STORAGE",
    "details": {"deal": {"reference": "%E", "amount": {"amount": "1.25", "currency": "USD"}}},
}
print(json.dumps({"input": {"activities": [fact]}}))
