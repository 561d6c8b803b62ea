"""Checks, explains, maps and summarises remote sensing requests."""

__version__ = "0.1.0"
