# Restanse: every target does its own set-up; `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo check test test-unit test-real soak bench up generate clean

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	if $$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,13))' 2>/dev/null; \
	then echo $$p; break; fi; done)
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-10s %s\n", $$1, $$2}'

setup: $(VENV)/.test ## Make the environment for working on the code

demo: $(VENV)/.run ## Run 60 simulated days of the whole flow and compare both systems
	@$(BIN)/restanse demo

check: $(VENV)/.test ## Lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy shared services tests
	$(BIN)/lint-imports

test: check ## Everything: lint, types, contracts, unit tests, real RabbitMQ and PostgreSQL
	@$(BIN)/python -m tests.harness.servers
	$(BIN)/pytest -n $(WORKERS) --dist loadscope

test-unit: $(VENV)/.test ## The tests that need no server
	$(BIN)/pytest tests/unit tests/architecture

test-real: $(VENV)/.test ## The tests on private RabbitMQ and PostgreSQL nodes
	@$(BIN)/python -m tests.harness.servers
	$(BIN)/pytest -n $(WORKERS) --dist loadscope -m real

soak: $(VENV)/.test ## Long runs on the large worlds: 20 clients and 5,000 invoices on real servers
	$(BIN)/python -m tests.soak

bench: $(VENV)/.test ## Measure on private RabbitMQ and PostgreSQL nodes and print a table
	$(BIN)/python -m tests.bench

up: ## Start every service, RabbitMQ, PostgreSQL and the sandbox with Docker Compose
	docker compose --profile sandbox up --build --wait

generate: $(VENV)/.test ## Write the generated files anew: schemas, settings, topology
	$(BIN)/python docs/generate.py

clean: ## Remove the environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

# The venv module is a package of its own on Debian; said here instead of in a stack trace.
$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Restanse needs Python 3.11, 3.12 or 3.13 on the PATH" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) cannot make an environment; on Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Setting up $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/build.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: tests/requirements.lock $(VENV)/.run
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/requirements.lock
	@touch $@
