# kubia: every target works first, in a fresh clone. `make` lists them.
.DEFAULT_GOAL := help
.PHONY: help install demo test check docs lab lab-down lab-env bench lock clean
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {gsub(/\$$\$$/, "$$", $$2); printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## make .venv with .venv/bin/kubia
	@echo 'kubia is installed; to have it on PATH in this shell:'
	@echo '  export PATH="$(CURDIR)/.venv/bin:$$PATH"'

$(STAMP): pyproject.toml requirements.lock requirements-dev.lock
	@scripts/venv $(PYTHON)
	@touch $@

demo: $(STAMP) ## the main job on app/, on a real engine
	@PYTHON=$(PYTHON) scripts/demo

test: $(STAMP) ## every test, on real parts; says at its end which were real
	@$(PYTHON) -m tests.lab tools || true
	@$(BIN)/python -m pytest -q

check: $(STAMP) ## format, lint, types, arrows
	@$(BIN)/ruff format --check --quiet src tests bench
	@$(BIN)/ruff check --quiet src tests bench
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache

docs: $(STAMP) ## renew docs/errors.md from the registry of error codes
	@$(BIN)/python -m scripts.errors

lab: ## start the engine, registry and cluster that the tests use
	@$(PYTHON) -m tests.lab up

lab-down: ## stop them and remove all they left
	@$(PYTHON) -m tests.lab down

lab-env: ## print what a shell needs to use them: eval "$$(make -s lab-env)"
	@$(PYTHON) -m tests.lab env

bench: $(STAMP) ## one table: kubia against docker and kubectl, on the lab
	@$(BIN)/python -m bench.table

lock: $(STAMP) ## renew requirements.lock and requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  --python-version 3.11 pyproject.toml --output-file requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  --python-version 3.11 --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove what install and the checks made
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
