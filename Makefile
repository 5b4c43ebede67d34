# Zhibu's commands. Everything is installed below .venv/ from requirements.lock; nothing outside the project is touched,
# but for the download caches of pip, uv and npm, and Chromium, which `make test` installs where it may.
PORT ?= 8000
DATA ?= $(or $(ZHIBU_DATA),.zhibu)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MEMBERS := core migrations tenants graphql web bridge devissuer demo tests \
	plugins/orglife plugins/learning plugins/affairs plugins/capability plugins/partnership plugins/example verify
# Without compiled modules every start compiles anew what it imports, which takes longer than the start itself.
unexport PYTHONDONTWRITEBYTECODE
export ZHIBU_DATA := $(shell realpath -m -- "$(DATA)")

.PHONY: demo demo-services demo-reset test test-schemas test-operations test-drills test-mutants test-chart test-services test-vault services services-stop check bench bench-graphql install browser lock clean

demo: install
	@exec $(BIN)/zhibu demo --port $(PORT)

demo-reset: install
	@$(BIN)/zhibu demo --reset --only-reset

# The demo on real parts: people sign in at Keycloak, files lie in MinIO; Ctrl-C stops what this started.
demo-services: install
	@exec $(BIN)/python -m services.demo --port $(PORT)

test: install browser
	@$(BIN)/python -m pytest -n 2 --dist loadscope -m "not modes and not drills and not chart and not services and not vault and not mutants and not schemas and not operations" $(ARGS)

# Whole drills: a backup restored, the image's contents run, a partner's plugin built and installed outside the tree,
# what crosses between tenants broken off at each step, a watcher who takes no answers.
test-drills: install
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m drills $(ARGS)

# The API against what others wrote to try APIs: schemathesis, scim2-tester, npm graphql-http (in a cache outside the tree).
test-schemas: install
	@$(BIN)/python -m pytest tests/api -n 2 --dist loadscope -m schemas $(ARGS)

# Two ways, one truth: 2,000 random operations, compiled and by resolvers; ZHIBU_OPERATIONS=n makes others.
test-operations: install
	@$(BIN)/python -m pytest tests/api -m operations $(ARGS)

# Breaks isolation in one place at a time and sees that a guard notices; ZHIBU_MUTANTS_SEED=n breaks other places.
test-mutants: install
	@$(BIN)/python -m pytest tests/isolation -m mutants $(ARGS)

# helm/zhibu by helm and kubernetes-validate, which are made once in a cache outside the tree.
test-chart: install
	@tools=$$(.ci/chart-tools) && PATH="$$tools:$$PATH" $(BIN)/python -m pytest tests/chart -m chart $(ARGS)

# Real servers on loopback: Keycloak, MinIO, versitygw, clamd and a foreign issuer, in a cache outside the tree.
services: install
	@$(BIN)/python -m services start

services-stop:
	@$(BIN)/python -m services stop

test-services: install
	@$(BIN)/python -m pytest tests/services -m services $(ARGS)

# Keys in a real Vault, which takes some ten minutes to build the first time, in a cache outside the tree.
test-vault: install
	@$(BIN)/python -m services start vault && trap '$(BIN)/python -m services stop vault' EXIT && \
		$(BIN)/python -m pytest tests/vault -m vault $(ARGS)

check: install
	@.ci/check

bench: install
	@$(BIN)/python -m bench $(if $(SHORT),--short)

# Our GraphQL beside PostGraphile (from npm, in a cache outside the tree) and hand-written SQL; SHORT=1 with a tenth of the rows,
# TARGETS=1 with the same and of the comparison only what targets are about.
bench-graphql: install
	@$(BIN)/python -m bench.graphql $(if $(SHORT),--short) $(if $(TARGETS),--targets)

install: $(VENV)/.installed

$(VENV)/.installed: Makefile .ci/install .ci/uv.txt requirements.lock pyproject.toml $(MEMBERS:=/pyproject.toml) $(wildcard web/package*.json)
	@PYTHON="$(PYTHON)" .ci/install $(MEMBERS)

browser:
	@.ci/browser

# Resolves requirements.lock anew: hashes, no addresses, no members.
lock:
	@.ci/lock $(MEMBERS)

clean:
	rm -rf $(VENV) web/node_modules
