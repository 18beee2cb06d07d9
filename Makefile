PREFIX ?= /usr/local
SWIFT ?= swift

.PHONY: all demo test sanitize build install dependencies format clean
all: build

demo: build
	@.ci/demo.sh

# Same configuration as `build`, so that the two share their object files.
test: dependencies
	$(SWIFT) test -c release

# The whole suite under the address sanitizer, then under the thread sanitizer, each with object files of its own. Leaks are not
# looked for: Swift hides pointers in the spare bits of enums, and what lives until exit would be reported.
sanitize: dependencies
	ASAN_OPTIONS=detect_leaks=0 TRACR_INJECT_SANITIZED=1 $(SWIFT) test -c release --sanitize=address --scratch-path .build/address
	TRACR_INJECT_SANITIZED=1 $(SWIFT) test -c release --sanitize=thread --scratch-path .build/thread

build: dependencies
	$(SWIFT) build -c release --product tracr-inject

install: build
	@.ci/install.sh "$(PREFIX)"

dependencies:
	@.ci/dependencies.sh

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests

clean:
	$(SWIFT) package clean
