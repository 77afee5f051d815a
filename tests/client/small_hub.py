"""A small hub that speaks the API over real HTTP and trusts the sign-in simulator."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from caimera.demo.simulator import MEMBER, Simulator
from caimera.demo.simulator.errors import InvalidToken

QUESTION_ID = "0c8f8d0e-8f5e-4c43-b4a5-3c3f5c1c9a10"


def count(value: int | None, kind: str = "exact", **more: int) -> dict[str, Any]:
    return {"kind": kind, "value": value, "step": None, "bound": None} | more


def node(name: str, state: str, datasets: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "id": name.lower(),
        "name": f"{name} Node",
        "state": state,
        "reason": "" if state == "answered" else f"{name} said nothing.",
        "took_ms": 12.5 if state == "answered" else None,
        "conditions": [{"path": "", "status": "applied", "why": "", "text": "modality = CT"}],
        "datasets": datasets or [],
        "subjects": count(120, "approximate"),
        "studies": count(4),
        "series": count(5),
    }


OPEN = {
    "id": "1",
    "title": "Open\u2028set",
    "version": "v1",
    "policy": "open",
    "subjects": count(115),
    "studies": count(1200),
    "series": count(2400),
}
PROTECTED = OPEN | {
    "id": "2",
    "title": "Protected set",
    "policy": "protected",
    "subjects": count(None, "fewer_than", bound=10),
    "studies": count(None, "withheld"),
    "series": count(None, "withheld"),
}
COUNTED = PROTECTED | {
    "subjects": count(45, "rounded", step=5),
    "budget_left": 37,
    "protection": {"minimum": 10, "step": 5, "epsilon": 0.28},
    "breakdowns": [
        {
            "variable": "modality",
            "values": [
                {"value": "CT", "subjects": count(45, "rounded", step=5)},
                {"value": "", "subjects": count(None, "fewer_than", bound=10)},
            ],
        }
    ],
}
BREAKDOWNS = [
    {
        "variable": "modality",
        "label": "modality",
        "values": [
            {"value": "CT", "label": "CT", "subjects": count(45, "approximate"), "few": 2},
            {"value": "", "label": "not recorded", "subjects": count(None, "fewer_than", bound=19), "few": 2},
        ],
        "left_out": ["1 dataset does not tell its numbers by modality."],
    }
]
SAVED = {"id": "9", "name": "Mine", "text": "modality = CT", "by": ["modality"], "link": None}
REPORT = "question_id,title\r\n1,Open set\r\n"
NONE = OPEN | {"id": "3", "title": "Empty set", "subjects": count(0), "studies": count(0), "series": count(0)}


def state(closed: bool, nodes: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": QUESTION_ID,
        "question": {
            "text": "modality = CT",
            "canonical": "modality = CT",
            "hash": "h",
            "words": "Series with modality CT.",
            "json": {},
        },
        "vocabulary": "2026.11",
        "purpose": "",
        "asked_at": "2026-11-23T10:00:00Z",
        "deadline_at": "2026-11-23T10:00:15Z",
        "state": "closed" if closed else "open",
        "nodes": nodes,
        "totals": {
            "subjects": count(115, "approximate"),
            "studies": count(1200),
            "series": count(2400),
            "left_out": ["One dataset says only that fewer than 10 fit."],
        },
    }


WAITING = state(False, [node("Trials", "waiting"), node("Genomics", "waiting")])
HALF = state(False, [node("Trials", "answered", [OPEN, PROTECTED, NONE]), node("Genomics", "waiting")])
DONE = state(True, [node("Trials", "answered", [OPEN, PROTECTED, NONE]), node("Genomics", "offline")])

COUNTED_BY = state(True, [node("Trials", "answered", [COUNTED])]) | {"breakdowns": BREAKDOWNS}

NODES = {
    "nodes": [
        {
            "id": "trials",
            "name": "Trials Node",
            "state": "present",
            "last_heard_at": "2026-11-23T10:00:00+00:00",
            "software": "caimera 0.1.0",
            "vocabulary": "2026.11",
            "variables": {"sex": ["EQUALS", "IN"]},
            "dataset_count": 20,
        },
        {
            "id": "genomics",
            "name": "Genomics Node",
            "state": "away",
            "last_heard_at": None,
            "software": "",
            "vocabulary": "",
            "variables": {},
            "dataset_count": 0,
        },
    ]
}

PROBLEMS = [{"path": "0", "message": "There is no variable 'modalty'.", "fix": "Did you mean 'modality'?"}]


class SmallHub(ThreadingHTTPServer):
    """What the hub tells; a test may change any of it."""

    daemon_threads = True

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.simulator = simulator
        self.about: Any = {"issuer": simulator.issuer, "client_id": simulator.device_client_id}
        self.nodes: Any = deepcopy(NODES)
        self.asked: list[Any] = []
        self.streams: list[list[Any]] = [[WAITING, HALF, DONE, "done"]]
        """What each opening of a stream sends; without "done" it breaks off."""
        self.question: Any = DONE
        self.raw: tuple[int, bytes] | None = None
        """A status and body every path answers with, when set."""

    def refusal(self, token: str) -> int:
        try:
            person = self.simulator.provider.userinfo(token)
        except InvalidToken:
            return 401
        return 0 if MEMBER in str(person.get("eduperson_entitlement")) else 403


class Answers(BaseHTTPRequestHandler):
    server: SmallHub

    def log_message(self, format: str, *args: object) -> None:
        pass

    def send(self, status: int, body: bytes, content_type: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self, document: Any, status: int = 200) -> None:
        self.send(status, json.dumps(document).encode())

    def allowed(self) -> bool:
        status = self.server.refusal(self.headers.get("authorization", "").removeprefix("Bearer "))
        if status:
            self.answer({"title": "Forbidden", "detail": "Members only."}, status)
        return not status

    def do_GET(self) -> None:
        if self.server.raw:
            self.send(*self.server.raw)
        elif self.path == "/api/about":
            self.answer(self.server.about)
        elif self.path == "/api/vocabulary":
            self.answer({"version": "2026.11"})
        elif self.allowed():
            self.answer_member()

    def answer_member(self) -> None:
        if self.path == "/api/nodes":
            self.answer(self.server.nodes)
        elif self.path == "/api/saved":
            self.answer({"saved": [SAVED]})
        elif self.path.endswith("/stream"):
            self.stream()
        elif self.path.endswith("/report.csv"):
            self.send(200, REPORT.encode("utf-8-sig"), "text/csv")
        else:
            self.answer(self.server.question)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append(asked)
        if self.server.raw:
            self.send(*self.server.raw)
        elif not self.allowed():
            return
        elif "modalty" in str(asked["question"]):
            self.answer({"title": "Unreadable", "detail": "Correct it.", "problems": PROBLEMS}, 422)
        elif asked.get("name") == "Taken":
            self.answer({"title": "Taken", "detail": "You keep another question named “Taken”."}, 409)
        elif self.path == "/api/saved":
            self.answer(SAVED, 201)
        else:
            self.stream(201)

    def stream(self, status: int = 200) -> None:
        events = self.server.streams.pop(0)
        self.send_response(status)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for event in events:
            name, data = (
                ("done", "{}") if event == "done" else ("state", json.dumps(event, ensure_ascii=False))
            )
            self.wfile.write(f": here\n\nevent: {name}\ndata: {data}\n\n".encode())
            self.wfile.flush()


@contextmanager
def serving(simulator: Simulator) -> Iterator[SmallHub]:
    """A small hub that trusts the simulator, for a while."""
    with SmallHub(simulator) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
