"""How the validator compares with independent yardsticks; run ``python -m benchmarks.conformance``."""
