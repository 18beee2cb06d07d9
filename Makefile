PREFIX ?= /usr/local
SWIFT ?= swift

.PHONY: all demo test build install dependencies format clean
all: build

demo: build
	@.ci/demo.sh

# Same configuration as `build`, so that the two share their object files.
test: dependencies
	$(SWIFT) test -c release

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
