#!/bin/sh
# What the machine does once it has its disk and shares: every job of test/arm64/jobs, one after the
# other. What they say goes to /out/said, and how each ended to /out/results, a line for each.
export PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/root LC_ALL=C.UTF-8
# How much slower than others this machine is (test/fixtures/until.ts).
export ICOUNT_TEST_SLOWNESS=20
export NODE_COMPILE_CACHE=/tmp/compile-cache

{
    uname -srm
    echo "pages of $(busybox awk '/^KernelPageSize/ { print $2; exit }' /proc/self/smaps) KiB, $(nproc) processors"
    gdb --version | head -n 1
    node --version
} >>/out/said 2>&1

for job in /icount-gdb/test/arm64/jobs/*.ts; do
    name=${job##*/}
    echo "--- ${name%.ts}" >>/out/said
    node --test-reporter=spec "$job" >>/out/said 2>&1
    echo "$? ${name%.ts}" >>/out/results
done
echo done >>/out/results
