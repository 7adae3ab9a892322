# shellcheck shell=bash disable=SC2154 # root is the waymark script's
# `waymark start`: reads its options, builds the tracking server, and becomes it. So the server has the
# terminal, Ctrl-C reaches it directly, and its exit code is that of the command. What is wrong with a
# port or a data folder it says itself. With --data or --no-demo it is the person's own server; without
# them it runs a demo in a folder of the demo's own. With --phones it listens for phones at every address
# of this machine, and the page Devices tells them the one that they reach; the map stays on 127.0.0.1.

run_start() {
    local kind=(--demo) port_web=8080 port_devices=5055 phones='' devices
    read_start_options "$@"
    devices=(--listen-devices "127.0.0.1:$port_devices")
    if [[ -n $phones ]]; then
        [[ ${kind[0]:-} != --demo ]] || refuse '--phones is for your own server: add --no-demo or --data DIR'
        devices=(--listen-devices "*:$port_devices" --public-devices-url "http://$phones:$port_devices")
    fi
    need_packages course server
    build_tracker
    exec "$root/build/lessons/16-tracker/tracker" serve --foreground "${kind[@]}" \
        "${devices[@]}" --listen-web "127.0.0.1:$port_web"
}

read_start_options() {
    while (($# > 0)); do
        case $1 in
            --data | --port-web | --port-devices | --phones)
                [[ -n ${2:-} ]] || refuse "$1 needs a value"
                ;;
            --no-demo) ;;
            *) refuse "start does not know '$1'; './waymark help' lists its options" ;;
        esac
        case $1 in
            --data) kind=(--data "$(realpath --canonicalize-missing -- "$2")") ;;
            --port-web) port_web=$(port_number "$@") || exit ;;
            --port-devices) port_devices=$(port_number "$@") || exit ;;
            --phones) phones=$(phones_host "$2") || exit ;;
            --no-demo)
                ((${#kind[@]} > 1)) || kind=()
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

# phones_host HOST: prints it as a URL has it, IPv6 in brackets.
phones_host() {
    case $1 in
        *[!A-Za-z0-9.:-]*) refuse "--phones needs the name or address of this machine as a phone sees it, not '$1'" ;;
        *:*:*) printf '[%s]' "$1" ;;
        *:*) refuse "--phones needs a name or address without a port, not '$1'; the port is --port-devices" ;;
        *) printf '%s' "$1" ;;
    esac
}
