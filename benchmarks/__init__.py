"""What is measured, against what: ``python -m benchmarks`` or one of its modules."""
