PREFIX ?= /usr/local
SWIFT ?= swift
# `make build MPI=1`: training by several processes together, over Open MPI.
MPI ?= 0
ifneq ($(MPI),0)
TRAITS = --traits MPI
endif
export MPI

.PHONY: all demo test arm64 sanitize build install dist wheel dependencies format drawing docs clean
all: build

demo: build
	@.ci/demo.sh

# Same configuration and flags as `build`, so that the two share their object files. `make test FILTER=CompilerTests`: some.
test: dependencies
	@.ci/test.sh "$(SWIFT)" "$(FILTER)"

# Kernels for the other architecture, without a machine of it.
arm64:
	@.ci/arm64.sh

# The whole suite under the address sanitizer, then under the thread sanitizer, each with object files of its own. Leaks are not
# looked for: Swift hides pointers in the spare bits of enums, and what lives until exit would be reported.
sanitize: dependencies
	ASAN_OPTIONS=detect_leaks=0:suppressions=$(CURDIR)/.ci/address.supp TRACR_INJECT_SANITIZED=1 $(SWIFT) test -c release --disable-testable-imports --sanitize=address --scratch-path .build/address
	TSAN_OPTIONS=suppressions=$(CURDIR)/.ci/thread.supp TRACR_INJECT_SANITIZED=1 $(SWIFT) test -c release --disable-testable-imports --sanitize=thread --scratch-path .build/thread

build: dependencies
	$(SWIFT) build -c release --product tracr-inject $(TRAITS)

install: build
	@.ci/install.sh "$(PREFIX)"

# A folder that can be moved to a machine without Swift and OpenBLAS, and a Python wheel of it. Both are made of the objects of
# `build`. `.ci/try_wheel.sh` tries the wheel in a clean Debian.
DIST = .build/dist/tracr-inject
dist: build
	@.ci/dist.sh "$(DIST)" "$(SWIFT)"

wheel: dist
	@python3 .ci/wheel.py "$(DIST)" .build/dist

dependencies:
	@.ci/dependencies.sh

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests

# The drawing of the modules on the page Architecture, from Package.swift.
drawing:
	@.ci/drawing.py

# The site of the documentation, module by module, without warnings.
docs: build
	@.ci/docs.sh

clean:
	$(SWIFT) package clean
