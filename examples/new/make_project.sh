#!/usr/bin/env bash
# Lays down a daemon project of one's own, whole or not at all:
#   make_project.sh BUILD_FOLDER DIR     BUILD_FOLDER has the toolkit's archives
#   make_project.sh --check DIR          says what is wrong with DIR, and makes nothing
#
# The project is template/ beside this file, with the name of DIR in place of `newdaemon`, and the toolkit as
# `meson install` brings it. It is put together in a folder beside DIR, which becomes DIR by one rename(2): who interrupts it,
# or has no room left on the disk, finds no half of a project.
#
# Exit codes: 100 DIR must be another one, 111 the system refused.

set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
readonly here exit_usage=100 exit_system=111
work=''

tell() { printf 'waymark: %s\n' "$*" >&2; }

refuse() {
    tell "$@"
    exit "$exit_usage"
}

give_up() {
    tell "$@"
    exit "$exit_system"
}

# Whatever cp, sed or mv end with, it is the system that refused; they have said what.
end() {
    local code=$?
    [[ -z $work ]] || rm -rf -- "$work"
    ((code == 0 || code == exit_usage)) || exit "$exit_system"
}

# check_name NAME: it becomes that of the program, its units and its configuration.
check_name() {
    local better
    if [[ ! $1 =~ ^[a-z][a-z0-9_]{0,30}$ ]]; then
        better=$(LC_ALL=C tr '[:upper:]\n' '[:lower:]_' <<<"$1" | sed -E 's/[^a-z0-9]+/_/g; s/^[0-9_]+//; s/_+$//' | cut -c 1-31)
        refuse "${1@Q} is no name for a program: small letters, digits and _, a letter first, at most 31; say ${better:-my_daemon}"
    fi
    case $1 in
        # Names that Meson keeps for itself, and those of the project's own targets and folders.
        all | benchmark | clean | clippy | coverage* | cscope | ctags | dist | install | reconfigure | rustdoc | test | uninstall | \
            parts | subprojects | unit_tests | waymark)
            refuse "the name $1 is taken in each project; say my_$1"
            ;;
    esac
}

# check_place DIR: afterwards $target is its absolute path.
check_place() {
    local name parent checkout
    name=$(basename -- "$1")
    parent=$(dirname -- "$1")
    [[ -d $parent ]] || refuse "there is no folder ${parent@Q}; make it first: mkdir -p ${parent@Q}"
    parent=$(realpath -- "$parent")
    target=${parent%/}/$name
    checkout=$(realpath -- "$here/../..")
    [[ $target/ != "$checkout"/* ]] || refuse "${1@Q} lies in Waymark's own folder; say one beside it, as $(dirname -- "$checkout")/$name"
    if [[ -d $target && ! -L $target ]]; then
        [[ -r $target ]] || give_up "$target is there, and you may not read it; say another folder"
        [[ -z $(ls -A -- "$target") ]] || refuse "$target is there, and not empty; say another folder"
    elif [[ -e $target || -L $target ]]; then
        refuse "$target is there, and no folder; say another name"
    fi
    [[ -w $parent ]] || give_up "you may not write in $parent; say a folder of your own, as $HOME/$name"
}

# lay_template NAME FOLDER
lay_template() {
    local file
    cp -R -- "$here/template" "$2"
    find "$2" -type f -exec sed -i "s/newdaemon/$1/g; s/NewDaemon/${1^}/g" {} +
    find "$2" -name '*newdaemon*' -print0 | while IFS= read -r -d '' file; do mv -- "$file" "${file%/*}/$1${file##*/newdaemon}"; done
    mv -- "$2/gitignore" "$2/.gitignore"
}

# lay_toolkit BUILD_FOLDER FOLDER: headers and archives beside what Meson is told of them.
lay_toolkit() {
    local version
    meson install -C "$1" --tags devel --no-rebuild --quiet --destdir "$work/installed" >"$work/said" 2>&1 || {
        tail -n 5 "$work/said" >&2
        give_up "the toolkit could not be taken from $1"
    }
    version=$(find "$work/installed" -name waymark-net.pc -exec sed -n 's/^Version: *//p' {} +)
    find "$work/installed" -type d -path '*/include/waymark' -exec mv -T -- {} "$2/include" \; -prune
    mkdir "$2/lib"
    find "$work/installed" -name 'libwaymark_*.a' -exec mv -t "$2/lib" -- {} +
    sed -i "s/@VERSION@/$version/" "$2/meson.build"
}

main() {
    local target name
    [[ $# == 2 && -n $1 ]] || refuse "make_project.sh: say BUILD_FOLDER DIR, or --check DIR"
    name=$(basename -- "$2")
    check_name "$name"
    check_place "$2"
    [[ $1 != --check ]] || return 0
    trap end EXIT
    trap 'exit "$exit_system"' INT TERM HUP
    work=$(mktemp -d -- "${target%/*}/.$name.XXXXXX")
    lay_template "$name" "$work/project"
    lay_toolkit "$1" "$work/project/subprojects/waymark"
    chmod -R u+rwX,go+rX,go-w "$work/project"
    mv -T -- "$work/project" "$target"
}

main "$@"
