# `make` alone lists what can be done.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help up down install install-test native programs images images-all format check check-format lint types test test-all test-unit test-contracts test-e2e \
  test-machine test-cluster bench bench-deploy clean

program_sources := $(shell find src -name '*.ts' -not -name '*.test.ts')
native_sources := $(wildcard src/kontainer/native/Makefile)
unit := src runtimes scripts test/architecture.test.ts test/helpers test/perf

help: ## show this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

up: install native programs images ## install what is missing, start Kontain FAAS, deploy the samples, call one
	@scripts/up

down: ## stop it; nothing stays but the state in KONTAIN_HOME
	@scripts/down

install:
	@scripts/install/all

install-test:
	@scripts/install/all --tests

native: install ## build the C part into build/native
	@$(if $(native_sources),$(MAKE) --silent -C src/kontainer/native)

programs: build/programs/.made ## bundle the programs of src/main into build/programs

# Two of make at once would write the same drafts.
build/programs/.made: $(program_sources) package-lock.json scripts/bundle-programs.ts | install
	@flock Makefile scripts/node scripts/bundle-programs.ts

images: native ## build the runtime and sample images into build/images
	@if [ -x scripts/images/build ]; then scripts/images/build; fi

images-all: native ## those of compilers and Java, too (some minutes and 1.5 GB, once)
	@scripts/images/build --all

# What users start is what is tested and measured.
test-all test-contracts test-e2e test-cluster bench bench-deploy: export TEST_PROGRAMS := build/programs

test: check test-all ## all checks and tests, with real sandboxes

check: check-format lint types ## format, lint, types

test-all: install-test native programs images-all
	@scripts/test all $(unit) test/contracts test/e2e

test-unit: install native ## architecture and unit tests
	@scripts/test unit $(unit)

test-contracts: install-test native programs ## one suite per interface, run on each implementation
	@scripts/test contracts test/contracts

test-e2e: install-test native programs images-all ## the whole program, with real sandboxes and kubectl
	@scripts/test e2e test/e2e

test-machine: install-test native ## the limits on a kernel with cgroup v2: a machine that is emulated
	@scripts/test machine test/machine

test-cluster: install-test native programs ## contracts on a real kube-apiserver (8 minutes to build it, once)
	@scripts/test-cluster

bench: install-test native programs images ## measure; the table is also written to build/bench.json
	@scripts/node test/perf/bench.ts

bench-deploy: install-test native programs images ## measure deploys from source against what is promised
	@scripts/node test/perf/deploy.ts

format: install ## rewrite the sources in the project's format
	@node_modules/.bin/oxfmt

check-format: install
	@node_modules/.bin/oxfmt --check

lint: install ## type-aware lint
	@node_modules/.bin/oxlint --type-aware --deny-warnings

types: install ## check the types
	@node_modules/.bin/tsc

clean: ## remove what was built
	rm -rf build
