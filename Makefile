# Everything one does with Quantrac from a checkout. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Two builds at once would wait for each other's .build, or rebuild what the other has just built.
.NOTPARALLEL:

# One set of flags for every build: changing one of them compiles everything again (minutes).
check_imports := --explicit-target-dependency-import-check error
debug := $(check_imports)
release := -c release --static-swift-stdlib $(check_imports)
# One test at a time: many of them block a thread, and two cores have few to give.
swift_test := swift test --skip-build --disable-xctest --no-parallel $(debug)

quantrac := .build/release/quantrac
sources := Package.swift Sources Tests $(wildcard Benchmarks Fuzzing)

# The commit that `quantrac --version` tells.
export QUANTRAC_COMMIT ?= $(shell git describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)
# What a crash prints is for a debugger; inside the crash tests it would only cost time.
export SWIFT_BACKTRACE ?= enable=no

DESTDIR ?=
prefix := /usr
seconds ?= 60

.PHONY: help
help: ## This list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1|\2/p' Makefile | column -t -s '|'

.PHONY: demo
demo: release ## Broker, stations, daemon and warehouse on this machine; Ctrl-C ends it
	@# exec: a signal sent to make alone reaches the demo itself, and make waits for its last words.
	@exec $(quantrac) demo

.PHONY: test
test: build-tests ## Unit, integration and crash tests (minutes)
	@# One shelf after the other: a broker or a kill -9 beside them would disturb the timing of the others.
	$(swift_test) --skip IntegrationTests --skip CrashTests
	@if [ -d Tests/IntegrationTests ]; then set -x; $(swift_test) --filter IntegrationTests; fi
	@if [ -d Tests/CrashTests ]; then set -x; $(swift_test) --filter CrashTests; fi

.PHONY: check
check: lint build-tests ## Before a commit: format, imports, tidiness, unit tests (seconds after the first build)
	$(swift_test) --skip IntegrationTests --skip CrashTests

.PHONY: prove
prove: export QUANTRAC_PROVE = 1
prove: test ## The tests with their large counts: more kills, more power cuts, long fuzzing (two hours)
	Fuzzing/run 600

.PHONY: fuzz
fuzz: toolchain ## libFuzzer on each payload format and on Modbus; seconds=600 for longer
	Fuzzing/run $(seconds)

.PHONY: bench
bench: release ## The rates of docs/benchmarks.md, side by side with their references
	Benchmarks/run

.PHONY: lint
lint: toolchain ## Layout of the code, without changing it
	swift format lint --strict --recursive --parallel $(sources)

.PHONY: format
format: toolchain ## Lay the code out
	swift format --in-place --recursive --parallel $(sources)

.PHONY: docs
docs: release ## Run the commands that the documentation shows
	.ci/docs

.PHONY: build-tests
build-tests: toolchain dependencies-test
	swift build --build-tests $(debug)

.PHONY: release
release: toolchain dependencies-build ## The program, linked statically: .build/release/quantrac
	swift build $(release) --product quantrac

.PHONY: install
install: ## Copy the program, its example, unit and completions below DESTDIR; run `make release` first
	@test -x $(quantrac) || { echo "There is no $(quantrac) yet: run 'make release' first." >&2; exit 1; }
	install -D --strip $(quantrac) $(DESTDIR)$(prefix)/bin/quantrac
	install -D -m 644 systemd/quantrac.service $(DESTDIR)/lib/systemd/system/quantrac.service
	install -d $(DESTDIR)/etc/quantrac
	install -D -m 644 systemd/sysusers.conf $(DESTDIR)$(prefix)/lib/sysusers.d/quantrac.conf
	install -D -m 644 deploy/quantrac.example.toml $(DESTDIR)$(prefix)/share/doc/quantrac/quantrac.example.toml
	install -D -m 644 systemd/serial.conf $(DESTDIR)$(prefix)/share/doc/quantrac/serial.conf
	install -D -m 644 -t $(DESTDIR)$(prefix)/share/quantrac/models deploy/models/*
	install -D -m 644 -t $(DESTDIR)$(prefix)/share/quantrac/quality deploy/quality/*
	install -D -m 644 -t $(DESTDIR)$(prefix)/share/quantrac/formats deploy/formats/*
	install -D -m 644 deploy/observed-properties.csv $(DESTDIR)$(prefix)/share/quantrac/observed-properties.csv
	install -D -m 644 deploy/mosquitto.conf $(DESTDIR)$(prefix)/share/doc/quantrac/mosquitto.conf
	install -D -m 644 deploy/mosquitto.acl $(DESTDIR)$(prefix)/share/doc/quantrac/mosquitto.acl
	install -D -m 644 README.md $(DESTDIR)$(prefix)/share/doc/quantrac/README.md
	for completion in bash:bash-completion/completions/quantrac zsh:zsh/vendor-completions/_quantrac \
		fish:fish/vendor_completions.d/quantrac.fish; do \
		install -D -m 644 <($(quantrac) --generate-completion-script "$${completion%%:*}") \
			"$(DESTDIR)$(prefix)/share/$${completion#*:}"; \
	done

.PHONY: clean
clean: ## Remove what was built
	rm -rf .build .build-*

.PHONY: toolchain dependencies-build dependencies-test
toolchain:
	@deploy/check-toolchain
dependencies-build:
	@deploy/install-dependencies build
dependencies-test:
	@deploy/install-dependencies build test
