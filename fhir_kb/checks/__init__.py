"""Rules carried out on a chart: found, nothing found, or not done and why."""

from fhir_kb.checks.result import Change, CheckResult, Evidence, Finding, Gap
from fhir_kb.checks.run import rules_for, run_checks

__all__ = ["Change", "CheckResult", "Evidence", "Finding", "Gap", "rules_for", "run_checks"]
