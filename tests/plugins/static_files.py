"""Which static files there are is looked up once a run.

Every `django.test.Client` sets up the middleware anew, and with it the list of these files: a dozen
milliseconds of each test that opens a page.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _listed_once() -> Iterator[None]:
    from servestatic.middleware import ServeStaticMiddleware

    look_up, first = ServeStaticMiddleware.add_files_from_finders, list[ServeStaticMiddleware]()

    def add_files_from_finders(self: ServeStaticMiddleware) -> None:
        if first:
            self.files, self.directories = first[0].files, first[0].directories
        else:
            look_up(self)
            first.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ServeStaticMiddleware, "add_files_from_finders", add_files_from_finders)
        yield
