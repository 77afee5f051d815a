"""A clinical database for one demo node: real images, generated clinical data."""

from caimera.demo.clinical.chance import SEED
from caimera.demo.clinical.database import DATABASE, NODE, READER, Held, datasets_held, filling

__all__ = ["DATABASE", "NODE", "READER", "SEED", "Held", "datasets_held", "filling"]
