"""Fails when a model changed and nobody wrote the migration; run as `python -m tests.migrations`."""

from __future__ import annotations

import subprocess
import sys

CHECK = """
from tests.plugins import {site}
import django
from django.core.management import call_command
django.setup()
call_command("makemigrations", "--check", "--dry-run")
"""


def main() -> int:
    """Check hub and node, each in a process of its own, as each has settings of its own."""
    results = [subprocess.run([sys.executable, "-c", CHECK.format(site=site)]) for site in ("hub", "node")]
    return max(result.returncode for result in results)


if __name__ == "__main__":
    sys.exit(main())
