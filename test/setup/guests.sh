# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared among the files of setup
# The programs that QEMU runs in the demo and the tests. Sourced by setup.sh.

guests=test/fixtures/guests

have_guests() {
    key=$(key_of test/setup/guests.sh "$guests"/* "$(riscv64-linux-gnu-gcc -dumpfullversion)")
    made "$cache/guests" "$key" ||
        make_product "$cache/guests" "$key" 'compiling the guest programs' compile_guests
}

compile_guests() {
    to=$1

    bare eight eight.S
    bare fixed fixed.S -DTURNS=1000000
    bare fixed-long fixed.S -DTURNS=200000000
    bare busy-sleep busy-sleep.c -DROUNDS=150
    bare getpid-loop getpid-loop.c
    bare spin spin.c
    bare crc crc.S -DROUNDS=10000000 -DSLEEPS
    bare cut-short cut-short.c

    metal harts harts.S -DTURNS=2000000
    metal harts-small harts.S -DTURNS=50000
    metal harts-busy harts-busy.S -DTURNS=50000
    metal harts-poll harts-poll.S -DTURNS=50000
    metal harts-idle harts-idle.S

    image s390x-plug s390x-plug.S

    for program in threads late-threads leader-exits forks execs signals; do
        hosted "$program" "$program.c"
    done
}

# guest NAME FILE OPTION…
guest() {
    name=$1 file=$2
    shift 2
    quietly riscv64-linux-gnu-gcc -static -O2 -Wall -Wextra -Werror -o "$to/$name" \
        "$@" "$guests/$file"
}

# User mode without a C library.
bare() {
    guest "$@" -nostdlib -ffreestanding -fno-pie -no-pie
}

# System mode: QEMU's `virt` board starts at the beginning of its memory. To GCC 10 rv64i includes
# the instructions for control registers, and it does not know their name.
metal() {
    isa=rv64i_zicsr
    riscv64-linux-gnu-gcc "-march=$isa" -mabi=lp64 -E -x c /dev/null >/dev/null 2>&1 || isa=rv64i
    guest "$@" -nostdlib "-march=$isa" -mabi=lp64 -Wl,-Ttext=0x80000000 -Wl,--build-id=none
}

# Machine code of another architecture: the bytes as they stand in the source.
image() {
    guest "$1.o" "$2" -c
    quietly riscv64-linux-gnu-objcopy -O binary -j .text "$to/$1.o" "$to/$1"
    rm "$to/$1.o"
}

# User mode with a C library.
hosted() {
    guest "$@" -pthread
}
