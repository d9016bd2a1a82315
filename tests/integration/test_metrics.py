"""/healthz, /readyz and /metrics: what a monitoring system reads."""
import re
import unittest

from tests.integration.case import NodeCase, payment
from tests.integration.node import poll

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?[0-9.e+-]+|NaN|[+-]Inf)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')


def parse(text):
    """A strict reader of the Prometheus text format: {(name, labels): value}, {name: type}."""
    samples, types, helps, current, closed = {}, {}, {}, None, set()
    assert text.endswith("\n")
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            name, helps_text = line[7:].split(" ", 1)
            assert name not in helps and helps_text, line
            helps[name] = helps_text
        elif line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            assert name not in types and kind in ("counter", "gauge", "histogram"), line
            types[name] = kind
            closed.add(current)
            current = name
            assert name not in closed, f"{name} is not in one group"
        else:
            match = SAMPLE.match(line)
            assert match, line
            name, labels, value = match.groups()
            pairs, rest = {}, labels or ""
            while rest:
                label = LABEL.match(rest)
                assert label and label[1] not in pairs, line
                pairs[label[1]] = label[2]
                rest = rest[label.end():]
            family = name
            if types.get(current) == "histogram":
                family = re.sub("_(bucket|sum|count)$", "", name)
            assert family == current, f"{line} stands in the group of {current}"
            key = (name, tuple(sorted(pairs.items())))
            assert key not in samples, f"{line} comes twice"
            samples[key] = float(value)
    assert set(helps) == set(types)
    return samples, types


class Metrics(NodeCase):
    def metrics(self):
        answer = self.http(key=None).get("/metrics")
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers["content-type"].startswith("text/plain; version=0.0.4"))
        return parse(answer.body.decode())

    def total(self, word, **labels):
        """The sum over the counters whose name has the word, and which have the labels."""
        samples, types = self.metrics()
        return sum(value for (name, pairs), value in samples.items()
                   if word in name and types.get(name) == "counter"
                   and labels.items() <= dict(pairs).items())

    def test_health_and_readiness_need_no_key(self):
        for path in "/healthz", "/readyz":
            self.assertEqual(self.http(key=None).get(path).status, 200)

    def test_they_parse_and_histograms_are_cumulative(self):
        self.http().post("/v1/payments", payment())
        samples, types = self.metrics()
        self.assertIn("histogram", types.values())
        series = {}
        for (name, pairs), value in samples.items():
            if name.endswith("_bucket"):
                labels = dict(pairs)
                bound = float(labels.pop("le").replace("+Inf", "inf"))
                series.setdefault((name[:-7], tuple(sorted(labels.items()))), []).append(
                    (bound, value))
        self.assertTrue(series)
        for (name, labels), buckets in series.items():
            buckets.sort()
            counts = [count for _, count in buckets]
            self.assertEqual(counts, sorted(counts), name)
            self.assertEqual(buckets[-1][0], float("inf"), name)
            self.assertEqual(samples[(name + "_count", labels)], counts[-1], name)
            self.assertIn((name + "_sum", labels), samples)

    def test_counters_say_counters(self):
        for name, kind in self.metrics()[1].items():
            self.assertTrue(name.startswith("tiyn_"), name)
            self.assertEqual(kind == "counter", name.endswith("_total"), name)

    def test_what_the_issue_asks_for_is_there(self):
        names = " ".join(self.metrics()[1])
        for word in ("ring", "table", "journal", "checkpoint", "store", "latency", "connections"):
            self.assertIn(word, names)

    def test_statuses_are_counted(self):
        client = self.http()
        before = self.total("status", status="DONE"), self.total("status", status="FUNDS")
        for _ in range(5):
            self.assertEqual(client.post("/v1/payments", payment()).status, 201)
        for _ in range(3):
            client.post("/v1/payments", payment(debit=2009, credit=2001))
        poll(lambda: self.total("status", status="DONE") >= before[0] + 5
             and self.total("status", status="FUNDS") >= before[1] + 3, "statuses are counted")

    def test_requests_are_counted_by_operation(self):
        before = self.total("requests", status="201")
        self.http().post("/v1/payments", payment())
        self.assertEqual(self.total("requests", status="201"), before + 1)

    def test_strangers_make_no_new_series(self):
        self.http(key=None).get("/healthz")
        for n in range(3):
            self.http().get(f"/first{n}")
        before = len(self.metrics()[0])
        for n in range(50):
            self.http().get(f"/stranger-{n}")
        self.assertEqual(len(self.metrics()[0]), before)


if __name__ == "__main__":
    unittest.main()
