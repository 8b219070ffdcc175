"""Verdicts on documents, written for people (text), programs (JSON) and CI (SARIF, JUnit)."""
