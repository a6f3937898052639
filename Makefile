# What is done with Kinora, one word each. Everything that is needed and missing is installed first (see
# scripts/install.sh); nothing is installed that is there.

CARGO ?= cargo
PROMPT ?= A lighthouse keeper's last night before the light goes automatic

.PHONY: demo build run test lint bench bench-render fuzz components packages test-packages clean

## demo: build, then make demo.mp4 out of one sentence
demo: build
	target/release/kinora doctor
	target/release/kinora make "$(PROMPT)" -o demo.mp4
	@echo "demo.mp4 is ready"

## build: target/release/kinora, one file with the shipped components inside (--workspace, so that the tests use the
##        same build of wasmtime)
build: packages components
	$(CARGO) build --locked --release --workspace

## run: start Kinora as its users do; ARGS='make "a prompt"'
run: build
	target/release/kinora $(ARGS)

## test: all tests, of the host, of the SDK and of the components
test: test-packages components
	$(CARGO) test --locked --release --workspace
	$(CARGO) test --locked --quiet --manifest-path plugins/Cargo.toml --workspace --exclude 'kinora-fixture-*'

## lint: format and warnings
lint: components
	$(CARGO) fmt --all --check
	$(CARGO) fmt --manifest-path plugins/Cargo.toml --all --check
	$(CARGO) clippy --locked --release --workspace --all-targets -- -D warnings
	$(CARGO) clippy --locked --manifest-path plugins/Cargo.toml --workspace --all-targets -- -D warnings

## bench: the figures of BENCH.md
bench: build
	scripts/bench.sh

## bench-render: the render engine against its encoder's floor and against other tools, on a job of its own making
bench-render: packages
	$(CARGO) bench --locked --workspace --bench render

## fuzz: plans made of anything, until it is stopped or ARGS=-max_total_time=60; needs a nightly Rust and cargo-fuzz
fuzz:
	mkdir -p fuzz/corpus/edit_plan
	$(CARGO) +nightly fuzz run edit_plan fuzz/corpus/edit_plan fuzz/seeds/edit_plan -- \
	    -dict=fuzz/edit_plan.dict -max_len=4096 -timeout=10 $(ARGS)

components: packages
	scripts/components.sh

packages:
	@. scripts/install.sh && need ffmpeg ffmpeg fonts-dejavu-core /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf gcc cc libc6-dev /usr/include/stdlib.h ca-certificates /etc/ssl/certs/ca-certificates.crt

# Debian keeps the server's programs out of PATH, and its client alone has the folder too.
test-packages: packages
	@. scripts/install.sh && need curl curl python3 python3
	@[ "$$KINORA_TESTS_WITHOUT_POSTGRES" = 1 ] || { . scripts/install.sh && \
	    need postgresql "$$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -n 1)"; }

clean:
	$(CARGO) clean
	$(CARGO) clean --manifest-path plugins/Cargo.toml
