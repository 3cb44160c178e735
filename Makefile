# Every target is a script in scripts/, so that a machine without make can run
# it by name.

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.7.0

.PHONY: pictures build test test-web demo package lint fuzz bench scale generate clean

build: ## every binary into bin/
	@scripts/build.sh

test: ## everything, real HAProxy included
	@scripts/test.sh

test-web: ## an alert in a real Icinga Web 2 and Nagios's pages, in a browser
	@scripts/test-web.sh

demo: ## an outage of a real HAProxy, found and mended
	@scripts/demo.sh

package: ## deb, rpm and tarball into dist/
	@scripts/package.sh

pictures: build ## those of docs, by lshaproxy in a real terminal
	@go test ./tools/screenshot -run "TestPictures$$" -count 1 -make

generate: ## man pages, definitions and dashboards out of --help
	@go run ./tools/generate

lint: ## formatting, vet, staticcheck
	@test -z "$$(gofmt -l cmd internal test tools | tee /dev/stderr)"
	@go vet ./...
	@go run $(STATICCHECK) ./...

fuzz: ## every fuzz target for FUZZTIME
	@scripts/fuzz.sh $(or $(FUZZTIME),60s)

bench: build ## time and memory beside socat and halog
	@scripts/bench.sh

scale: ## 3,000 services of one Icinga, and what they cost
	@scripts/scale.sh

clean:
	@rm -rf bin dist
