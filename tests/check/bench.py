#!/usr/bin/env python3
"""bench.py FILE - bench.json has what its readers expect: every measurement that is asked for, with
figures in it, and an audit that holds."""
import json
import sys

NAMES = ("core_batch_8190", "core_batch_1024", "core_batch_64", "rpc_batch_8190", "rpc_batch_64",
         "rpc_single", "rpc_one", "http_single", "half_load", "recovery", "soap_full", "soap_half",
         "soap_beside_rpc", "limit_http_client", "services_full", "services_far",
         "limit_password", "checkout", "checkout_open")
FIELDS = ("payments_per_second", "p50_us", "p99_us", "max_us", "seconds", "batch", "connections")


def faults(report):
    if not report.get("machine"):
        yield "machine is missing"
    found = {entry["name"]: entry for entry in report["measurements"]}
    for name in NAMES:
        if name not in found:
            yield f"{name} was not measured"
            continue
        for field in FIELDS:
            if not isinstance(found[name].get(field), (int, float)):
                yield f"{name}: {field} is {found[name].get(field)!r}"
        if not found[name].get("payments_per_second", 0) > 0:
            yield f"{name}: nothing was paid"
    for entry in report["measurements"]:
        if ("ratio" in entry) != ("ratio_to" in entry):
            yield f"{entry['name']}: a ratio without what it is to"
    audit = report["audit"]
    if audit.get("ok") is not True or not audit.get("payments", 0) > 0 or "sum_tiyn" not in audit:
        yield f"audit: {audit}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        found = list(faults(json.load(file)))
    for fault in found:
        print("not ok bench.json:", fault)
    if not found:
        print("ok bench.json")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
