#!/bin/sh
# Builds the shipped components into plugins/target/components/, the examples into plugins/target/examples/, those that
# the tests need into plugins/target/fixtures/, and says which way it took:
#
#   1. the wasm32-wasip2 target of rustup, where it is installed;
#   2. the same after `rustup target add`;
#   3. Debian's rustc-web with its library sources, building the standard library once (no download but packages).
#
# usage: scripts/components.sh          (COMPONENTS=debian takes the third way at once)
set -eu
cd "$(dirname "$0")/.."
. scripts/install.sh

target=wasm32-wasip2
manifest=plugins/Cargo.toml
has_target() { [ -d "$(rustc --print target-libdir --target $target 2>/dev/null)" ]; }

# The folders of whoever builds are nobody's business, and a component is the same wherever it is built.
remap="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$PWD=/kinora"

build_native() {
    RUSTFLAGS="$remap" \
        cargo build --locked --quiet --release --workspace --manifest-path $manifest --target $target
}

build_debian() {
    need rustc-web /usr/bin/rustc cargo-web /usr/bin/cargo
    need rust-web-src /usr/lib/rustlib/src wasi-libc /usr/lib/wasm32-wasi
    # The linker and the component encoder are those of the toolchain that builds the host.
    tools=$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin
    PATH=$PATH:$tools:$tools/gcc-ld RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
        RUSTFLAGS="$remap -L/usr/lib/wasm32-wasi -Clink-self-contained=no" \
        /usr/bin/cargo build --locked --quiet --release --workspace --manifest-path $manifest --target $target \
        -Z build-std=std,panic_abort
}

if [ "${COMPONENTS:-}" = debian ]; then
    echo "components: with Debian's rustc-web, as asked"
    build_debian
elif has_target; then
    echo "components: with the installed rustup target $target"
    build_native
elif command -v rustup >/dev/null && timeout 120 rustup target add $target >/dev/null 2>&1 && has_target; then
    echo "components: with the rustup target $target, added now"
    build_native
else
    echo "components: with Debian's rustc-web, since rustup cannot add $target here (the first time takes a minute)"
    build_debian
fi

# Copies what is new, drops what is gone, leaves the rest untouched so that nothing is embedded again for nothing.
collect() {
    built=plugins/target/$target/release/$1
    mkdir -p "$2"
    for wasm in "$built"*.wasm; do
        name=$(basename "${wasm#"$built"}" .wasm | tr _ -)
        cmp -s "$wasm" "$2/$name.wasm" || cp "$wasm" "$2/$name.wasm"
    done
    for copy in "$2"/*.wasm; do
        [ -e "$built$(basename "$copy" .wasm | tr - _).wasm" ] || rm -f "$copy"
    done
    echo "components: $(ls "$2" | tr '\n' ' ')in $2"
}
collect kinora_plugin_ plugins/target/components
collect kinora_fixture_ plugins/target/fixtures

mkdir -p plugins/target/examples
for example in examples/*/Cargo.toml; do
    name=$(basename "$(dirname "$example")")
    wasm=plugins/target/$target/release/$(echo "$name" | tr - _).wasm
    cmp -s "$wasm" "plugins/target/examples/$name.wasm" || cp "$wasm" "plugins/target/examples/$name.wasm"
done
echo "components: $(ls plugins/target/examples | tr '\n' ' ')in plugins/target/examples"
