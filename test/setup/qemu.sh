# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared among the files of setup
# QEMUs other than the installed one: unpacked, not installed. Sourced by setup.sh.

# Debian 11 builds QEMU without plugins, and from Debian 13 on qemu-riscv64 is static, which excludes
# them: there QEMU 7.2 of Debian 12 takes the place of the installed one. The tests run the three
# older layouts in it everywhere (QEMU 8 loads them too).
have_qemu7() {
    if ! suits qemu-riscv64; then
        have_unpacked qemu7-user qemu-user bookworm
    fi
    if ! suits qemu-system-riscv64; then
        have_unpacked qemu7-system qemu-system-misc bookworm
    fi
    if [ -d "$cache/qemu7-user" ] || [ -d "$cache/qemu7-system" ]; then
        have_generation 7.2 bookworm
        have_layout array-with-pc insn 7.2 unchanged
        have_layout block-struct bb 7.2 unchanged
    fi
}

suits() {
    case $purpose in
    demo) version='' ;;
    test) version='[78]\.' ;;
    esac
    "$1" --version | grep -q "version $version" && "$1" -h | grep -q -e '^-plugin'
}

have_qemu10() {
    if qemu-system-riscv64 --version | grep -q 'version 10\.'; then
        return
    fi
    have_unpacked qemu10 qemu-system-riscv bookworm-backports bookworm
}

# have_unpacked NAME PACKAGE SUITE…
have_unpacked() {
    key=$(key_of test/setup/qemu.sh "$@")
    made "$cache/$1" "$key" ||
        make_product "$cache/$1" "$key" "unpacking $2 of $3" unpack_qemu "$2" "$3" "${4:-}"
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
    make_runnable "$directory"
}

# needed_by PACKAGE SUITE: it and the libraries it needs that are not installed, as package=version.
# apt only says what it would do; what else of QEMU it would replace on the way is of no use here. On
# a machine whose packages are too old to go together with it, all its libraries are taken.
needed_by() {
    resolved "$@" || resolved "$@" -o Dir::State::status=/dev/null || :
}

# The pin makes apt choose an older QEMU than the installed one as readily as a newer one; -t is for
# what a backport needs from backports.
resolved() {
    package=$1 suite=$2
    shift 2
    printf 'Package: qemu*\nPin: release n=%s\nPin-Priority: 1001\n' "$suite" >"$scratch/preferences"
    archive apt-get -qq -y install --print-uris --allow-downgrades --no-install-recommends \
        -t "$suite" "$package" "$@" 2>"$log" |
        sed -n "s/^'[^']*' \([^_ ]*\)_\([^_ ]*\)_[^_ ]*\.deb .*/\1=\2/p" |
        sed 's/%3a/:/' |
        grep -e "^$package=" -e "^${package%-*}-common=" -e "^${package%-*}-data=" -e '^lib' \
            -e '^zlib1g='
}

# lay_out ROOT DIRECTORY: the parts that running it takes, under names that depend on no release.
lay_out() {
    mkdir "$2/bin" "$2/lib" "$2/modules"
    mv "$1"/usr/bin/qemu-*riscv64 "$2/bin"
    [ ! -e "$1/usr/bin/qemu-system-s390x" ] || mv "$1/usr/bin/qemu-system-s390x" "$2/bin"
    [ ! -d "$1/usr/share/qemu" ] || mv "$1/usr/share/qemu" "$2/share"
    find "$1" -path '*/qemu/*.so' -exec mv {} "$2/modules" \;
    # In lib64 the loader is a link to the machine's own.
    find "$1" ! -path '*/lib64/*' \( -name '*.so' -o -name '*.so.[0-9]*' \) -exec mv {} "$2/lib" \;
}

make_runnable() {
    for program in "$1"/bin/*; do
        if [ -e "$1/lib/libc.so.6" ]; then
            bring_own_loader "$program" "$1"
        else
            quietly env LD_LIBRARY_PATH="$1/lib" "$program" --version
        fi
    done
}

# A C library that is newer than the machine's (Debian 11) works only with the loader that came with
# it. Calling that loader would make it the process's program, so its path goes into QEMU.
bring_own_loader() {
    loader=$(cd "$2/lib" && echo ld-linux*.so.*)
    fetch_patchelf
    quietly "$scratch/patchelf/usr/bin/patchelf" --set-interpreter "${2%.new}/lib/$loader" "$1"
    quietly "$2/lib/$loader" --library-path "$2/lib" "$1" --version
}

fetch_patchelf() {
    open_archive
    mkdir "$scratch/patchelf"
    (
        cd "$scratch" || exit
        quietly archive apt-get -q download patchelf
    )
    quietly dpkg-deb -x "$scratch"/patchelf_*.deb "$scratch/patchelf"
}
