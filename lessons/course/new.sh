# shellcheck shell=bash disable=SC2154 # root and the exit codes are the waymark script's
# `waymark new`: a daemon of one's own on the toolkit. What is wrong with the folder is said before anything is installed or
# built. The toolkit is compiled here once and copied into the project, which then stands alone: it builds where nothing of
# Waymark is installed, and a checkout that moves or changes breaks nothing.

run_new() {
    local make=$root/examples/new/make_project.sh quoted
    (($# == 1)) || refuse "new takes one folder, whose name becomes the program's: ./waymark new ../my_daemon"
    "$make" --check "$1" || exit
    need_packages course
    set_up build course
    ninja_in build daemon/libwaymark_daemon.a net/libwaymark_net.a net/libwaymark_net_tls.a net/http/libwaymark_http.a
    "$make" "$root/build" "$1" || exit
    printf -v quoted '%q' "$1"
    tell "$quoted is there; build it and run its tests:"
    tell "  cd $quoted && meson setup build && meson test -C build"
}
