# Two commands, each of which sets everything up first (quickly, once that is done):
#   make demo   a small EDC with a simulated camera: make demo PORT=8001 DATA=/somewhere/else
#   make test   the quick part of the test suite on SQLite: make test ARGS="--part all --database postgresql"

PORT ?= 8000
DATA ?= demo/data
ARGS ?=
PYTHON = .venv/bin/python

export DEMO_DATA = $(DATA)

.PHONY: demo demo-reset test setup screenshots audit lock clean

demo: setup
	@exec $(PYTHON) -m demo --port "$(PORT)"

# Only what the demo makes: DATA may hold other things too.
demo-reset:
	@if cd "$(DATA)" 2>/dev/null; then \
		rm -rf camera demo.json demo.sqlite3* keys secret_key static storage; \
	fi
	@echo "The demo's data is deleted; make demo starts over."

test: setup
	@exec $(PYTHON) runtests.py $(ARGS)

setup:
	@sh scripts/setup.sh

# The pictures of pages in docs/images, from a demo of its own; needs Chromium and its driver.
screenshots: setup
	@$(PYTHON) scripts/screenshots.py

# Look the locked dependencies up among the known vulnerabilities; the last line says if nobody answers.
audit: setup
	@$(PYTHON) scripts/audit_dependencies.py requirements/dev.txt

# Choose the newest versions that pyproject.toml allows and write them down with their hashes.
lock:
	@sh scripts/setup.sh lock

clean:
	rm -rf .venv .tools
