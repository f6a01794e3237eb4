# shellcheck shell=sh disable=SC2154 # variables are shared among the files of setup
# Prometheus and its promtool: unpacked, not installed, so that no service is started and no user
# added. Sourced by setup.sh.

have_prometheus() {
    key=$(key_of test/setup/prometheus.sh)
    made "$cache/prometheus" "$key" ||
        make_product "$cache/prometheus" "$key" 'unpacking prometheus' unpack_prometheus
}

unpack_prometheus() {
    open_archive
    mkdir "$scratch/prometheus"
    (
        cd "$scratch" || exit
        quietly archive apt-get -q download prometheus
    )
    quietly dpkg-deb -x "$scratch"/prometheus_*.deb "$scratch/prometheus"
    mv "$scratch/prometheus/usr/bin" "$1/bin"
    quietly "$1/bin/prometheus" --version
    quietly "$1/bin/promtool" --version
    rm -rf "$scratch/prometheus" "$scratch"/prometheus_*.deb
}
