#!/usr/bin/env python3
"""soap_corpus.py FOLDER - the golden exchanges as inputs of fuzz_soap: each request once as it is,
and once without its signature, for the target to sign it."""
import pathlib
import re
import sys

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden/agent_soap"
SERVICES = ("transaction-management/v1.1", "transaction-management/v1.0",
            "cash-in-transaction-management/v1.1", "cash-out-transaction-management/v1.1")
SIGNS = 4


def requests():
    for path in sorted(GOLDEN.glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for i, line in enumerate(lines[:-1]):
            if line.startswith("< POST /allpay-public-soap/"):
                yield path.stem, line.split("/allpay-public-soap/")[1], lines[i + 1][2:]


def main():
    folder = pathlib.Path(sys.argv[1])
    count = 0
    for name, service, body in requests():
        if service not in SERVICES:
            continue
        number = SERVICES.index(service)
        bare = re.sub(r"<Signature .*</Signature>", "", body, flags=re.DOTALL)
        for head, text in ((number, body), (number | SIGNS, bare)):
            (folder / f"golden-{name}-{head}").write_bytes(bytes([head]) + text.encode())
            count += 1
    if count == 0:
        sys.exit(f"no requests in {GOLDEN}")


if __name__ == "__main__":
    main()
