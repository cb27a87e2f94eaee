# SPDX-License-Identifier: Apache-2.0
# Two commands do everything on a fresh Debian 12: `make run` and `make test`.

SHELL := /bin/bash
JOBS ?= $(shell nproc)
# Where the recorded facts of other projects lie, when they are at hand.
CONFORMANCE ?= ../shared/conformance
export CCACHE_DIR ?= $(HOME)/.cache/ccache

.PHONY: run test build release unit e2e conformance fuzz soak mutate bench asan tsan lint format clean

run: ## install what is missing, build, start the server and run the demonstration
	@tools/install-dependencies.sh run
	@$(MAKE) --no-print-directory release
	@demo/run.sh build/release/bin/sigla

test: ## install what is missing, build, run every test
	@tools/install-dependencies.sh test
	@$(MAKE) --no-print-directory build
	@tools/run-tests.sh build/dev

build:
	@cmake --preset dev
	@cmake --build --preset dev -j $(JOBS)

release:
	@cmake --preset release -DSIGLA_TESTS=OFF
	@cmake --build --preset release -j $(JOBS) --target sigla snapshot

unit: build ## the short loop: unit tests, fuzz replays, structure
	@ctest --preset dev -L 'unit|fuzz|tidy' -j $(JOBS)

e2e: build ## the real program against real clients
	@ctest --preset dev -L e2e

conformance: ## replay facts that other projects recorded: make conformance [SUITES="identity keys"]
	@python3 $(CONFORMANCE)/run.py --sigla build/dev/bin/sigla $(SUITES)

fuzz: ## every fuzz target under libFuzzer: make fuzz [SECONDS_EACH=60]
	@tools/install-dependencies.sh test
	@cmake --preset fuzz
	@cmake --build --preset fuzz -j $(JOBS) --target all_fuzz
	@tools/run-fuzzers.sh build/fuzz $(or $(SECONDS_EACH),60)

soak: release ## uploads, downloads and kill -9 for an hour: make soak [MINUTES=60]
	@tests/soak/soak.py build/release/bin/sigla $(or $(MINUTES),60)

mutate: release ## 20,000 damaged crash dumps against a running server: make mutate [COUNT=20000]
	@tests/soak/mutate.py build/release/bin/sigla $(or $(COUNT),20000)

bench: ## side by side with nginx, hashing, Breakpad and LLVM; prints ratios
	@tools/install-dependencies.sh test
	@$(MAKE) --no-print-directory release
	@bench/run.sh build/release/bin/sigla

asan tsan: ## unit tests, fuzz replays and end-to-end tests under a sanitizer
	@tools/install-dependencies.sh test
	@cmake --preset $@
	@cmake --build --preset $@ -j $(JOBS)
	@ctest --preset $@ -L 'unit|fuzz' -j $(JOBS)

lint: ## clang-format and clang-tidy over everything
	@tools/lint.sh

format:
	@git ls-files 'src/*.h' 'src/*.cc' 'fuzz/*.cc' 'tests/*.cc' 'tests/*.h' | xargs clang-format-19 -i

clean:
	@rm -rf build
