"""`python -m caimera.demo.simulator DIRECTORY PORT`: the simulator as a process of the demo."""

import sys
from pathlib import Path

from caimera.demo.simulator.server import serve

if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
