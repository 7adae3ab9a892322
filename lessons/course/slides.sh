# shellcheck shell=bash disable=SC2154 # root and the exit codes are the waymark script's
# `waymark slides`: serves the decks on this machine, prints them, or records what their demos print.
# The server itself decides what is wrong with a port or a lesson, and says so; its exit code is
# passed on.

run_slides() {
    local port=8090 deed=serve folder='' lesson=()
    read_slides_options "$@"
    need_packages course slides
    [[ $deed != print ]] || need_packages print
    set_up build course slides
    # The server, its pages, and the lessons' demos: not the tracking server.
    ninja_in build decks
    [[ -e $root/build/slides/site.stamp ]] ||
        refuse "build/slides has no pages: ./waymark clean, then this command again"
    "slides_$deed"
}

read_slides_options() {
    while (($# > 0)); do
        case $1 in
            --port)
                (($# > 1)) || refuse "--port needs a value"
                port=$(port_number "$@") || exit
                shift
                ;;
            --pdf)
                (($# > 1)) || refuse "--pdf needs a folder"
                deed=print folder=$(realpath --canonicalize-missing -- "$2")
                shift
                ;;
            --record) deed=record ;;
            --check) deed=check ;;
            -*) refuse "slides does not know '$1'; './waymark help' lists its options" ;;
            *) lesson=("$1") ;;
        esac
        shift
    done
}

# slides_program TASK: its command line is in $command afterwards.
slides_program() {
    command=("$root/build/slides/waymark-slides" "$1" --root "$root"
        --manifest "$root/build/slides/manifest.json")
}

slides_server() {
    slides_program serve
    command+=(--assets "$root/build/slides/site" --printed "$root/build/slides/pdf"
        --listen "127.0.0.1:$port" "${lesson[@]}")
}

# Becomes this process: Ctrl-C reaches the server directly, and it ends its demos.
slides_serve() {
    local command
    slides_server
    exec "${command[@]}"
}

slides_check() {
    local command
    slides_program check
    exec "${command[@]}"
}

slides_record() {
    local command
    slides_program record
    exec "${command[@]}" --into "$root/slides/transcripts" "${lesson[@]}"
}

# The printing program starts the server itself, asks it for the pages, and ends it.
slides_print() {
    local command status=0
    node_packages "$root/tests/browser" "$browser_packages"
    port=0
    slides_server
    "${leash[@]}" env BROWSER_MODULES="$browser_packages/node_modules" \
        node "$root/slides/print/print-decks.js" "$folder" "${command[@]}" || status=$?
    ((status == 0)) || exit "$status"
    mkdir -p "$root/build/slides/pdf"
    cp "$folder"/*.pdf "$root/build/slides/pdf/" # for the links of the home page
}
