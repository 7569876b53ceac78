# Every target sets up what it needs and nothing more; a second run finds it done.
# ARGS passes arguments on: make preview ARGS=--up, make test ARGS="tests/policies -k unknown".

PYTHON ?= python3
ARGS ?=
VENV = .venv
BIN = $(VENV)/bin
# Compiling all of pulumi-aws would double the time of the set-up: Python compiles what is used at its first use.
INSTALL = -m pip --disable-pip-version-check install --quiet --no-compile --no-deps
COMPILE = uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-annotate \
	--no-emit-index-url --custom-compile-command "make lock"

# Bytecode makes the second run quick, so it is written even where the environment says not to.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL = help
.PHONY: help install preview test lint fuzz mutation bench wheel lock clean

help: ## Show what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r target text; do \
		printf '%-16s %s\n' "$$target" "$$text"; done

install: $(VENV)/.runtime ## Create .venv from the lock file

preview: $(VENV)/.runtime ## Rehearse the incident's own stack: what would be created, and where its mail goes
	@$(BIN)/mailroute rehearse --stack prod $(ARGS)

test: $(VENV)/.dev ## Run the whole test suite
	$(BIN)/pytest -n 2 --dist loadgroup $(ARGS)

lint: $(VENV)/.dev ## Check style and types; ARGS=policies/rules checks these alone
	$(BIN)/ruff check $(or $(ARGS),.)
	$(BIN)/ruff format --check $(or $(ARGS),.)
	$(BIN)/mypy $(ARGS)
	$(BIN)/mypy policies/__main__.py
	$(BIN)/pyright --pythonpath $(BIN)/python $(ARGS)

fuzz: $(VENV)/.dev ## Run the generated tests for much longer
	MAILROUTE_FUZZ=1 $(BIN)/pytest -n 2 --timeout 0 -m fuzz $(ARGS)

mutation: $(VENV)/.dev ## Change the proof at random places, and count what the tests find; ARGS="aws.network_acl ranges"
	@PYTHONPATH=.:policies $(BIN)/python -m tests.mutation $(ARGS)

bench: $(VENV)/.runtime $(PEER:%=$(VENV)/%/.installed) ## Time the policy pack beside an empty one; PEER=checkov adds Checkov
	@$(BIN)/python -m bench $(PEER:%=--peer %) $(ARGS)
	@$(BIN)/python -m bench.preview $(ARGS)

wheel: $(VENV)/.runtime ## Build the wheel into dist/, or into the folder ARGS
	@$(BIN)/python -m hatchling build --target wheel --directory "$(or $(ARGS),dist)"

lock: ## Resolve the dependencies anew (needs uv)
	$(COMPILE) --group build pyproject.toml -o requirements.txt
	$(COMPILE) --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	echo checkov | $(COMPILE) - -o bench/requirements-checkov.txt

clean: ## Remove everything that make and the tools wrote
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# Stamps: each is newer than what it was made from, so that an interrupted step is done again.

$(VENV)/.created:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
		echo "mailroute: there is no '$(PYTHON)' on PATH: install Python 3.10 or later, or name yours: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
		echo "mailroute: '$(PYTHON)' is $$($(PYTHON) -V 2>&1), but 3.10 or later is needed: name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "mailroute: '$(PYTHON)' lacks the modules venv and ensurepip: install them (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements.txt pyproject.toml $(VENV)/.created
	@echo "mailroute: installing the locked packages into $(VENV) (once)" >&2
	@$(BIN)/python $(INSTALL) --require-hashes -r requirements.txt
	@$(BIN)/python $(INSTALL) --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "mailroute: installing the locked development tools into $(VENV) (once)" >&2
	@$(BIN)/python $(INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/checkov/.installed: bench/requirements-checkov.txt $(VENV)/.created
	@echo "mailroute: installing Checkov into $(VENV)/checkov (once)" >&2
	@$(PYTHON) -m venv $(VENV)/checkov
	@$(VENV)/checkov/bin/python $(INSTALL) --require-hashes -r $<
	@touch $@
