#!/usr/bin/env python3
"""Prints a table of `results.jsonl`: medians, and from least to most.

    report.py DIR
"""

import collections
import json
import pathlib
import statistics
import sys

FIGURES = {
    "fanout": ["last_ms", "server_cpu_us_per_delivery", "rss_kb_per_idle", "missing", "extra", "bad"],
    "": ["rps", "cpu_us", "server_cpu_us", "pg_cpu_us", "p50_ms", "p99_ms", "wrong", "errors"],
}

runs = collections.defaultdict(list)
for line in pathlib.Path(sys.argv[1], "results.jsonl").read_text().splitlines():
    run = json.loads(line)
    runs[run["workload"], run.get("subscribers", ""), run["target"]].append(run)

for (workload, n, target), found in runs.items():
    cells = []
    for figure in FIGURES.get(workload, FIGURES[""]):
        values = [float(run[figure]) for run in found if figure in run]
        if values:
            cells.append(f"{figure} {statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})")
    print(f"| {workload} {n} | {target} | {len(found)} | " + " | ".join(cells) + " |")
