"""What the supervisor does before anything is started."""

import os
import socket

from caimera.demo.home import Home
from caimera.demo.running import StopSign
from caimera.demo.state import Phase, State, read, write
from caimera.demo.supervisor import Supervisor


def test_the_login_service_of_people_who_are_known_does_not_move(home: Home) -> None:
    with socket.socket() as another:
        another.bind(("127.0.0.1", 0))
        another.listen()
        port = another.getsockname()[1]
        write(home, State(ports={"login": port}, prepared={"operator": "made"}))
        Supervisor(home, "run-1", os.getpid(), StopSign(), small=True).run()
    after = read(home)
    assert after.phase is Phase.FAILED
    assert f"Another program listens at port {port}" in after.problem
    assert after.ports["login"] == port  # it is tried again at the next start
    assert after.prepared == {"operator": "made"}


def test_a_login_service_nobody_knows_yet_moves(home: Home) -> None:
    with socket.socket() as another:
        another.bind(("127.0.0.1", 0))
        another.listen()
        port = another.getsockname()[1]
        write(home, State(ports={"login": port}))
        moved = Supervisor(home, "run-1", os.getpid(), StopSign(), small=True)
        assert moved.state.ports["login"] != port
