# shellcheck shell=bash disable=SC2154 # root is the waymark script's
# `waymark package`: builds the tracking server and packs it for Debian. Nothing is fetched while it packs; what is missing on
# this system is asked for first, as by every command. The package is for the Debian that it is made on: fmt, which the server
# is linked with, has another name in each.

run_package() {
    (($# == 0)) || refuse "package takes no options, and got '$1'"
    need_packages course server package
    set_up build course server
    ninja_in build lessons/16-tracker/{tracker,web/site.stamp,manual/tracker.1}
    rm -f "$root"/build/waymark-tracker_*.deb # what `apt install` is told to take is the new one alone
    "$root/lessons/16-tracker/package/make_package.sh" "$root/build" "$root/build" || exit "$exit_system"
}
