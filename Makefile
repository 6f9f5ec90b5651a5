# Everything a newcomer needs: make run, make test. A fresh clone needs git, python3 (3.11 to 3.13) and make.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

# A Python of ours is in .venv; whatever another environment exports must not reach it.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV
export UV_PYTHON_DOWNLOADS := never
# A cache on another file system than the checkout cannot be linked to: copying says nothing of it.
export UV_LINK_MODE := copy

.PHONY: help run test test-ducklake check lint types contracts format docs bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) ## Set up, track the embedded record, show the verdict and where the report is
	@$(BIN)/threefutures run

test: $(READY) ## Run every test
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# In an environment of their own: the extensions exist for DuckDB 1.5.5 alone. PostgreSQL 15 comes from Debian.
test-ducklake: $(READY) ## Run the tests of DuckLake and Dask, with PostgreSQL
	@uv=$$(command -v uv || echo $(CURDIR)/$(BIN)/uv); \
	$$uv venv --quiet --allow-existing --python $(BIN)/python .venv-ducklake && \
	grep -v '^duckdb==' constraints.txt > .venv-ducklake/constraints.txt && \
	VIRTUAL_ENV=$(CURDIR)/.venv-ducklake $$uv pip install --quiet --constraint .venv-ducklake/constraints.txt \
	  --editable ".[ducklake,dask]" pytest pytest-httpserver hypothesis
	@.venv-ducklake/bin/python -m pytest tests/test_warehouse_lake.py tests/test_flows_dask.py

check: lint types contracts test ## Everything that must be green: ruff, mypy, import contracts, tests

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy

contracts: $(READY)
	@$(BIN)/lint-imports

format: $(READY) ## Put the code into its one format
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

docs: $(READY) ## Make docs/sql.md, docs/data-dictionary.md and docs/configuration.md anew
	@$(BIN)/python -m warehouse.documentation
	@$(BIN)/python -m flows.starting

bench: $(READY) ## Print both sides and the ratio of every claim of speed
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --quiet --group bench --constraint constraints.txt
	@for script in benchmarks/*.py; do echo "$$script"; $(BIN)/python $$script || exit 1; done

clean: ## Remove the environment and every cache; data/ stays
	@rm -rf .venv .venv-ducklake .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# uv where it is, else uv installed into .venv by pip: it makes the environment in seconds where pip takes a minute.
$(READY): constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
	  echo "threefutures needs Python 3.11, 3.12 or 3.13" >&2; \
	  echo "  found  $$($(PYTHON) --version 2>&1)" >&2; \
	  echo "  next   make $(or $(MAKECMDGOALS),run) PYTHON=python3.12" >&2; exit 1; }
	@echo "setup     Python environment in .venv (first time only)" >&2
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv && uv=uv; \
	else \
	  $(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet --constraint constraints.txt uv && uv=$(BIN)/uv; \
	fi && \
	VIRTUAL_ENV=$(CURDIR)/.venv $$uv pip install --quiet --requirement constraints.txt && \
	VIRTUAL_ENV=$(CURDIR)/.venv $$uv pip install --quiet --no-deps --no-build-isolation --editable . && \
	touch $(READY)
