#!/bin/sh
# Boots the machine that test/arm64/setup.sh has made with one kernel after the other, and has it do
# the jobs of test/arm64/jobs. Ends with 1 unless all of them passed on all kernels.
#
#   sh test/arm64/run.sh [KERNEL…]     kernel-4k and kernel-16k when none is named
set -eu
export LC_ALL=C

cd "$(dirname "$0")/../.."
place=$PWD/.cache/arm64
# Far more than it takes where nothing else runs.
limit_s=1500

# A machine does not outlive us.
machine=''
trap '[ -z "$machine" ] || kill "$machine" 2>/dev/null || :' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

main() {
    [ $# -gt 0 ] || set -- kernel-4k kernel-16k
    passed=0 failed=0
    for kernel; do
        out=$place/out/$kernel
        rm -rf "$out"
        mkdir -p "$out"
        : >"$out/said"
        : >"$out/results"
        printf '=== %s\n' "$kernel"
        boot &
        machine=$!
        tail -n +1 -f --pid="$machine" "$out/said" &
        follower=$!
        # Not for tail: a signal to us is heeded only here.
        wait "$machine" ||
            printf 'the machine did not end in good order; its console: %s\n' "$out/console"
        machine=''
        wait "$follower"
        judge
    done
    printf '%s passed, %s failed\n' "$passed" "$failed"
    [ "$failed" = 0 ]
}

# It writes to its disk, and forgets it.
boot() {
    exec timeout "$limit_s" qemu-system-aarch64 -M virt -cpu max,pauth-impdef=on \
        -accel tcg,thread=multi -smp 2 -m 2048 -no-reboot \
        -nodefaults -display none -serial "file:$out/console" \
        -kernel "$place/$kernel/vmlinuz" -initrd "$place/$kernel/initramfs.gz" \
        -append 'console=ttyAMA0 panic=-1 mitigations=off' \
        -drive "if=none,id=disk,format=raw,snapshot=on,file=$place/disk/disk.ext4" \
        -device virtio-blk-pci,drive=disk -device virtio-rng-pci \
        -virtfs "local,mount_tag=work,security_model=none,readonly=on,path=$PWD" \
        -virtfs "local,mount_tag=inside,security_model=none,readonly=on,path=$place/inside" \
        -virtfs "local,mount_tag=out,security_model=none,path=$out"
}

# A machine that did not come to the end of its jobs has failed in one more.
judge() {
    while read -r status name; do
        case $status in
        0) passed=$((passed + 1)) ;;
        done) return ;;
        *) failed=$((failed + 1)) ;;
        esac
        [ "$status" = 0 ] || printf 'failed on %s: %s\n' "$kernel" "$name"
    done <"$out/results"
    printf 'not all jobs were done on %s\n' "$kernel"
    failed=$((failed + 1))
}

main "$@"
