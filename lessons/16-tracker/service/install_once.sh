#!/bin/sh
# A file that a person changes is installed where there is none, and left alone where there is:
#   install_once.sh FILE FOLDER      FOLDER as Meson has it, below $DESTDIR
set -eu
folder=${DESTDIR:-}$2
[ ! -e "$folder/${1##*/}" ] || exit 0
mkdir -p "$folder"
install -m 0644 "$1" "$folder/"
