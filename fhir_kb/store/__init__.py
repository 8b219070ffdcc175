"""Placeholder docstring, replaced by the module author."""
