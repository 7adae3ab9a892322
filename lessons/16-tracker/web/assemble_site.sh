#!/bin/sh
# Puts together the folder that the web app serves: our pages, the vendor files that they use, and
# world.base, each with a .gz beside it. The folder is made anew each
# time, so that a file that was removed from the source does not live on.
#
#   assemble_site.sh SITE PAGES NODE_MODULES WORLD_BASE STAMP
set -eu
site=$1 pages=$2 modules=$3 base=$4 stamp=$5

rm -rf "$site"
mkdir -p "$site/assets/vendor/leaflet" "$site/assets/vendor/uplot" "$site/assets/vendor/pmtiles" \
   "$site/assets/vendor/protomaps-leaflet"
cp "$pages"/*.html "$pages"/openapi.json "$site/"
cp "$pages"/assets/* "$site/assets/"
cp "$base" "$site/assets/world.base"
cp "$modules/leaflet/dist/leaflet.js" "$modules/leaflet/dist/leaflet.css" \
   "$modules/leaflet/LICENSE" "$site/assets/vendor/leaflet/"
cp "$modules/uplot/dist/uPlot.iife.min.js" "$modules/uplot/dist/uPlot.min.css" \
   "$modules/uplot/LICENSE" "$site/assets/vendor/uplot/"
cp "$modules/pmtiles/dist/pmtiles.js" "$site/assets/vendor/pmtiles/"
cp "$modules/protomaps-leaflet/dist/protomaps-leaflet.js" "$modules/protomaps-leaflet/LICENSE" \
   "$site/assets/vendor/protomaps-leaflet/"
cp "$modules/pmtiles/package.json" "$site/assets/vendor/pmtiles/" # has its licence, and nothing else of it does
for part in @mapbox/vector-tile @mapbox/point-geometry pbf rbush quickselect potpack color2k fflate; do
  echo "== $part" && cat "$modules/$part"/LICENSE*
done > "$site/assets/vendor/protomaps-leaflet/LICENSES-of-its-parts"
cp "$modules/world-atlas/LICENSE" "$site/assets/vendor/world-atlas-LICENSE"

find "$site" -type f -exec gzip -9 -n -k {} +
touch "$site" "$stamp" # the build looks at the time of both
