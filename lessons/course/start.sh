# shellcheck shell=bash disable=SC2154 # root and the exit codes are the waymark script's
# `waymark start`: the tracking server in the foreground, a demo trip once it listens, and an orderly
# end of both. The server itself decides what is wrong with a port or a data folder, and says so; its
# exit code is passed on. This file starts, listens for the lines "web: ADDRESS" and "devices:
# ADDRESS" that the server prints when it is ready, and stops.

run_start() {
    local data
    data=$(default_data_folder)
    local port_web=8080 port_devices=5055 demo=yes
    read_start_options "$@"
    need_packages course server
    build_tracker
    run_tracker
}

# As the tracker has it: for root /var/lib, because a server that gives root up cannot reach /root.
default_data_folder() {
    local shared=${HOME:-/var/tmp}/.local/share
    ((EUID == 0)) && shared=/var/lib
    printf '%s/waymark' "${XDG_DATA_HOME:-$shared}"
}

read_start_options() {
    while (($# > 0)); do
        case $1 in
            --data | --port-web | --port-devices) (($# > 1)) || refuse "$1 needs a value" ;;
            --no-demo) ;;
            *) refuse "start does not know '$1'; './waymark help' lists its options" ;;
        esac
        case $1 in
            --data) data=$(realpath --canonicalize-missing -- "$2") ;;
            --port-web) port_web=$(port_number "$@") || exit ;;
            --port-devices) port_devices=$(port_number "$@") || exit ;;
            --no-demo)
                demo=no
                shift
                continue
                ;;
        esac
        shift 2
    done
}

# port_number OPTION VALUE: prints the value without leading zeros; 0 lets the system choose.
port_number() {
    if [[ ! $2 =~ ^[0-9]{1,5}$ ]] || ((10#$2 > 65535)); then
        refuse "$1 needs a port from 0 to 65535, not '$2'"
    fi
    printf '%d' "$((10#$2))"
}

run_tracker() {
    local tracker=$root/build/lessons/16-tracker/tracker child said
    trap stop_on_request INT TERM HUP
    open_tracker
    follow_tracker
    report_end
}

# Starts the server with its standard output in a pipe, $said. The fifo loses its name at once, so
# there is nothing to clean up; `hold` keeps its opening from waiting for the other side.
open_tracker() {
    local folder hold
    folder=$(mktemp -d)
    mkfifo "$folder/said"
    exec {hold}<>"$folder/said"
    tend "$tracker" serve --foreground --data "$data" --listen-devices "127.0.0.1:$port_devices" \
        --listen-web "127.0.0.1:$port_web" >"$folder/said" {hold}>&-
    exec {said}<"$folder/said" {hold}>&-
    rm -r "$folder"
}

# Shows what the server says, until its end; its two addresses are told in words of ours. The end of the pipe is that end, except when a process
# is left that holds it; so the server's own process is looked at now and then.
follow_tracker() {
    local line status web='' devices='' announced=no
    while true; do
        status=0
        IFS= read -r -t 5 line <&"$said" || status=$?
        if ((status > 0)); then
            ((status > 128)) && kill -0 "$child" 2>/dev/null || return 0
            continue
        fi
        case $line in
            'web: '*) web=${line#web: } ;;
            'devices: '*) devices=${line#devices: } ;;
            *) printf '%s\n' "$line" ;;
        esac
        [[ $announced == no && -n $web && -n $devices ]] || continue
        announced=yes
        announce
    done
}

announce() {
    local server=$child
    if [[ $demo == yes ]]; then
        # Its errors are shown; its progress is on the map.
        tend "$tracker" simulate --devices 2 --to "${devices%/}" --data "$data" >/dev/null {said}<&-
        child=$server
    fi
    printf '\nThe map is at %s\n' "$web"
    [[ $demo == no ]] || printf 'Two demo devices are on their way there.\n'
    printf 'Devices send to %s\nPositions are kept in %s\n' "$devices" "$data"
    printf 'Ctrl-C stops everything.\n\n'
}

# The server ended by itself.
report_end() {
    local status=0
    wait_for "$child" || status=$?
    if ((status > 128)); then
        tell "the tracking server was ended by signal $((status - 128)) ($(kill -l "$status"))"
        exit "$exit_system"
    fi
    ((status == 0)) || tell "the tracking server ended with exit code $status; its reason is above"
    exit "$status"
}

# Ctrl-C is the usual way to end `start`, so it is no failure.
stop_on_request() {
    trap '' INT TERM HUP
    printf '\n'
    tell "stopping"
    end_all
    exit 0
}
