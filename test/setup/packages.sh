# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared among the files of setup
# The packages of npm and Debian. Sourced by setup.sh.

have_npm_packages() {
    command -v npm >/dev/null || fail 'npm is missing: install Node.js 20 or newer with npm'
    # Behind a link they are another checkout's, which npm ci would take away from it.
    if [ -L node_modules ] && [ -f node_modules/.package-lock.json ]; then
        return
    fi
    # npm writes this file last.
    if [ -f node_modules/.package-lock.json ] &&
        [ -z "$(find package-lock.json -newer node_modules/.package-lock.json)" ]; then
        return
    fi
    say 'installing npm packages'
    did_something=yes
    quietly npm ci
    touch node_modules/.package-lock.json
}

# Facts rather than dpkg's word: a tool that came another way will do.
has() {
    case $1 in
    gdb) command -v gdb ;;
    qemu-user) command -v qemu-riscv64 ;;
    qemu-system-misc) command -v qemu-system-riscv64 ;;
    gcc) command -v gcc ;;
    libc6-dev) printf '#include <stdio.h>\n' | gcc -E - ;;
    gcc-riscv64-linux-gnu) command -v riscv64-linux-gnu-gcc ;;
    libc6-dev-riscv64-cross) [ -f "$(riscv64-linux-gnu-gcc -print-file-name=libc.a)" ] ;;
    pkg-config) command -v pkg-config ;;
    libglib2.0-dev) pkg-config --exists glib-2.0 ;;
    binutils) command -v objcopy ;;
    xz-utils) command -v xz ;;
    man-db) command -v man ;;
    groff-base) command -v groff ;;
    jq) command -v jq ;;
    strace) command -v strace ;;
    systemd) command -v systemd-analyze ;;
    perl-base) command -v perl ;;
    qemu-system-arm) command -v qemu-system-aarch64 ;;
    gcc-aarch64-linux-gnu) command -v aarch64-linux-gnu-gcc ;;
    libc6-dev-arm64-cross) [ -f "$(aarch64-linux-gnu-gcc -print-file-name=libc.a)" ] ;;
    cpio) command -v cpio ;;
    e2fsprogs) [ -x /usr/sbin/mkfs.ext4 ] || [ -x /sbin/mkfs.ext4 ] ;;
    esac >/dev/null 2>&1
}

needed_packages='gdb qemu-user qemu-system-misc gcc libc6-dev gcc-riscv64-linux-gnu
libc6-dev-riscv64-cross pkg-config libglib2.0-dev binutils xz-utils'
if [ "$purpose" = test ]; then
    needed_packages="$needed_packages man-db groff-base jq strace perl-base systemd"
fi

missing_packages() {
    for package in $needed_packages; do
        has "$package" || printf ' %s' "$package"
    done
}

have_debian_packages() {
    missing=$(missing_packages)
    if [ -z "$missing" ]; then
        return
    fi
    if ! command -v apt-get >/dev/null; then
        fail "these are missing, and there is no apt to install them (Debian's names):$missing"
    fi
    if [ "$(id -u)" != 0 ]; then
        fail "these Debian packages are missing:$missing" \
            'install them with this command, then start again:' \
            "sudo sh -c 'apt-get update && apt-get install --no-install-recommends$missing'"
    fi
    say "installing Debian packages:$missing"
    did_something=yes
    quietly apt-get -q update
    # shellcheck disable=SC2086 # a list of words
    DEBIAN_FRONTEND=noninteractive quietly \
        apt-get -q -y -o Dpkg::Use-Pty=0 install --no-install-recommends $missing
    missing=$(missing_packages)
    if [ -n "$missing" ]; then
        fail "installed, but still not usable:$missing"
    fi
}
