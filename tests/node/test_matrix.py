"""A node is what its authorisation matrix says."""

import pytest

from caimera.people.matrix import CALLERS
from tests.people.matrix import disagreements

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("caller", CALLERS)
def test_every_route_lets_in_whom_the_matrix_says(caller: str) -> None:
    assert disagreements(caller) == []
