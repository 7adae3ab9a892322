# shellcheck shell=bash disable=SC2154 # root and the exit codes are the waymark script's
# What Waymark needs from the system, in one list, and how it gets there. Each line names a Debian
# package and the thing by which its presence is seen. The thing decides, not the package's name: a
# node that came from elsewhere is as good. On a system without apt the list is printed instead.

# set     package              seen by
readonly package_list='
build     g++                  tool:g++
build     pkg-config           tool:pkg-config
build     meson                tool:meson
build     ninja-build          tool:ninja
build     libfmt-dev           module:fmt
build     libcli11-dev         module:CLI11
build     doctest-dev          header:doctest/doctest.h
build     libsqlite3-dev       module:sqlite3
build     nlohmann-json3-dev   module:nlohmann_json
build     libsodium-dev        module:libsodium
build     libseccomp-dev       module:libseccomp
build     libpugixml-dev       module:pugixml
build     zlib1g-dev           module:zlib
build     libmd4c-dev          module:md4c
build     libmd4c-html0-dev    module:md4c-html
build     nodejs               tool:node
build     npm                  tool:npm
helpful   ccache               tool:ccache
helpful   mold                 tool:mold
tests     python3              tool:python3
tests     chromium             browser:any
tests     strace               tool:strace
tests     procps               tool:ps
tests     iproute2             tool:ss
'

have_tool() { command -v "$1" >/dev/null; }

have_header() { [[ -e /usr/include/$1 || -e /usr/local/include/$1 ]]; }

have_browser() {
    [[ -n ${CHROMIUM:-} ]] || have_tool chromium || have_tool chromium-headless-shell ||
        have_tool google-chrome
}

# is_there KIND:NAME
is_there() {
    case $1 in
        tool:*) have_tool "${1#tool:}" ;;
        module:*) have_tool pkg-config && pkg-config --exists "${1#module:}" ;;
        header:*) have_header "${1#header:}" ;;
        browser:*) have_browser ;;
    esac
}

# missing_packages SET...: one name a line.
missing_packages() {
    local set package seen_by
    while read -r set package seen_by; do
        [[ -n $package && " $* " == *" $set "* ]] || continue
        is_there "$seen_by" || printf '%s\n' "$package"
    done <<<"$package_list"
}

# need_packages SET...: returns when all of them are there; installs or refuses otherwise. `helpful`
# packages (faster builds) come along when others are installed; alone they are not worth asking for.
need_packages() {
    local needed wanted
    mapfile -t needed < <(missing_packages "$@")
    ((${#needed[@]} > 0)) || return 0
    have_tool apt-get || refuse_without "${needed[@]}"
    mapfile -t wanted < <(missing_packages "$@" helpful)
    install_packages "${wanted[@]}"
    mapfile -t needed < <(missing_packages "$@")
    ((${#needed[@]} == 0)) || refuse_without "${needed[@]}"
}

refuse_without() {
    tell "missing on this system (named as in Debian): $*"
    tell "install them with your package manager, then run the same command again"
    exit "$exit_usage"
}

# install_packages PACKAGE...: as root at once; otherwise by sudo, after a yes at the terminal.
install_packages() {
    local -a as_root=()
    if ((EUID != 0)); then
        ask_for_root "$@"
        as_root=(sudo)
    fi
    tell "installing: $*"
    apt_install "$@" || { fresh_package_lists && apt_install "$@"; } || {
        tell "apt-get could not install them; its message is above"
        exit "$exit_system"
    }
}

# Both run in the foreground: dpkg must not be cut off half-way, and sudo may ask for a password.
apt_install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet \
        --no-install-recommends -o DPkg::Lock::Timeout=60 "$@" </dev/null
}

fresh_package_lists() {
    tell "that did not work with the package lists that are here; fetching new ones"
    "${as_root[@]}" apt-get update --quiet </dev/null
}

ask_for_root() {
    local command="apt-get install --no-install-recommends $*" answer
    if ! have_tool sudo; then
        refuse "packages are missing; run as root: $command"
    elif [[ ! -t 0 ]]; then
        refuse "packages are missing; run: sudo $command"
    fi
    tell "packages are missing. This would install them:"
    tell "  sudo $command"
    read -r -p 'Run it now? [y/N] ' answer || true
    [[ $answer == [yY]* ]] || refuse "nothing was installed; run the line above when it suits you"
}

# node_packages FROM INTO: installs what FROM's lock file names into INTO, once a version of the lock
# file. No package may run a script of its own while it is installed.
node_packages() {
    local from=$1 into=$2
    [[ -f $from/package-lock.json ]] || return 0
    ! cmp -s "$from/package-lock.json" "$into/installed.json" || return 0
    tell "fetching the packages that ${from#"$root"/}/package-lock.json names"
    mkdir -p "$into"
    rm -f "$into/installed.json"
    cp "$from/package.json" "$from/package-lock.json" "$into/"
    run npm ci --prefix "$into" --ignore-scripts --no-audit --no-fund \
        --loglevel=error >/dev/null || {
        tell "npm could not fetch them (its message is above); this needs the network once"
        exit "$exit_system"
    }
    cp "$from/package-lock.json" "$into/installed.json"
}
