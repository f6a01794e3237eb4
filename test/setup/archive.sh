# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared among the files of setup
# Files out of Debian's archive, without a trace in /etc/apt or /var/lib/apt: apt runs on source
# lists of our own, made from the machine's. Sourced by setup.sh.

# The mirror and the keyring of the machine's first entry for Debian itself, as "URI keyring"; an
# entry of deb822 form (apt's sources.list(5)) names them in lines, an older one in one line.
machine_mirror() {
    cat /etc/apt/sources.list.d/*.sources /dev/null 2>/dev/null | awk '
        /^URIs:/ && uri == "" && $2 ~ /\/debian\/?$/ { uri = $2; here = 1 }
        /^Signed-By:/ { if (here) key = $2; here_key = $2 }
        /^$/ { if (here) exit; here_key = "" }
        END { if (uri != "") print uri, (key ~ /^\// ? key : "") }'
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /dev/null 2>/dev/null | awk '
        $1 == "deb" {
            key = ""
            for (i = 2; i <= NF; i++) {
                if (match($i, /signed-by=[^] ]*/)) key = substr($i, RSTART + 10, RLENGTH - 10)
                if ($i ~ /:\/\/.*\/debian\/?$/) { print $i, key; exit }
            }
        }'
}

# entry SUITE: lines for one suite of the machine's mirror, whichever release it is of. The keyring
# of debian-archive-keyring holds the keys of the releases before and after its own.
entry() {
    machine_mirror | head -n 1 | {
        read -r uri key || fail 'no Debian mirror in /etc/apt: set QEMU_SOURCE to a QEMU source tree'
        if [ -f /usr/share/keyrings/debian-archive-keyring.gpg ]; then
            key=/usr/share/keyrings/debian-archive-keyring.gpg
        fi
        printf 'deb%s %s %s main\n' "${key:+ [signed-by=$key]}" "$uri" "$1"
        printf 'deb-src%s %s %s main\n' "${key:+ [signed-by=$key]}" "$uri" "$1"
    }
}

# machine_entries DIRECTORY: the machine's own sources, each with deb-src added.
machine_entries() {
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -f "$file" ] || continue
        sed 's/^Types:.*/Types: deb deb-src/' "$file" >"$1/${file##*/}"
    done
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -f "$file" ] || continue
        sed -n '/^deb[[:space:]]/ { p; s/^deb/deb-src/p; }' "$file" >"$1/${file##*/}"
    done
    [ ! -f "$1/sources.list" ] || mv "$1/sources.list" "$1/machine.list"
}

# open_archive [SUITE…]: points `archive` at these suites, or at the machine's own. Sources that do
# not answer, or have no source packages, show when something is looked for in vain.
open_archive() {
    command -v apt-get >/dev/null || fail 'apt-get is missing, with which files come from Debian'
    rm -rf "$scratch"
    mkdir -p "$scratch/sources" "$scratch/lists/partial" "$scratch/apt-cache/archives/partial"
    if [ $# = 0 ]; then
        machine_entries "$scratch/sources"
    fi
    for opened; do
        entry "$opened" >"$scratch/sources/$opened.list"
    done
    archive apt-get -q update >"$log" 2>&1 || :
}

# archive COMMAND…: apt-get or apt-cache on that. Being root, apt would fetch as the user _apt, who
# may not be let into the directory of this checkout; signatures are checked all the same. With
# `architecture` set it is a machine of that kind that is asked for.
archive() {
    command=$1
    shift
    "$command" ${architecture:+-o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture"} \
        -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$scratch/sources" \
        -o Dir::Etc::Preferences="$scratch/preferences" -o Dir::Etc::PreferencesParts=/dev/null \
        -o Dir::State::Lists="$scratch/lists" -o Dir::Cache="$scratch/apt-cache" \
        -o APT::Sandbox::User=root "$@" 9>&-
}

# The versions of QEMU's source package that the open archive has, newest first.
source_versions() {
    archive apt-cache showsrc --only-source qemu 2>/dev/null |
        sed -n 's/^Version: //p' | sort -r -V -u
}

# nearest_version WANTED: that very version; else the newest of the same upstream version, whose
# tarball is the same; else the newest of the same series, to whose plugins nothing is done.
nearest_version() {
    upstream=${1%-*}
    series=$(printf '%s' "$1" | sed 's/^\([0-9]*:[0-9]*\.[0-9]*\).*/\1/')
    versions=$(source_versions)
    for prefix in "$1" "$upstream-" "$series"; do
        for version in $versions; do
            case $version in
            "$prefix"*)
                printf '%s\n' "$version"
                return
                ;;
            esac
        done
    done
}

# fetch_source VERSION DIRECTORY: the plugins and their header out of that version's source package.
# The tarball alone will do, so its signed description is not asked for: mirrors may lack it.
fetch_source() {
    (
        cd "$scratch" || exit
        quietly archive apt-get -q source --download-only --tar-only "qemu=$1"
    )
    unpack_source "$2" "$scratch"/qemu_*.orig.tar.*
    rm -f "$scratch"/qemu_*
}

# unpack_source DIRECTORY TARBALL: the plugins have moved from tests/plugin to tests/tcg/plugins.
unpack_source() {
    quietly tar -x -f "$2" -C "$1" --wildcards --no-anchored --transform='s,.*/,,' \
        'tests/*plugin*/insn.c' 'tests/*plugin*/bb.c' 'tests/*plugin*/empty.c' \
        'include/qemu/qemu-plugin.h'
    [ -f "$1/insn.c" ] || fail "no insn.c in ${2##*/}"
}
