# shellcheck shell=bash disable=SC2154 # root and the exit codes are the waymark script's
# `waymark capstone --map`: the server on the learner's modules, and a boat on its map. The boat is a trip
# that is made here and sent by `tracker replay` as a logger would that speaks Sextant, so what is seen has
# gone through the decoder of exercise 16. All is kept in a folder of its own, which goes at the end.

run_capstone_map() {
    local port_web=8080 port_devices=5055 kind=() phones=''
    read_start_options "$@"
    [[ ${#kind[@]} == 0 && -z $phones ]] || refuse "capstone --map takes --port-web and --port-devices, and got '$1'"
    "$root/waymark" capstone --no-tests
    map_server=$root/work/.built/capstone/tracker
    map_folder=$(mktemp -d)
    trap end_map EXIT
    trap 'exit 0' INT TERM HUP
    chmod 755 "$map_folder" # root's server becomes nobody, who must be able to walk there
    sail_boat
}

# Both ends of it are this shell's to end, also when something fails.
end_map() {
    [[ -z ${map_boat:-} ]] || kill "$map_boat" 2>/dev/null || true
    "$map_server" stop --data "$map_folder/data" >/dev/null 2>&1 || true
    rm -rf "$map_folder"
}

sail_boat() {
    local token said
    "$map_server" serve --data "$map_folder/data" --listen-web "127.0.0.1:$port_web" \
        --listen-devices "127.0.0.1:$port_devices"
    said=$("$map_server" device add 'my boat' --data "$map_folder/data")
    token=$(sed -n 's/^Token.*: //p' <<<"$said")
    boat_trip >"$map_folder/boat.json"
    tell "the link above makes an account, which lives as long as this server; then look for 'my boat'. Ctrl-C ends it"
    # A quarter of an hour at once, and then every two seconds, until the lake has been gone round.
    "$map_server" replay "$map_folder/boat.json" --protocol sextant --device "$token" --now-shift \
        --to "http://127.0.0.1:$port_devices"
    while true; do
        "$map_server" replay "$map_folder/boat.json" --protocol sextant --device "$token" --now-shift --speed 1 \
            --to "http://127.0.0.1:$port_devices" &
        map_boat=$!
        wait "$map_boat"
    done
}

# Round and round on Lake Constance, a point every two seconds, as rows of JSON.
boat_trip() {
    awk 'BEGIN {
        for (i = 0; i < 450; i++) {
            angle = i * 2 * 3.14159265358979 / 450
            printf "%s{\"point\": \"POINT(%.6f %.6f)\", \"time\": %d}\n", i == 0 ? "[" : ",",
                9.43 + 0.06 * cos(angle), 47.61 + 0.02 * sin(angle), 1700000000 + i * 2
        }
        print "]"
    }'
}
