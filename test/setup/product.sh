# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared among the files of setup
# What setup makes: a directory that is there whole, with the key of what it was made from, or not
# there at all. Sourced by setup.sh.

did_something=no
log=$cache/setup.log
scratch=$cache/scratch.$$
trap 'rm -rf "$scratch"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

say() {
    printf 'setup: %s\n' "$*" >&2
}

fail() {
    say "$1"
    shift
    for line; do
        printf '    %s\n' "$line" >&2
    done
    exit 1
}

# Runs a command that is only worth hearing when it fails. npm says what was wrong at the beginning,
# apt and gcc at the end.
quietly() {
    if "$@" >"$log" 2>&1 9>&-; then
        return
    fi
    say "failed: $*"
    sed 15q "$log" >&2
    if [ "$(wc -l <"$log")" -gt 15 ]; then
        say "… and at the end (all of it is in $log):"
        tail -n 10 "$log" >&2
    fi
    exit 1
}

# made DIRECTORY KEY: is it there, made from these inputs?
made() {
    [ -f "$1/.key" ] && [ "$(cat "$1/.key")" = "$2" ]
}

# make_product DIRECTORY KEY WHAT COMMAND…: COMMAND… gets the name of an empty directory and fills
# it. The key is written last and the rename comes after it, so that what was interrupted is never
# taken for whole.
make_product() {
    product=$1 key=$2
    say "$3"
    did_something=yes
    shift 3
    rm -rf "$product.new"
    mkdir -p "$product.new"
    ("$@" "$product.new")
    printf '%s\n' "$key" >"$product.new/.key"
    rm -rf "$product"
    mv "$product.new" "$product"
}

# key_of FILE… WORD…: one word for the contents of the files and for the words.
key_of() {
    for part; do
        if [ -f "$part" ]; then
            cksum <"$part"
        else
            printf '%s\n' "$part"
        fi
    done | cksum | tr ' ' '-'
}

clean_up() {
    rm -f "$log"
}
