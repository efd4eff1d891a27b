# What can be done here. Each target says what it does behind its name.

.DEFAULT_GOAL := help

# Brotli level of the program for the browser: 5 is quick, 11 is small.
LEVEL ?= 5

# Flags for `make run`, such as ARGS="--lab http://localhost:9000".
ARGS ?=

# What the linker is told about a release; see server/version.go.
named ?=

# What is built depends on the source alone, not on the state of the checkout.
export GOFLAGS := $(GOFLAGS) -buildvcs=false

# How the program for the browser is built. Go puts small functions into their
# callers, which makes them quick and the callers large. Here it does so in Go's own
# packages only: the others spend their time in the browser's.
small := -trimpath -ldflags='-s -w' \
	-gcflags=oauthlab/...=-l -gcflags=github.com/...=-l -gcflags=nhooyr.io/...=-l

folders := app lessons server web

.PHONY: help run build release test check vuln bench golden pictures lint

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build everything, start the lab, and print its address
	@./bin/oauthlab $(ARGS)

build: ## build the program for the browser, and bin/oauthlab with it inside
	@mkdir -p bin
	GOOS=js GOARCH=wasm go build $(small) -o bin/app.wasm ./app
	@go run ./web/pack -level $(LEVEL) bin/app.wasm web/dist
	go build -trimpath -ldflags '$(named)' -o bin/oauthlab ./server

release: ## build with the smallest download for the browser, and its version inside
	@$(MAKE) build LEVEL=11 named="-X main.release=$$(git describe --tags --always --dirty)"

check: lint ## quick: formatting, vet and the tests that need no browser
	go test -short ./...

# The browser's tests come last and by themselves: beside others they would wait for a
# processor, and run into their bounds. The race detector is for what we run in the tests'
# own process; they start the program.
test: build lint ## everything, in a real browser too; installs what it needs
	@./.ci/install
	CGO_ENABLED=1 go test -race -timeout 20m $$(go list ./... | grep -v /server/e2e)
	go test -timeout 60m ./server/e2e

vuln: ## look for known vulnerabilities in what is used; says so where it cannot ask
	@./.ci/vuln

# BENCH_JSON names a file for the figures; BENCH takes the flags of server/bench, such
# as BENCH="-only flows,feed -profiles /tmp/profiles".
bench: build ## measure the program as it runs: flows, feed, growth, page, class and sizes
	GOOS=js GOARCH=wasm go build $(small) -o bin/hello.wasm ./app/hello
	@go run ./server/bench $(if $(BENCH_JSON),-json $(BENCH_JSON)) $(BENCH)

golden: ## record anew what each chapter's flow puts on the wire, and how attacks end
	go test ./server -run Golden -count=1 -update

pictures: ## make the README's pictures anew, from the running lab
	@./.ci/install
	go test ./server/e2e -run Pictures -count=1 -pictures ../../web/pictures

lint:
	@unformatted=$$(gofmt -l $(folders)); test -z "$$unformatted" || { echo "gofmt these files:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	GOOS=js GOARCH=wasm go vet ./app/...
