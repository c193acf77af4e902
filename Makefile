# Each target sets itself up: a virtual environment in .venv with the versions of constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PAGES ?= catalog
OUTPUT ?= output
INSTALLED := $(VENV)/.installed

.PHONY: catalogue test check format bench clean

catalogue: $(INSTALLED)  ## build output/ from catalog/, and report its ATT&CK coverage
	$(BIN)/rulefold build $(PAGES) -o $(OUTPUT)
	$(BIN)/rulefold coverage $(OUTPUT) -o $(OUTPUT)/coverage

test: $(INSTALLED)  ## run the tests
	$(BIN)/python -m pytest

check: $(INSTALLED)  ## format, lint, types, and whether output/ is current
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/rulefold build $(PAGES) -o $(OUTPUT) --check
	$(BIN)/rulefold coverage $(OUTPUT) -o $(OUTPUT)/coverage --check

format: $(INSTALLED)  ## put the code in order
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(INSTALLED)  ## measure against plain scripts
	$(BIN)/python bench/build.py
	$(BIN)/python bench/coverage.py
	$(BIN)/python bench/export.py
	$(BIN)/python bench/kql.py --compile
	$(BIN)/python bench/run.py

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "rulefold needs Python 3.11 or newer; set PYTHON=…")'
	$(PYTHON) -m venv $(VENV)
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[all,dev]'
	$(BIN)/python -m compileall -q src  # start fast where Python may not write its caches
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
