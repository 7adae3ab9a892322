#!/usr/bin/env bash
# Packs a tracker that is built as a Debian package, and prints the package's name:
#   make_package.sh BUILD_FOLDER OUT_FOLDER [VERSION]
#
# The parts are those of `meson install --tags tracker`, moved from the folder's prefix to /usr; the unit and the configuration
# go where Debian has them. By dpkg-deb and dpkg-shlibdeps alone: debhelper would build everything once more, in a tree and
# with a network of its own, for a dozen files. What debhelper knows of services stands in the three scripts beside this one.
# The same sources give the same package: times are those of the last commit, or SOURCE_DATE_EPOCH. So is the version, by its
# end: of two packages of one version apt takes the second for the first, and installs nothing.

set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
readonly here root=$here/../../.. name=waymark-tracker
(($# == 2 || $# == 3)) || { echo "make_package.sh: say BUILD_FOLDER OUT_FOLDER [VERSION]" >&2; exit 100; }
build=$(readlink -e "$1") out=$(readlink -e "$2")
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || stat -c %Y "$root/meson.build")}
export SOURCE_DATE_EPOCH
version=${3:-$("$build/lessons/16-tracker/tracker" --version | cut -d' ' -f2)+$(date -ud "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S)}
[[ $version =~ ^[0-9][0-9A-Za-z.+~]*$ ]] || { echo "make_package.sh: '$version' is no version of Debian's" >&2; exit 100; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022

# The tree as it will be below /.
meson install -C "$build" --tags tracker --no-rebuild --quiet --destdir "$work/installed" >/dev/null
prefix=$(find "$work/installed" -type d -name bin -printf '%h\n' | head -1)
tree=$work/tree
documents=$tree/usr/share/doc/$name
mkdir -p "$tree/usr"
mv "$prefix/bin" "$prefix/share" "$tree/usr/"
mv "$tree/usr/share/zsh/site-functions" "$tree/usr/share/zsh/vendor-completions" # the other is the administrator's
mkdir -p "$tree/usr/lib/systemd/system" "$tree/etc/waymark" "$documents" "$tree/DEBIAN"
service=$here/../service
sed -e 's#@BINDIR@#/usr/bin#; s#@CONFIGURATION@#/etc/waymark#' "$service/$name.service.in" >"$tree/usr/lib/systemd/system/$name.service"
install -m 0644 "$service"/*.socket "$tree/usr/lib/systemd/system/"
install -m 0644 "$service/tracker.toml" "$tree/etc/waymark/"
install -m 0644 "$here/copyright" "$here/README.Debian" "$here"/../{FORWARDING,HTTPS,IMPORT,MAPS,PHONES,PLACES,POSTGRESQL,RUNNING,SEXTANT,SHARING,TRIPS}.md \
    "$documents/"
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$tree/usr/bin/tracker"
printf '%s (%s) unstable; urgency=medium\n\n  * Made from the sources.\n\n -- %s  %s\n' "$name" "$version" \
    "${DEBFULLNAME:-Waymark} <${DEBEMAIL:-waymark@localhost}>" "$(date -uRd "@$SOURCE_DATE_EPOCH")" >"$documents/changelog"
gzip -9 -n "$documents/changelog" "$tree"/usr/share/man/man1/*.1

# What dpkg reads.
mkdir -p "$work/debian"
printf 'Source: waymark\n\nPackage: %s\nArchitecture: any\n' "$name" >"$work/debian/control"
libraries=$(cd "$work" && dpkg-shlibdeps -O "$tree/usr/bin/tracker" 2>"$work/said") || { cat "$work/said" >&2; exit 111; }
sed -e "s#@VERSION@#$version#; s#@ARCHITECTURE@#$(dpkg --print-architecture)#; s#@LIBRARIES@#${libraries#*=}#" \
    -e "s#@MAINTAINER@#${DEBFULLNAME:-Waymark} <${DEBEMAIL:-waymark@localhost}>#" \
    -e "s#@SIZE@#$(du -sk --exclude=DEBIAN "$tree" | cut -f1)#" "$here/control.in" >"$tree/DEBIAN/control"
echo /etc/waymark/tracker.toml >"$tree/DEBIAN/conffiles"
install -m 0755 "$here/postinst" "$here/prerm" "$here/postrm" "$tree/DEBIAN/"
(cd "$tree" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
find "$tree" -type d -exec chmod 0755 {} +
dpkg-deb --root-owner-group --build "$tree" "$out" >/dev/null
printf '%s\n' "$out/${name}_${version}_$(dpkg --print-architecture).deb"
