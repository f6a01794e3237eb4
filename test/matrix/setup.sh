#!/bin/sh
# Brings into .cache/matrix the gdb of other Debian releases, each in debootstrap's minimal system of
# its release, with a program `gdb` that runs it from where it is; the machine's own gdb-minimal; and
# other Nodes. Makes only what is missing; what can't be had is a failure.
set -eu
export LC_ALL=C

cd "$(dirname "$0")/../.."
cache=$PWD/.cache
mkdir -p "$cache/matrix"

. test/setup/product.sh
. test/setup/archive.sh

main() {
    if command -v flock >/dev/null; then
        exec 9>"$cache/lock"
        flock 9
    fi
    # debootstrap takes dependencies by name alone: what else provides one has to be named.
    have_release bullseye libboost-regex1.74.0
    have_release trixie
    have_release sid
    have_minimal
    # The oldest that package.json promises: before it readFile() has 4 KiB of /proc/PID/maps.
    have_node 20.15
    have_node 22
    have_node 24
    have_node 26
    clean_up
}

# have_release SUITE [PACKAGE…]
have_release() {
    key=$(key_of test/matrix/setup.sh "$@")
    made "$cache/matrix/$1" "$key" ||
        make_product "$cache/matrix/$1" "$key" "bootstrapping Debian $1 for its gdb" bootstrap "$@"
}

# bootstrap SUITE [PACKAGE…] DIRECTORY
bootstrap() {
    have_debootstrap
    suite=$1
    shift
    packages=gdb
    while [ $# -gt 1 ]; do
        packages=$packages,$1
        shift
    done
    uri=$(machine_mirror | head -n 1 | cut -d ' ' -f 1)
    [ -n "$uri" ] || fail "no Debian mirror in /etc/apt: $suite's gdb can't be had"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -f "$keyring" ] || keyring=$(machine_mirror | head -n 1 | cut -s -d ' ' -f 2)
    # In a mount namespace of its own: what debootstrap mounts goes with it, however it ends. A
    # release that this debootstrap does not know yet is built like sid.
    quietly unshare --mount debootstrap --variant=minbase --include="$packages" \
        ${keyring:+"--keyring=$keyring"} "$suite" "$1/root" "$uri" "$(script_for "$suite")"
    rm -rf "$1"/root/var/cache/apt/archives "$1"/root/var/lib/apt/lists
    write_program "$1"
    quietly "$1/gdb" -nx -batch -ex 'python print("Python works")'
    "$1/gdb" -nx -batch -ex 'python print("Python works")' | grep -q '^Python works$' ||
        fail "the gdb of $suite does not run with the libraries of its release"
}

script_for() {
    for script in "/usr/share/debootstrap/scripts/$1" /usr/share/debootstrap/scripts/sid; do
        if [ -f "$script" ]; then
            printf '%s\n' "$script"
            return
        fi
    done
}

have_debootstrap() {
    [ "$(id -u)" = 0 ] || fail 'debootstrap needs root'
    if ! command -v debootstrap >/dev/null; then
        say 'installing the Debian package debootstrap'
        quietly apt-get -q update
        DEBIAN_FRONTEND=noninteractive quietly \
            apt-get -q -y -o Dpkg::Use-Pty=0 install --no-install-recommends debootstrap
    fi
}

# write_program DIRECTORY: its loader, its libraries, its Python and its data, on the host's files.
# No chroot: there gdb could not open /proc/<our pid>/fd/<libinsn.so>, a link to a path of the host.
write_program() {
    cat >"$1/gdb" <<'END'
#!/bin/sh
root=$(dirname "$(readlink -f "$0")")/root
for libraries in "$root"/usr/lib/*-linux-gnu*; do break; done
for loader in "$libraries"/ld-[0-9]*.so "$libraries"/ld-linux*.so.*; do
    [ -f "$loader" ] && break
done
export PYTHONHOME="$root/usr"
exec "$loader" --library-path "$libraries" "$root/usr/bin/gdb" \
    --data-directory "$root/usr/share/gdb" "$@"
END
    chmod +x "$1/gdb"
}

# gdb-minimal needs no library that gdb does not need, and gdb is there.
have_minimal() {
    key=$(key_of test/matrix/setup.sh minimal)
    made "$cache/matrix/minimal" "$key" ||
        make_product "$cache/matrix/minimal" "$key" 'unpacking gdb-minimal' unpack_minimal
}

unpack_minimal() {
    open_archive
    (
        cd "$scratch" || exit
        quietly archive apt-get -q download gdb-minimal
    )
    quietly dpkg-deb -x "$scratch"/gdb-minimal_*.deb "$scratch/root"
    mv "$scratch/root/usr/bin/gdb" "$1/gdb"
    "$1/gdb" --configuration >"$log" 2>&1 || fail 'gdb-minimal does not run here'
    grep -q 'without-python' "$log" || fail 'this gdb-minimal has Python'
}

# have_node MAJOR: out of the package that the package `node` of npm leads to.
have_node() {
    key=$(key_of test/matrix/setup.sh "$1")
    made "$cache/matrix/node-$1" "$key" ||
        make_product "$cache/matrix/node-$1" "$key" "fetching Node $1" fetch_node "$1"
}

fetch_node() {
    mkdir -p "$scratch"
    (
        cd "$scratch" || exit
        quietly npm pack --silent "$(node -p '`node-linux-${process.arch}`')@$1"
    )
    quietly tar -x -f "$scratch"/node-linux-*.tgz -C "$scratch" package/bin/node
    rm "$scratch"/node-linux-*.tgz
    mv "$scratch/package/bin/node" "$2/node"
    quietly "$2/node" --version
}

main
