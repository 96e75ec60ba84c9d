"""Assertions on the room that is left in a process's address space."""

from .space import AddressSpace, CouldNotMeasure

__all__ = ["AddressSpace", "CouldNotMeasure"]
