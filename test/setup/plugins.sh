# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared among the files of setup
# libinsn.so and libbb.so, compiled the way QEMU's own build does it. Sourced by setup.sh.

# Whose compiler, and where the layouts go: this machine's, unless whoever sources this says otherwise.
cross=''
plugins=$cache/plugins

# compile_plugin SOURCE TARGET: SOURCE's directory has its qemu-plugin.h. The build-id covers the
# debug information, so directories are kept out of that: equal sources make equal files.
compile_plugin() {
    # shellcheck disable=SC2046 # a list of words
    quietly "${cross}gcc" -shared -fPIC -O2 -g -Wl,--build-id \
        "-ffile-prefix-map=$PWD=." "-ffile-prefix-map=${1%/*}=." -o "$2" -I "${1%/*}" "$1" \
        $(glib_flags)
}

glib_flags() {
    pkg-config --cflags --libs glib-2.0
}

compile_key() {
    key_of test/setup/plugins.sh "$("${cross}gcc" -dumpfullversion)" "$(pkg-config --modversion glib-2.0)" "$@"
}

# --- the plugin of the QEMU that is installed

installed_version() {
    dpkg-query -W -f '${source:Version}\n' qemu-system-misc 2>/dev/null || :
}

have_installed_plugin() {
    source=$cache/source/installed
    if [ -n "${QEMU_SOURCE:-}" ]; then
        key=$(key_of "$QEMU_SOURCE/include/qemu/qemu-plugin.h" "$QEMU_SOURCE")
        made "$source" "$key" ||
            make_product "$source" "$key" "taking insn.c and bb.c from $QEMU_SOURCE" copy_source "$QEMU_SOURCE"
    else
        version=$(installed_version)
        if [ -z "$version" ] || ! command -v apt-get >/dev/null; then
            fail "which version the installed QEMU has can't be told without Debian's package" \
                'set QEMU_SOURCE to the source tree of that version'
        fi
        made "$source" "$version" ||
            make_product "$source" "$version" "fetching insn.c and bb.c of QEMU $version" \
                fetch_installed "$version"
    fi
    key=$(compile_key "$source/insn.c" "$source/bb.c" "$source/.key")
    made "$cache/plugins/installed" "$key" ||
        make_product "$cache/plugins/installed" "$key" \
            'compiling libinsn.so and libbb.so for the installed QEMU' compile_installed "$source"
}

copy_source() {
    insn=$(find "$1/tests" -path '*plugin*/insn.c' 2>/dev/null | head -n 1)
    [ -n "$insn" ] || fail "no insn.c in QEMU_SOURCE=$1: expected it in tests/plugin or tests/tcg/plugins"
    cp "$insn" "${insn%/*}/bb.c" "$1/include/qemu/qemu-plugin.h" "$2"
}

fetch_installed() {
    open_archive
    version=$(nearest_version "$1")
    [ -n "$version" ] || fail "the source package of QEMU $1 is not in this machine's archives" \
        'set QEMU_SOURCE to the source tree of that version'
    [ "$version" = "$1" ] || say "QEMU $1 is not there any more, its neighbour $version is taken"
    fetch_source "$version" "$2"
}

compile_installed() {
    compile_plugin "$1/insn.c" "$2/libinsn.so"
    compile_plugin "$1/bb.c" "$2/libbb.so"
}

# --- the memory layouts of both

have_plugin_layouts() {
    have_generation 5.2 bullseye
    have_generation 7.2 bookworm
    have_generation 10. bookworm-backports trixie
    have_layouts
    have_other_plugins 7.2
}

have_layouts() {
    have_layout scalar insn 5.2 accept_inline_on
    have_layout array-with-pc insn 7.2 unchanged
    have_layout array insn 7.2 without_last_pc
    have_layout scoreboard insn 10. unchanged

    have_block_scalar 7.2
    have_layout block-struct-5.2 bb 5.2 accept_inline_on
    have_layout block-struct bb 7.2 unchanged
    have_layout block-scoreboard bb 10. unchanged
}

# have_generation VERSION SUITE…: its source, from the first of the suites that has it. Which of its
# revisions that was does not matter, so it is not asked for again.
have_generation() {
    source=$cache/source/$1
    made "$source" "$*" ||
        make_product "$source" "$*" "fetching insn.c and bb.c of QEMU ${1%.} ($2)" fetch_generation "$@"
}

fetch_generation() {
    generation=$1
    shift
    for directory; do :; done
    case $(cat "$cache/source/installed/.key") in
    *":$generation"*)
        cp "$cache"/source/installed/*.[ch] "$directory"
        return
        ;;
    esac
    while [ $# -gt 1 ]; do
        open_archive "$1"
        version=$(source_versions | grep -F ":$generation" | head -n 1)
        if [ -n "$version" ]; then
            break
        fi
        shift
    done
    [ -n "$version" ] || fail "QEMU ${generation%.} is in none of the archives that were asked"
    fetch_source "$version" "$directory"
}

# have_layout LAYOUT insn|bb GENERATION CHANGE
have_layout() {
    source=$cache/source/$3
    key=$(compile_key "$source/$2.c" "$@")
    made "$plugins/$1" "$key" ||
        make_product "$plugins/$1" "$key" "compiling lib$2.so, layout $1" \
            compile_layout "$source" "$2" "$4"
}

compile_layout() {
    mkdir -p "$scratch"
    cp "$1/qemu-plugin.h" "$scratch"
    "$3" <"$1/$2.c" >"$scratch/$2.c"
    compile_kinds "$scratch/$2.c" "lib$2.so" "$4"
}

# compile_kinds SOURCE FILE DIRECTORY: with all its symbols, and with what strip(1) leaves of them.
compile_kinds() {
    mkdir -p "$3/stripped" "$3/fully-stripped" "$3/separate"
    compile_plugin "$1" "$3/$2"

    quietly "${cross}strip" --strip-debug -o "$3/stripped/$2" "$3/$2"
    quietly "${cross}strip" -o "$3/fully-stripped/$2" "$3/$2"
    quietly "${cross}objcopy" --only-keep-debug "$3/$2" "$3/separate/$2.debug"
    quietly "${cross}objcopy" --strip-all --add-gnu-debuglink="$3/separate/$2.debug" "$3/$2" "$3/separate/$2"
}

# QEMU 4.2's libbb has no source package any more: ours has its two variables.
have_block_scalar() {
    ours=$PWD/test/fixtures/plugins/bb-scalar.c
    header=$cache/source/$1/qemu-plugin.h
    key=$(compile_key "$ours" "$header")
    made "$plugins/block-scalar" "$key" ||
        make_product "$plugins/block-scalar" "$key" 'compiling libbb.so, layout block-scalar' \
            compile_block_scalar "$ours" "$header"
}

compile_block_scalar() {
    mkdir -p "$scratch"
    cp "$1" "$scratch/bb.c"
    cp "$2" "$scratch"
    compile_kinds "$scratch/bb.c" libbb.so "$3"
}

unchanged() {
    cat
}

# QEMU 7.2 makes `inline=on` of `inline` and of `arg=inline` alike, and this generation knows only
# the bare word: as it stands its inline mode can't be reached there.
accept_inline_on() {
    awk '
        sub(/!strcmp\(argv\[0\], "inline"\)/, "g_str_has_prefix(argv[0], \"inline\")") { cut++ }
        sub(/g_strcmp0\(opt, "inline"\) == 0/, "g_str_has_prefix(opt, \"inline\")") { cut++ }
        { print }
        END { if (cut != 1) exit 1 }
    ' || fail "can't make a plugin take inline=on: it does not read as QEMU 5.2's does"
}

# The member, the test and the assignment go, as in QEMU 8.1. The callback's argument stays, unused.
without_last_pc() {
    awk '
        /uint64_t last_pc;/ { cut++; next }
        /uint64_t this_pc = / { cut++; next }
        /if \(this_pc == c->last_pc\)/ { cut++; skipping = 1 }
        skipping { if ($0 == "    }") skipping = 0; next }
        /c->last_pc = this_pc;/ { cut++; next }
        { print }
        END { if (cut != 4) exit 1 }
    ' || fail "can't take last_pc out of insn.c: it does not read as QEMU 7.2's does"
}

have_other_plugins() {
    source=$cache/source/$1
    key=$(compile_key "$source/empty.c")
    made "$cache/plugins/other" "$key" ||
        make_product "$cache/plugins/other" "$key" 'compiling a plugin that counts nothing' \
            compile_empty "$source"
}

compile_empty() {
    compile_plugin "$1/empty.c" "$2/libempty.so"
}
