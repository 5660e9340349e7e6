.PHONY: build test bench demo

# Nothing of ours needs C, and without it the program takes a quarter less memory.
export CGO_ENABLED = 0
# The version of Go that go.mod names, fetched where the machine has an older one.
export GOTOOLCHAIN = auto

build:
	go build -o bin/bot ./bot

# Everything: unit, story, Postgres and browser tests. Installs what they need
# (Debian packages) where it is missing, and says so.
test:
	.ci/test

# The figures of docs/figures.md, measured on this machine.
bench:
	go test -run '^$$' -bench . -benchmem ./rotation/ ./alerts/... ./bot/...

demo:
	go run ./bot demo
