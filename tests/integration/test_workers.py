"""The threads that do long work: how many, and that they stand behind the loops."""
import os
import pathlib
import time
import unittest

from tests.integration.case import NodeCase
from tests.integration.rpc_client import Rpc


class Workers(NodeCase):
    def niceness(self):
        """{name: [nice values]} of the node's threads."""
        threads = {}
        for task in pathlib.Path(f"/proc/{self.node.process.pid}/task").iterdir():
            stat = (task / "stat").read_text()
            name = stat[stat.index("(") + 1:stat.rindex(")")]
            threads.setdefault(name, []).append(int(stat[stat.rindex(")") + 2:].split()[16]))
        return threads

    def test_workers_are_behind_the_loops(self):
        with Rpc(self.node.unix_path) as operator:
            for _ in range(50):  # any worker may take it
                operator.call("node.stats")
        threads = self.niceness()
        loop = threads["loop-0"][0]
        self.assertEqual({nice - loop for nice in threads["worker"]}, {min(10, 19 - loop)})

    def test_workers_of_a_node_that_is_nice_are_behind_its_loops_too(self):
        for nice in ("3", "12"):
            self.node.stop()
            self.node.start(before=("nice", "-n", nice))
            with self.subTest(nice):
                self.test_workers_are_behind_the_loops()

    def test_there_is_one_for_each_core_and_four_at_least(self):
        with Rpc(self.node.unix_path) as operator:
            operator.call("node.stats")
        threads = self.niceness()
        # Those that had no work yet have the name of the loop that started them.
        pool = len(threads.get("worker", [])) + len(threads["loop-0"]) - 1
        self.assertEqual(pool, min(32, max(4, len(os.sched_getaffinity(0)))))

    def test_the_crew_is_one_for_each_core_behind_the_loops(self):
        crew = min(32, max(4, len(os.sched_getaffinity(0))))
        end = time.monotonic() + 10  # they name themselves
        while len(self.niceness().get("crew", [])) < crew and time.monotonic() < end:
            time.sleep(0.01)
        threads = self.niceness()
        loop = threads["loop-0"][0]
        self.assertEqual(threads["crew"], [min(19, loop + 10)] * crew)


if __name__ == "__main__":
    unittest.main()
