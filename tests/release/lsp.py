"""A short session with the server that the arguments start: opens a file, asks for a definition, ends."""

import json
import subprocess
import sys

TEXT = "FROM golang:1.22 AS build\nRUN go build\nFROM scratch\nCOPY --from=build /a /a\n"
URI = "file:///app/Dockerfile"

server = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def send(method, params=None, number=None):
    message = {"jsonrpc": "2.0", "method": method, "params": params}
    if number is not None:
        message["id"] = number
    body = json.dumps({k: v for k, v in message.items() if v is not None}).encode()
    server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    server.stdin.flush()


def answer(number):
    """The answer to that request; what else arrives is passed over."""
    while True:
        length = 0
        while (line := server.stdout.readline().strip()):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if length == 0:
            sys.exit("the server has closed its side")
        message = json.loads(server.stdout.read(length))
        if message.get("id") == number and "method" not in message:
            return message["result"]


send("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1)
print("server:", answer(1)["serverInfo"]["name"])
send("initialized", {})
send("textDocument/didOpen", {"textDocument": {"uri": URI, "languageId": "dockerfile", "version": 1, "text": TEXT}})
place = {"textDocument": {"uri": URI}, "position": {"line": 3, "character": 13}}
send("textDocument/definition", place, 2)
found = answer(2)
start = (found[0] if isinstance(found, list) else found)["range"]["start"]
print(f"definition: {start['line']}:{start['character']}")
send("shutdown", None, 3)
answer(3)
send("exit")
sys.exit(server.wait(timeout=10))
