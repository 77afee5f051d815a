"""What the supervisor writes down."""

from caimera.demo.home import Home
from caimera.demo.state import Phase, State, read, running_hub, write


def test_what_is_written_is_read(home: Home) -> None:
    state = State(ports={"hub": 8800}, prepared={"keys": "made"}, run="r", phase=Phase.READY)
    write(home, state)
    assert read(home) == state
    assert state.hub_url == "http://127.0.0.1:8800"


def test_a_file_cut_off_by_a_crash_is_no_state(home: Home) -> None:
    home.state.write_text('{"ports": {"hub"')
    assert read(home) == State()


def test_the_hub_is_known_only_while_the_demo_runs(home: Home) -> None:
    write(home, State(ports={"hub": 8800}, phase=Phase.READY))
    assert running_hub(home) is None
    with home.locked():
        assert running_hub(home) == "http://127.0.0.1:8800"
        write(home, State(ports={"hub": 8800}, phase=Phase.STARTING))
        assert running_hub(home) is None
