"""The peer of `bench_many_nodes`: a relay after Samply Beam's pattern, over HTTP with long polling.

`python -m bench.relay serve PORT` is the relay; `python -m bench.relay poll PORT FIRST LAST` is a process of
nodes that wait for tasks and post results. The peer has it easier: no TLS, no signature, no seal and no
database; what it holds is lost when it ends. Both sides speak HTTP/1.1 on connections that stay open.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import defaultdict
from typing import Any

import uvicorn

from bench.simulated_nodes import said_by

HOST = "127.0.0.1"


class Relay:
    """Tasks on their way to nodes, and results on their way back, in memory.

    `GET /tasks/NODE` waits for the next task of a node, `POST /tasks` gives one to nodes 0 to `nodes`, `POST
    /results/TASK` takes a result, `GET /results/TASK` waits until every node has posted one.
    """

    def __init__(self) -> None:
        self._waiting: defaultdict[str, asyncio.Queue[bytes]] = defaultdict(asyncio.Queue)
        self._results: defaultdict[str, list[Any]] = defaultdict(list)
        self._wanted: dict[str, int] = {}
        self._complete: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        _, kind, *rest = scope["path"].split("/")
        body = await _body(receive) if scope["method"] == "POST" else b""
        if scope["method"] == "POST":
            answer = self._task(body) if kind == "tasks" else self._result(rest[0], body)
        elif kind == "tasks":
            answer = await self._waiting[rest[0]].get()
        else:
            await self._complete[rest[0]].wait()
            answer = json.dumps(self._results.pop(rest[0])).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _task(self, body: bytes) -> bytes:
        task = json.loads(body)
        self._wanted[task["id"]] = task["nodes"]
        for number in range(task["nodes"]):
            self._waiting[str(number)].put_nowait(body)
        return b"{}"

    def _result(self, task: str, body: bytes) -> bytes:
        self._results[task].append(json.loads(body))
        if len(self._results[task]) == self._wanted[task]:
            self._complete[task].set()
        return b"{}"


async def _body(receive: Any) -> bytes:
    body = b""
    while True:
        event = await receive()
        body += event.get("body", b"")
        if not event.get("more_body"):
            return body


class Connection:
    """One open connection to the relay; as little of HTTP as it needs."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(HOST, self._port)

    async def ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        """Send a request and wait for its answer."""
        head = f"{method} {path} HTTP/1.1\r\nhost: relay\r\ncontent-length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        (length,) = (
            line[15:] for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:")
        )
        return await self._reader.readexactly(int(length))


async def poll(port: int, first: int, last: int) -> None:
    """Be the nodes from `first` to before `last`."""
    connections = [Connection(port) for _ in range(first, last)]
    for connection in connections:
        await connection.open()
    print("ready", flush=True)
    await asyncio.gather(*(_poll(number, way) for number, way in enumerate(connections, start=first)))


async def _poll(number: int, connection: Connection) -> None:
    said = said_by(f"site-{number}").model_dump(mode="json")
    while True:
        task = json.loads(await connection.ask("GET", f"/tasks/{number}"))
        result = json.dumps({"node": number, "question_id": task["id"], "datasets": [said]}).encode()
        await connection.ask("POST", f"/results/{task['id']}", result)


def main(doing: str, port: int, *numbers: int) -> None:
    """Be the relay, or nodes of it."""
    if doing == "serve":
        uvicorn.run(Relay(), host=HOST, port=port, log_level="error", lifespan="off", timeout_keep_alive=600)
    else:
        asyncio.run(poll(port, *numbers))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
