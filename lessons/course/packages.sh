# shellcheck shell=bash disable=SC2154 # root and the exit codes are the waymark script's
# What Waymark needs from the system, in one list, and how it gets there. Each line names a Debian
# package and the thing by which its presence is seen. The thing decides, not the package's name: a
# node that came from elsewhere is as good. On a system without apt the list is printed instead.
#
# The sets are asked for by what is wanted: `course` is a compiler and what the course and the toolkit
# need; the others come on top of it. `capstone` runs the server's tests on a learner's modules. `foreign`
# are servers that tests speak with; Debian's packages of them start a service of the machine's, so `test`
# installs them where CI is set, and elsewhere says what it skips. PostgreSQL's package can be told not to.

# sets                    package              seen by
readonly package_list='
course                    g++                  tool:g++
course                    pkg-config           tool:pkg-config
course                    meson                tool:meson
course                    ninja-build          tool:ninja
course                    libfmt-dev           module:fmt
course                    libcli11-dev         module:CLI11
course                    doctest-dev          header:doctest/doctest.h
course                    nlohmann-json3-dev   module:nlohmann_json
course                    libseccomp-dev       module:libseccomp
course                    libssl-dev           module:openssl
course                    zlib1g-dev           module:zlib
helpful                   ccache               tool:ccache
helpful                   mold                 tool:mold
server                    libsqlite3-dev       module:sqlite3
server                    libpq-dev            module:libpq
server,slides             libsodium-dev        module:libsodium
server                    libpugixml-dev       module:pugixml
server                    libexpat1-dev        module:expat
server                    libqrencode-dev      module:libqrencode
server,slides             nodejs               tool:node
server,slides             npm                  tool:npm
slides                    libmd4c-dev          module:md4c
slides                    libmd4c-html0-dev    module:md4c-html
capstone,tests,bench      python3              tool:python3
tests,print               chromium-headless-shell browser:any
tests                     strace               tool:strace
tests                     clangd               tool:clangd
tests                     python3-yaml         python:yaml
capstone,tests            procps               tool:ps
capstone,lab,slides,tests iproute2             tool:ss
lab,tests                 nftables             root_tool:nft
sniff,tests               libpcap-dev          module:libpcap
tests                     tshark               tool:tshark
tests                     openssl              tool:openssl
tests                     curl                 tool:curl
package,tests             dpkg-dev             tool:dpkg-shlibdeps
tests                     mandoc               tool:mandoc
foreign,bench             rsyslog              root_tool:rsyslogd
foreign                   rsyslog-gnutls       file:rsyslog/lmnsd_gtls.so
foreign                   mosquitto            root_tool:mosquitto
tests,bench               postgresql           file:*/bin/initdb
tests                     zsh                  tool:zsh
tests                     zbar-tools           tool:zbarimg
bench                     nginx                tool:nginx
bench                     wrk                  tool:wrk
bench                     haproxy              tool:haproxy
'
readonly package_sets='course server slides capstone sniff lab tests foreign print bench package'

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
        # Debian's users do not have /usr/sbin in their PATH; lab looks there by itself.
        root_tool:*) have_tool "${1#root_tool:}" || [[ -x /usr/sbin/${1#root_tool:} ]] ;;
        module:*) have_tool pkg-config && pkg-config --exists "${1#module:}" ;;
        header:*) have_header "${1#header:}" ;;
        file:*) compgen -G "/usr/lib/*/${1#file:}" >/dev/null ;;
        python:*) have_tool python3 && python3 -c "import ${1#python:}" 2>/dev/null ;;
        browser:*) have_browser ;;
    esac
}

# missing_packages SET...: one name a line.
missing_packages() {
    local sets package seen_by
    while read -r sets package seen_by; do
        if [[ -z $package ]] || ! is_wanted "$sets" "$@"; then continue; fi
        is_there "$seen_by" || printf '%s\n' "$package"
    done <<<"$package_list"
}

# is_wanted SET,SET SET...: whether one of the first is among the others.
is_wanted() {
    local set
    for set in ${1//,/ }; do
        [[ " ${*:2} " != *" $set "* ]] || return 0
    done
    return 1
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
    local -a without_cluster=()
    if [[ " $* " == *" postgresql "* && ! -e $cluster_settings ]]; then
        without_cluster=(sh -c "$install_without_cluster" "$cluster_settings")
    fi
    "${as_root[@]}" "${without_cluster[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet \
        --no-install-recommends -o DPkg::Lock::Timeout=60 "$@" </dev/null
}

# At its first installation PostgreSQL's package makes a database and starts it with the machine. Tests start
# servers of their own, so this one is told not to; the word is taken back, for whoever installs another later.
readonly cluster_settings=/etc/postgresql-common/createcluster.conf
# shellcheck disable=SC2016 # it is for sh
readonly install_without_cluster='folder=${0%.conf}.d; own=$folder/waymark.conf
mkdir -p "$folder" && echo "create_main_cluster = false" >"$own" || exit
"$@"; code=$?
rm -f "$own"; exit "$code"'

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
    "${leash[@]}" npm ci --prefix "$into" --ignore-scripts --no-audit --no-fund \
        --loglevel=error >/dev/null || {
        tell "npm could not fetch them (its message is above); this needs the network once"
        exit "$exit_system"
    }
    cp "$from/package-lock.json" "$into/installed.json"
}

# run_packages SET...: installs what those need, and builds nothing. Without a set: what the course needs.
run_packages() {
    local set
    (($# > 0)) || set -- course
    for set in "$@"; do
        [[ " $package_sets " == *" $set "* ]] ||
            refuse "there is no set of packages called '$set'; there are: $package_sets"
    done
    need_packages "$@"
    tell "nothing is missing for: $*"
}
