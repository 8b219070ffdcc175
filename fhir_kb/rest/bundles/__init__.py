"""Bundles posted to the base: batch, where each entry stands alone, and transaction."""
