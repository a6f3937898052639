#!/bin/sh
# Measures what BENCH.md lists, on this machine, and prints it. Nothing else should be running.
set -eu
cd "$(dirname "$0")/.."
kinora=target/release/kinora
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "machine: $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), $(ffmpeg -version | head -1 | cut -d' ' -f1-3)"

echo; echo "one call of a strategy component (instantiate + call, fresh store):"
cargo bench --locked --workspace --bench call -- --noplot --verbose 2>/dev/null | grep -E 'time:|median'

echo; echo "kinora doctor, cold (components compiled) and warm (10 runs):"
for run in cold 1 2 3 4 5 6 7 8 9 10; do
    before=$(date +%s%N)
    $kinora doctor --data "$work/data" >/dev/null
    echo "$run $((($(date +%s%N) - before) / 1000000)) ms"
done

echo; echo "one scenario on its whole way, against the exchange with the upstream alone and the calls of plugins alone:"
cargo bench --locked --workspace --bench scenario 2>/dev/null

echo; echo "the server: start, creation of jobs, operations in flight:"
cargo bench --locked --workspace --bench load 2>/dev/null

echo; echo "clips: a thousand in flight, a result of 200 MB:"
cargo bench --locked --workspace --bench clips 2>/dev/null

echo; echo "a provider exchanged while it is asked:"
cargo bench --locked --workspace --bench swap 2>/dev/null

echo; echo "the demo film against the x264 floor on the same frames:"
cargo bench --locked --workspace --bench film 2>/dev/null

echo; echo "make demo's film, from prompt to file:"
before=$(date +%s%N)
$kinora make "A lighthouse keeper's last night before the light goes automatic" -o "$work/demo.mp4" --data "$work/data" 2>/dev/null
echo "wall $((($(date +%s%N) - before) / 1000000)) ms"
