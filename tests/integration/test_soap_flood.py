"""Strangers who ask for signatures as fast as they can: the agents are served all the same."""
import socket
import unittest

from tests.integration import soap_sign
from tests.integration.http_client import Http
from tests.integration.soap_client import new_guid
from tests.integration.soap_contract import SERVICES
from tests.integration.soap_sign import Key
from tests.integration.soap_world import PAY, WorldCase

PIPELINED = 60  # requests on a connection, of the 64 that it may have
SERVICE = SERVICES["cash_in"]


class Flood(WorldCase):
    def stranger(self, number):
        """A connection from another address of this machine."""
        http = Http(self.soap.node.http, key=None)
        http.close()
        http.socket = socket.create_connection(self.soap.node.http, 30,
                                               (f"127.0.0.{number}", 0))
        self.addCleanup(http.close)
        return http

    def test_echoes_of_strangers_keep_no_agent_out(self):
        """Each takes a signature of the node's; there are more of them than places for works."""
        body = f'<n:echo xmlns:n="{SERVICE.namespace}"><Echo>x</Echo></n:echo>'
        echo = soap_sign.sign(soap_sign.envelope(body, soap_sign.template("sha1")),
                              Key.make(1024, "stranger"))
        request = (f"POST {SERVICE.path} HTTP/1.1\r\nHost: node\r\nContent-Type: text/xml\r\n"
                   f"Content-Length: {len(echo)}\r\n\r\n").encode() + echo
        agent, client = self.new_agent(), self.new_client()
        self.start(agent, PAY[1], toUserName=client, amount="1.00", GUID=new_guid())
        messages = [agent.message(*PAY, toUserName=client, amount="1.00", GUID=new_guid())
                    for _ in range(10)]
        strangers = [self.stranger(2 + i // 8) for i in range(40)]
        for stranger in strangers:
            stranger.send(request * PIPELINED)
        with self.moves(held={agent.login: 10_00}):
            for message in messages:
                self.assertEqual(agent.repeat(*PAY, message).status, "PENDING")
        statuses = [stranger.receive().status for stranger in strangers for _ in range(PIPELINED)]
        self.assertEqual(set(statuses), {200, 503})


if __name__ == "__main__":
    unittest.main()
