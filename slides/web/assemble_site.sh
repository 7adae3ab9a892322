#!/bin/sh
# Puts together what the pages of the slides load: our own files, and reveal.js. Each file also gets
# a compressed copy, which the server sends in its place. The old folder is thrown away first, so
# that a file that was deleted does not live on; SITE itself stays, because a running server has it open.
#
#   assemble_site.sh SITE WEB NODE_MODULES STAMP
set -eu
site=$1 web=$2 reveal=$3/reveal.js stamp=$4

rm -rf "$site/assets"
mkdir -p "$site/assets/vendor/reveal"
cp "$web"/*.css "$web"/*.js "$web"/*.svg "$site/assets/"
cp "$reveal/dist/reveal.js" "$reveal/dist/reveal.css" "$reveal/dist/reset.css" \
   "$reveal/dist/plugin/notes.js" "$reveal/LICENSE" "$site/assets/vendor/reveal/"

find "$site" -type f -exec gzip -9 -n -k {} +
touch "$stamp"
