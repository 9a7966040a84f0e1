# Everything here needs only Python 3.11, 3.12 or 3.13, make, and the package registry pip is set up with.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export DO_NOT_TRACK := 1
# Where it is set, every process compiles every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo tour quick test slow coverage lint types imports bench chaos module contract census lock release clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) prefect.env ## make the environment in .venv (the other targets do it by themselves), and Prefect's token

prefect.env: # a secret of this machine, made once
	@.ci/token $@

# Made again when the lock or the project's metadata change.
$(READY): requirements.lock pyproject.toml .ci/environment
	@.ci/environment $(VENV)
	@touch $@

demo: $(READY) ## three days of a shop and its ERP on this machine, in under three minutes
	@$(BIN)/passerelle demo

tour: $(READY) ## one working day in seven steps, each checked, in under a minute
	@$(BIN)/passerelle demo --tour

# Tests make many files that must reach the disk before they go on; where memory is a disk with room, it is at once.
MEMORY := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4000000 {print "/dev/shm"}')

PYTEST := $(if $(MEMORY),TMPDIR=$(MEMORY)) $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

quick: $(READY) ## the pure parts and the connectors, but for what waits or counts, in a minute or two
	@$(PYTEST) -m "not slow and not lasting" -k "not postgresql" --hypothesis-profile quick \
	  tests/schemas tests/tasks tests/connectors

test: $(READY) ## the test suite, but for `make slow`; THROUGH_PREFECT=1: every run of a flow goes through Prefect's engine
	@$(PYTEST) --strict-census -m "not slow or always" $(if $(THROUGH_PREFECT),--through-prefect)

slow: $(READY) ## the rest of the suite: more kills, faults and whole runs
	@$(PYTEST) --strict-census -m "slow and not always"

coverage: $(READY) ## the lines and branches that `make test` goes through, per room; writes build/coverage
	@rm -f build/.coverage*
	@$(PYTEST) -m "not slow or always" --cov --cov-report=html --cov-report=term:skip-covered

lint: $(READY) ## ruff, all families, and the format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY) ## mypy, strict
	@$(BIN)/mypy

imports: $(READY) ## who may import whom
	@$(BIN)/lint-imports

bench: $(READY) ## measured speed; writes build/bench.json: make bench [SHOP_URL=... SHOP_KEY=...], then stock on that shop alone
	@test -d build/bench-venv || { $(BIN)/python -m venv build/bench-venv && \
	  build/bench-venv/bin/python -m pip install --quiet --no-deps --require-hashes \
	  -r tests/benchmarks/requirements-bench.lock; } || { rm -rf build/bench-venv; echo "dlt could not be installed"; }
	@$(BIN)/python -m tests.benchmarks $(if $(SHOP_URL),--shop-url "$(SHOP_URL)" --shop-key "$(SHOP_KEY)")

chaos: $(READY) ## kills and faults at random moments; writes build/chaos.json
	@$(BIN)/python -m tests.campaigns

module: $(READY) ## the PrestaShop module, as build/passerelle.zip
	@$(BIN)/python -m deployments.prestashop_module.pack

contract: $(READY) ## the contract suite and the census on a real shop: make contract SHOP_URL=... SHOP_KEY=... [RECORD=1]
	@test -n "$(SHOP_URL)" && test -n "$(SHOP_KEY)" || { echo "make contract SHOP_URL=... SHOP_KEY=..."; exit 2; }
	@$(BIN)/python -m pytest -n 0 --timeout 900 tests/contract/prestashop --shop-url "$(SHOP_URL)" --shop-key "$(SHOP_KEY)" \
	  $(if $(RECORD),--record); ended=$$?; $(BIN)/python -m tests.contract.prestashop.census table; exit $$ended

census: $(READY) ## take over the kinds of requests that the last test sessions sent (WHOLE=1: and no other)
	@$(BIN)/python -m tests.contract.prestashop.census refresh $(if $(WHOLE),--whole)
	@$(BIN)/python -m tests.contract.cegid.census $(if $(WHOLE),--whole)
	@$(BIN)/python -m tests.contract.dolibarr.census $(if $(WHOLE),--whole)

lock: $(READY) ## resolve pyproject.toml anew into requirements.lock
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --all-extras --group dev \
	  --upgrade pyproject.toml -o requirements.lock
	@! grep -nE '://|file:' requirements.lock

release: $(READY) ## version, changelog, wheel, module and tag: make release VERSION=0.2.0
	@$(BIN)/python .ci/release "$(VERSION)"

clean: ## remove what was made here, the environment included
	@rm -rf build $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
