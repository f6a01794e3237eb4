#!/bin/sh
# Builds the benchmark and runs it against dist/. Installs nothing: `npm test` has.
#
#   npm run bench [-- --quick] [-- --json FILE] [-- --only PART,…]
#   ICOUNT_BENCH_GDB=<gdb> npm run bench     with another gdb than the machine's
#   ICOUNT_BENCH_QEMU=<qemu-riscv64 with symbols> npm run bench     with the recipe beside it
set -eu
cd "$(dirname "$0")/../.."
npm run --silent build
rm -rf .cache/bench
./node_modules/.bin/tsc -p test/bench
# The fixtures and the product find their files.
ln -s .. .cache/bench/.cache
ln -s ../../gdb-scripts .cache/bench/gdb-scripts
exec node --expose-gc .cache/bench/test/bench/main.js "$@"
