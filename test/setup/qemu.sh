# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared among the files of setup
# QEMUs other than the installed one: unpacked, not installed. Sourced by setup.sh.

# The guests of user mode need a qemu-riscv64 that takes plugins; Debian's is static, without them,
# from version 10 on. The tests run the three older layouts in QEMU 7.2 (or 8, which takes them too).
have_user_qemu() {
    case $purpose in
    demo) qemu-riscv64 -h 2>/dev/null | grep -q -e -plugin && return ;;
    test) is_seven_or_eight qemu-riscv64 && is_seven_or_eight qemu-system-riscv64 && return ;;
    esac
    have_unpacked qemu7-user qemu-user bookworm
    have_generation 7.2 bookworm
    have_layout array-with-pc 7.2 unchanged
    if [ "$purpose" = test ]; then
        have_unpacked qemu7-system qemu-system-misc bookworm
    fi
}

is_seven_or_eight() {
    "$1" --version 2>/dev/null | grep -q 'version [78]\.' && "$1" -h 2>/dev/null | grep -q -e -plugin
}

have_qemu10() {
    if qemu-system-riscv64 --version | grep -q 'version 10\.'; then
        return
    fi
    have_unpacked qemu10 qemu-system-riscv bookworm-backports bookworm
}

# have_unpacked NAME PACKAGE SUITE…
have_unpacked() {
    made "$cache/$1" "$*" ||
        make_product "$cache/$1" "$*" "unpacking $2 of $3" unpack_qemu "$2" "$3" "${4:-}"
}

unpack_qemu() {
    package=$1 suite=$2 directory=$4
    # shellcheck disable=SC2086 # one suite or two
    open_archive $2 $3
    mkdir "$scratch/packages" "$scratch/root"
    needed_by "$package" "$suite" >"$scratch/wanted"
    [ -s "$scratch/wanted" ] || fail "$package can't be had from $suite, see:" "$(tail -n 20 "$log")"
    (
        cd "$scratch/packages" || exit
        # shellcheck disable=SC2046 # a list of words
        quietly archive apt-get -q download $(cat "$scratch/wanted")
    )
    for file in "$scratch"/packages/*.deb; do
        quietly dpkg-deb -x "$file" "$scratch/root"
    done
    lay_out "$scratch/root" "$directory"
}

# needed_by PACKAGE SUITE: it and what it needs that is not installed, as package=version. apt only
# says what it would do; what else of QEMU it would replace on the way is of no use here. The pin
# makes it choose an older QEMU than the installed one as readily as a newer one; -t is for what a
# backport needs from backports.
needed_by() {
    printf 'Package: qemu*\nPin: release n=%s\nPin-Priority: 1001\n' "$2" >"$scratch/preferences"
    archive apt-get -qq -y install --print-uris --allow-downgrades --no-install-recommends \
        -t "$2" "$1" 2>"$log" |
        sed -n "s/^'[^']*' \([^_ ]*\)_\([^_ ]*\)_[^_ ]*\.deb .*/\1=\2/p" |
        sed 's/%3a/:/' |
        grep -e "^$1=" -e "^${1%-*}-common=" -e "^${1%-*}-data=" -e '^lib' || :
}

# lay_out ROOT DIRECTORY: the parts that running it takes, under names that depend on no release.
lay_out() {
    mkdir "$2/bin" "$2/lib" "$2/modules"
    mv "$1"/usr/bin/qemu-*riscv64 "$2/bin"
    [ ! -d "$1/usr/share/qemu" ] || mv "$1/usr/share/qemu" "$2/share"
    find "$1" -path '*/qemu/*.so' -exec mv {} "$2/modules" \;
    find "$1" \( -name '*.so' -o -name '*.so.[0-9]*' \) -exec mv {} "$2/lib" \;
    for program in "$2"/bin/qemu-*riscv64; do
        quietly env LD_LIBRARY_PATH="$2/lib" "$program" --version
    done
}
