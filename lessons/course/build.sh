# shellcheck shell=bash disable=SC2154 # root and the exit codes are the waymark script's
# The build folders: build/ is what people run, build-sanitize/ is what the checks and tests run, under
# the address and undefined-behaviour sanitizers, and build-threads/ under the thread sanitizer. Each
# has the parts (meson_options.txt) that somebody has asked for: a learner's has the course and nothing of
# the server. Parts are only added. A folder is set up once; it is thrown away and set up again when the
# checkout has moved or when its settings have changed. ccache is found by Meson itself; mold is asked
# for here, by the folders of hundreds of programs.

readonly web_packages=$root/build-packages/web browser_packages=$root/build-packages/browser
readonly slides_packages=$root/build-packages/slides

# A program in whose place this shell waits ends with it, also when it is killed: prctl(2), PR_SET_PDEATHSIG.
leash=()
if setpriv --help 2>/dev/null | grep -q -e --pdeathsig; then
    leash=(setpriv --pdeathsig TERM --)
fi

# A precompiled header (tests/doctest) is told from another by a sum that stands beside it.
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros} CCACHE_PCH_EXTSUM=true

# options_of FOLDER: in $options. -g1: lines in a stack trace are enough, and it saves a quarter of the
# compile time. Without optimisation the files that read the command line take 9 s under the sanitizers,
# with it 24 s. separate-code: where a program's code ends within the last bytes of a page, and it has a
# thread_local of a byte, mold 1.10, of Debian 12, has the dynamic linker protect a page that is not there,
# and the program does not start (tests/suite/relro_test.py). So each segment begins a page. (To protect
# nothing, norelro, is no way: with some sizes mold never comes to an end.)
options_of() {
    local checked=(-Doptimization=0 -Ddebug=true -Dcpp_args=-g1 -Dcpp_link_args=-Wl,-z,separate-code -Db_lundef=false -Db_staticpic=false)
    case $1 in
        build) options=(-Doptimization=2 -Ddebug=false) ;;
        build-sanitize) options=("-Db_sanitize=address,undefined" "${checked[@]}") ;;
        build-threads) options=(-Db_sanitize=thread "${checked[@]}") ;;
        *) refuse "there is no build folder called '$1': build, build-sanitize, build-threads" ;;
    esac
}

# set_up FOLDER PART...: afterwards the folder is one of Meson's and has these parts.
set_up() {
    local folder=$root/$1 linker='' options settings parts part
    options_of "$1"
    [[ $1 == build ]] || ! have_tool mold || linker=mold
    settings="$root $linker ${options[*]}"
    parts=$(cat "$folder/parts" 2>/dev/null) || true
    local known=$parts
    for part in "${@:2}"; do
        has_part "$part" || parts+="${parts:+ }$part"
    done
    fetch_pages_packages
    local is_there=no
    [[ -f $folder/build.ninja && $(cat "$folder/settings" 2>/dev/null) == "$settings" ]] && is_there=yes
    [[ $is_there == no || $parts != "$known" ]] || return 0
    tell "setting up $1 for: $parts"
    if [[ $is_there == yes ]]; then
        options=(--reconfigure)
    else
        rm -rf "$folder"
        mkdir -p "$folder"
    fi
    "${leash[@]}" env ${linker:+"CXX_LD=$linker"} meson setup "$folder" "$root" "${options[@]}" \
        "-Dparts=${parts// /,}" >"$folder/setup.log" 2>&1 || {
        tail -n 15 "$folder/setup.log" >&2
        tell "meson could not set up the build; the whole log is $folder/setup.log"
        exit "$exit_system"
    }
    printf '%s' "$settings" >"$folder/settings"
    printf '%s' "$parts" >"$folder/parts"
}

# What $parts need from npm, before Meson looks for it.
fetch_pages_packages() {
    has_part server && node_packages "$root/lessons/16-tracker/web" "$web_packages"
    has_part slides && node_packages "$root/slides/web" "$slides_packages"
    return 0
}

has_part() { [[ " $parts " == *" $1 "* ]]; }

# ninja_in FOLDER TARGET...: a moving status line on a terminal, elsewhere a line every few seconds and
# what fails; nothing at all when there is nothing to do. What it says goes to stderr: some commands
# print JSON.
ninja_in() {
    local folder=$root/$1
    shift
    # By itself, because Meson has much to say when it reads its files again.
    "${leash[@]}" ninja -C "$folder" build.ninja >"$folder/setup.log" 2>&1 || {
        tail -n 15 "$folder/setup.log" >&2
        tell "meson could not set up the build again; the whole log is $folder/setup.log"
        exit "$exit_system"
    }
    [[ $("${leash[@]}" ninja -C "$folder" -n "$@" 2>&1) != *"no work to do"* ]] || return 0
    if [[ -t 2 ]]; then
        "${leash[@]}" ninja -C "$folder" "$@" >&2
    else
        "${leash[@]}" ninja -C "$folder" "$@" 2>&1 | tell_progress "${folder##*/}" >&2
    fi || {
        tell "the build failed; the compiler's words are above"
        exit "$exit_system"
    }
}

# tell_progress NAME: reads what ninja says. "[12/40] ..." is how far it is, told now and then; all else is
# a compiler's.
tell_progress() {
    local line last=$SECONDS far=''
    while IFS= read -r line; do
        if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
            far="${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}"
            ((SECONDS - last >= 5)) || continue
            last=$SECONDS
            tell "$1: $far"
        elif [[ $line != 'ninja: Entering directory'* ]]; then
            printf '%s\n' "$line"
        fi
    done
    [[ -z $far ]] || tell "$1: $far"
}

# Without the tests' programs, a third of it all, which Meson counts to `all`: whoever wants the tests builds
# them under sanitizers, in folders of their own.
build_all() {
    local line programs=()
    set_up build course server slides
    while IFS= read -r line; do
        case $line in
            '  outputs:'*) break ;;
            '    meson-'*) ;;
            '    '*) programs+=("${line#    }") ;;
        esac
    done < <("${leash[@]}" ninja -C "$root/build" -t query all)
    ninja_in build "${programs[@]}"
}

# Only what `start` runs, so that the first start does not wait for the examples.
build_tracker() {
    set_up build course server
    ninja_in build lessons/16-tracker/tracker lessons/16-tracker/web/site.stamp
}

# The tests are built by tests/suite/run.py, those that are asked for.
configure_tests() {
    local folder
    node_packages "$root/tests/browser" "$browser_packages"
    for folder in build-sanitize build-threads; do
        set_up "$folder" course server slides tests
        # The list of tests is read before they are built; it must know of tests that are new.
        ninja_in "$folder" build.ninja
    done
}
