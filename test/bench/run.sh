#!/bin/sh
# Builds the benchmark and runs it against dist/. Installs nothing: `npm test` has.
#
#   npm run bench [-- --quick] [-- --json FILE] [-- --only PART,…]
#   ICOUNT_BENCH_QEMU=<qemu-riscv64 with symbols> npm run bench     with the recipe beside it
set -eu
cd "$(dirname "$0")/../.."
npm run --silent build
# A link to dist from the run before: the compiler would write through it.
rm -rf .cache/bench/src
./node_modules/.bin/tsc -p test/bench
# What is measured is the product itself, and the fixtures find their files.
rm -rf .cache/bench/src
ln -s ../../dist .cache/bench/src
ln -sfn .. .cache/bench/.cache
exec node --expose-gc .cache/bench/test/bench/main.js "$@"
