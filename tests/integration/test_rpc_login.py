"""Who may speak RPC: the login, and what is answered before it."""
import os
import socket
import stat
import unittest

import msgpack

from tests.integration.case import AGENT, NodeCase
from tests.integration.node import RPC_KEY
from tests.integration.rpc_client import Closed, Rpc, RpcError, mac


class Login(NodeCase):
    def stranger(self):
        return self.rpc(login=False)

    def closed(self, client):
        with self.assertRaises((Closed, ConnectionError)):
            while True:
                client.receive()

    def test_good(self):
        client = self.rpc()
        self.assertEqual(client.record("account_get", AGENT)[0], "DONE")

    def test_challenge_is_new_each_time(self):
        challenges = {self.stranger().call("login", "shop") for _ in range(8)}
        self.assertEqual(len(challenges), 8)
        self.assertEqual({len(challenge) for challenge in challenges}, {32})

    def test_wrong_key(self):
        for key in "ff" * 32, RPC_KEY[:-1] + "e":
            client = self.stranger()
            with self.assertRaises(RpcError) as caught:
                client.login("shop", key)
            self.assertEqual(caught.exception.code, "LOGIN_FAILED")

    def test_unknown_name_is_told_no_sooner_than_a_wrong_key(self):
        client = self.stranger()
        challenge = client.call("login", "nobody")
        self.assertEqual(len(challenge), 32)
        with self.assertRaises(RpcError) as caught:
            client.call("login", "nobody", mac(challenge, "nobody"))
        self.assertEqual(caught.exception.code, "LOGIN_FAILED")

    def test_a_challenge_serves_once(self):
        first = self.stranger()
        challenge = first.call("login", "shop")
        for client in (first, self.stranger()):
            if client is not first:
                client.call("login", "shop")
                with self.assertRaises(RpcError):
                    client.call("login", "shop", mac(challenge, "shop"))
            else:
                client.call("login", "shop", mac(challenge, "shop"))

    def test_a_mac_for_one_name_is_none_for_another(self):
        client = self.stranger()
        challenge = client.call("login", "shop")
        with self.assertRaises(RpcError):
            client.call("login", "shop", mac(challenge, "shopx"))

    def test_a_mac_without_a_challenge(self):
        client = self.stranger()
        with self.assertRaises(RpcError):
            client.call("login", "shop", mac(b"\0" * 32, "shop"))

    def test_nothing_but_login_before_login(self):
        for method in ("open", "account_get", "info", "node.info", "node.backup", "nothing", ""):
            client = self.stranger()
            with self.assertRaises(RpcError) as caught:
                client.call(method, [])
            self.assertEqual(caught.exception.code, "LOGIN_REQUIRED", method)

    def test_strangers_are_closed_after_a_few_tries(self):
        client = self.stranger()
        for _ in range(10):
            client.send("open", [])
        self.closed(client)

    def test_a_strangers_frames_are_small(self):
        client = self.stranger()
        client.send("login", "x" * 100000)
        self.closed(client)

    def test_bad_login_params(self):
        for params in ([], ["x" * 32], [""], [5], ["shop", "short"], ["shop", b"x" * 33],
                       ["shop", b"x" * 32, 1], ["shop", None], [None]):
            client = self.stranger()
            with self.assertRaises(RpcError) as caught:
                client.call("login", *params)
            self.assertIn(caught.exception.code, ("BAD_PARAMS", "LOGIN_FAILED"), params)

    def test_the_key_is_not_in_the_log(self):
        self.rpc()
        with self.assertRaises(RpcError):
            self.stranger().login("shop", "ff" * 32)
        self.http().get(f"/v1/accounts/{AGENT}")
        log = self.node.log().lower()
        for keys in self.node.gateways.values():
            self.assertNotIn(keys["rpc_key"].lower(), log)
            self.assertNotIn(keys["bearer_key"].lower(), log)

    def test_failed_logins_are_in_the_log_and_counted(self):
        with self.assertRaises(RpcError):
            self.stranger().login("shop", "ff" * 32)
        self.assertIn("shop", self.node.log())


class UnixSocket(NodeCase):
    def test_the_operator_needs_no_login(self):
        with Rpc(self.node.unix_path) as operator:
            self.assertEqual(operator.record("account_get", AGENT)[0], "DONE")

    def test_only_the_owner_may_open_it(self):
        mode = os.stat(self.node.unix_path).st_mode
        self.assertTrue(stat.S_ISSOCK(mode))
        self.assertEqual(mode & 0o007, 0)

    @unittest.skipIf(os.getuid() != 0, "only root can become another user")
    def test_another_user_is_refused_though_the_mode_would_let_him(self):
        os.chmod(self.node.folder, 0o755)
        mode = os.stat(self.node.unix_path).st_mode
        self.addCleanup(os.chmod, self.node.unix_path, mode)
        os.chmod(self.node.unix_path, 0o777)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            said = b"refused"
            try:
                os.setgid(65534)
                os.setuid(65534)
                client = socket.socket(socket.AF_UNIX)
                client.settimeout(10)
                client.connect(self.node.unix_path)
                client.sendall(msgpack.packb([0, 1, "node.info", []]))
                data = client.recv(65536)
                if data and msgpack.unpackb(data)[2] is None:
                    said = b"served"
            except OSError:
                pass
            os.write(writer, said)
            os._exit(0)
        os.waitpid(child, 0)
        self.assertEqual(os.read(reader, 100), b"refused")
        os.close(reader)
        os.close(writer)


if __name__ == "__main__":
    unittest.main()
