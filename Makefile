# make serve · make test · make check · make bench · make conformance
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
RUNTIME := $(VENV)/.runtime
TOOLS := $(VENV)/.tools

.PHONY: serve test check bench conformance format examples lock clean

serve: $(RUNTIME)
	$(BIN)/fhir-kb serve

test: $(TOOLS)
	$(BIN)/python -m pytest -n auto

check: $(TOOLS)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(TOOLS)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Installs exactly what the lock files name; every file is checked against its hash.
$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("fhir_kb needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.lock setup.cfg | $(VENV)/bin/python
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	touch $@

$(TOOLS): requirements-dev.lock $(RUNTIME) | $(VENV)/bin/python
	$(PIP) --require-hashes -r requirements-dev.lock
	touch $@

bench: $(TOOLS)
	$(BIN)/python -m benchmarks

conformance: $(TOOLS)
	$(BIN)/python -m benchmarks.conformance

examples: $(TOOLS)
	$(BIN)/python -m pytest tests/examples tests/cds/test_examples.py -n0 --update-examples

lock: $(TOOLS)
	$(PIP) pip-tools
	for name in requirements requirements-dev; do \
	  $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	    --output-file $$name.lock $$name.in; \
	done

clean:
	rm -rf $(VENV) .fhir-kb build dist *.egg-info
