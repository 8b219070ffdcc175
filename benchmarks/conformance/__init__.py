"""How the validator compares with independent yardsticks: ``python -m benchmarks.conformance``."""
