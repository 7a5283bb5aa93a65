# Everything here sets up what it needs on a bare Debian machine with Python 3.11+, git and make.
.DEFAULT_GOAL := help
.PHONY: help setup demo run test lint bench faults proof dist lock

bin := .venv/bin
ready := .venv/.ready

help: ## what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 10

$(ready): requirements.lock server/pyproject.toml edge/pyproject.toml
	@scripts/setup

setup: $(ready) ## the virtual environment .venv

demo: $(ready) ## one simulated shop on this machine, until Ctrl-C
	@exec $(bin)/quietshelf demo

run: $(ready) ## the product, with a shop of your own
	@exec $(bin)/quietshelf run

test: $(ready) ## every test (installs mosquitto, postgresql and chromium where they are missing)
	@scripts/system-packages mosquitto postgresql chromium
	$(bin)/python -m pytest $(ARGS)

lint: $(ready) ## ruff, mypy --strict, import-linter
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports

bench: $(ready) ## measure, print a table, write build/bench.json
	@scripts/system-packages mosquitto postgresql chromium
	$(bin)/python -m tests.bench $(ARGS)

faults: $(ready) ## the long form of the random faults: kills, lying brokers, lost cards
	@scripts/system-packages mosquitto postgresql
	QUIETSHELF_PROOF=1 $(bin)/python -m pytest --timeout=7200 tests/outbound/test_killed_senders.py tests/intake/test_promises.py $(ARGS)

proof: $(ready) ## the long form of the shops whose constraint is known: 20 seeds of each
	QUIETSHELF_PROOF=1 $(bin)/python -m pytest --timeout=7200 -s tests/worlds $(ARGS)

dist: $(ready) ## both wheels, in dist/
	rm -rf dist && mkdir dist
	$(bin)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist ./edge ./server

lock: ## requirements.lock anew (needs uv on PATH)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-package quietshelf-edge \
		--extra postgresql --extra pi --group server/pyproject.toml:dev server/pyproject.toml edge/pyproject.toml -o requirements.lock
