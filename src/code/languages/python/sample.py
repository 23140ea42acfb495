"""A sample of Python."""
import os.path
import numpy as np
from . import util
from .models import User as Account, Group
from typing import *

LIMIT: int = 3
first, second = 1, 2
type Pair = tuple[int, int]


class Store(Base, metaclass=Meta):
    """Keeps users."""

    limit = LIMIT
    name: str

    def __init__(self, path: str) -> None:
        self.path = path

    # The user of a name.
    @property
    @cached(size=3)
    def user(self) -> Account:
        """One user."""
        found = self.table.find(self.path)
        return util.check(found)

    def _private(self): pass


async def load(store: Store, *, group: Group | None = None) -> list[Account]:
    global first
    first += 1

    def inner(x: Optional[int]):
        return np.array(x)

    return [inner(u) for u in store.user]


if LIMIT:
    fallback = load
