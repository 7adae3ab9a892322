# shellcheck shell=bash disable=SC2154 # root and the exit codes are the waymark script's
# The build folders: build/ is what people run, build-sanitize/ is what the tests run, under the
# address and undefined-behaviour sanitizers, and build-threads/ under the thread sanitizer. A
# folder is set up once; it is thrown away and set up again when the checkout has moved or when its
# settings have changed. ccache is found by Meson itself; mold is asked for here.

readonly web_packages=$root/build-packages/web browser_packages=$root/build-packages/browser
readonly slides_packages=$root/build-packages/slides

# configure FOLDER OPTION...
configure() {
    local folder=$root/$1 linker=
    shift
    have_tool mold && linker=mold
    local settings="$root $linker $*"
    if [[ -f $folder/build.ninja && $(cat "$folder/settings" 2>/dev/null) == "$settings" ]]; then
        return
    fi
    tell "setting up ${folder#"$root"/}"
    rm -rf "$folder"
    mkdir -p "$folder"
    run env ${linker:+"CXX_LD=$linker"} meson setup "$folder" "$root" "$@" >"$folder/setup.log" 2>&1 || {
        tail -n 15 "$folder/setup.log" >&2
        tell "meson could not set up the build; the whole log is $folder/setup.log"
        exit "$exit_system"
    }
    printf '%s' "$settings" >"$folder/settings"
}

# ninja_in FOLDER TARGET...: a moving status line on a terminal, only what fails elsewhere; nothing at
# all when there is nothing to do. What it says goes to stderr: some commands print JSON.
ninja_in() {
    local folder=$root/$1 quiet=()
    shift
    [[ $(ninja -C "$folder" -n "$@" 2>&1) != *"no work to do"* ]] || return 0
    [[ -t 2 ]] || quiet=(--quiet)
    run ninja -C "$folder" "${quiet[@]}" "$@" >&2 || {
        tell "the build failed; the compiler's words are above"
        exit "$exit_system"
    }
}

configure_release() {
    node_packages "$root/lessons/16-tracker/web" "$web_packages"
    node_packages "$root/slides/web" "$slides_packages"
    configure build -Doptimization=2 -Ddebug=false
}

build_all() {
    configure_release
    ninja_in build
}

# Only what `start` runs, so that the first start does not wait for the examples.
build_tracker() {
    configure_release
    ninja_in build lessons/16-tracker/tracker lessons/16-tracker/web/site.stamp
}

# The tests are built by `meson test`, each when it is asked for.
configure_tests() {
    node_packages "$root/lessons/16-tracker/web" "$web_packages"
    node_packages "$root/slides/web" "$slides_packages"
    node_packages "$root/tests/browser" "$browser_packages"
    # -g1: lines in a stack trace are enough, and it saves a quarter of the compile time. Without
    # optimisation the files that read the command line take 9 s under the sanitizers, with it 24 s.
    local common=(-Doptimization=0 -Ddebug=true -Dcpp_args=-g1 -Db_lundef=false)
    configure build-sanitize -Db_sanitize=address,undefined "${common[@]}"
    configure build-threads -Db_sanitize=thread "${common[@]}"
    # The list of tests is read before Meson builds them; it must know of tests that are new.
    local folder
    for folder in build-sanitize build-threads; do
        ninja_in "$folder" build.ninja
    done
}
