#!/usr/bin/python3
"""Opens a payment of 100.00 from account 1001 to 2001, looks it up, and prints both answers.

usage: example.py HOST:PORT GATEWAY KEY-FILE    a gateway; the key file has 64 hexadecimal digits
       example.py SOCKET                        an operator, over the node's Unix socket
"""
import hashlib, hmac, os, socket, sys
import msgpack  # Debian: python3-msgpack


class Node:
    def __init__(self, peer):
        if ":" in peer:
            host, port = peer.rsplit(":", 1)
            self.socket = socket.create_connection((host, int(port)), timeout=30)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(peer)
        self.unpacker, self.msgid = msgpack.Unpacker(), 0

    def call(self, method, *params):
        self.msgid += 1
        self.socket.sendall(msgpack.packb([0, self.msgid, method, params]))
        while True:  # answers come in any order; here one call is under way at a time
            for kind, msgid, error, result in self.unpacker:
                if error is not None:
                    sys.exit(f"{method}: {error['code']}: {error['text']}")
                return result
            received = self.socket.recv(65536)
            if not received:
                sys.exit("the node closed the connection")
            self.unpacker.feed(received)

    def login(self, name, key_file):
        challenge = self.call("login", name)
        key = bytes.fromhex(open(key_file).read().strip())
        mac = hmac.new(key, challenge + name.encode(), hashlib.sha512).digest()[:32]
        self.call("login", name, mac)


if len(sys.argv) not in (2, 4):
    sys.exit(__doc__)
node = Node(sys.argv[1])
options = {}
if len(sys.argv) == 4:
    node.login(*sys.argv[2:])
else:
    options = {"requester": 1}  # an operator says for whom
info = node.call("info")
reference = os.urandom(16)  # makes the payment unique: asked again, it is not made again
payment = [reference, 3, [[1001, 2001, 10000]], "post", options]  # 3: cash_in; amounts in tiyn
(status, payment_id, state, replayed, sequence, *fault) = node.call("open", [payment])[0]
print("opened:", info["statuses"][status], payment_id, info["states"][state], *fault)
if status == 0:
    status, record = node.call("lookup", reference, options)
    print("looked up:", info["statuses"][status], record)
sys.exit(0 if status == 0 else 1)
