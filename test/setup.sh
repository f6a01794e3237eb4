#!/bin/sh
# Installs and builds what the demo or the tests need, and only what is missing.
#
#   sh test/setup.sh demo     gdb, QEMU, the cross compiler, libinsn and libbb for the installed QEMU, guests
#   sh test/setup.sh test     that, and both in all of their memory layouts, QEMU 10 and Prometheus
#
# QEMU_SOURCE=<tree> takes the demo's plugins from a QEMU source tree instead of Debian's source
# package. All that is built lies in .cache/, in directories that are made whole or not at all.
set -eu
export LC_ALL=C

usage='usage: sh test/setup.sh demo|test'
purpose=${1:?"$usage"}
case $purpose in
demo | test) ;;
*)
    printf '%s\n' "$usage" >&2
    exit 2
    ;;
esac

cd "$(dirname "$0")/.."
cache=$PWD/.cache
mkdir -p "$cache"

. test/setup/product.sh
. test/setup/packages.sh
. test/setup/archive.sh
. test/setup/plugins.sh
. test/setup/qemu.sh
. test/setup/prometheus.sh
. test/setup/guests.sh

have_npm_packages
have_debian_packages

# Two of us at once would build into the same directories. (flock is part of every Debian.)
if command -v flock >/dev/null; then
    exec 9>"$cache/lock"
    flock 9
fi

have_guests
have_installed_plugin
have_qemu7
if [ "$purpose" = test ]; then
    have_plugin_layouts
    have_qemu10
    have_prometheus
fi
clean_up

if [ "$did_something" = no ]; then
    say 'everything is in place'
fi
