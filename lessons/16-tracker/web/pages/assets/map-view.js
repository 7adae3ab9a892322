// The map that all pages have: Leaflet with our world under it, streets if there are some, the
// graticule and a scale. It remembers where it was looked at last, and goes on round the globe.

import { readBase } from './api.js';
import { BaseLayer } from './base-layer.js';
import { decodeBase } from './base-data.js';
import { GraticuleLayer } from './graticule-layer.js';
import { addGround } from './ground.js';

const { L } = window;

const NEAREST_FIT_ZOOM = 16;
const LATITUDE_LIMIT = 88;
const LONGITUDE_LIMIT = 36000; // a hundred times round: no limit, but Leaflet needs a number

export function createMap(element) {
  const map = L.map(element, {
    zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false,
    zoomControl: false, zoomSnap: 0.25, wheelPxPerZoomLevel: 90, minZoom: 0.5, maxZoom: 19,
    maxBounds: [[-LATITUDE_LIMIT, -LONGITUDE_LIMIT], [LATITUDE_LIMIT, LONGITUDE_LIMIT]], maxBoundsViscosity: 1,
  });
  map.setView([30, 10], 2);
  L.control.zoom({ position: 'topright', zoomInTitle: 'Zoom in', zoomOutTitle: 'Zoom out' }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 120 }).addTo(map);
  map.attributionControl.setPrefix('Leaflet').addAttribution('Natural Earth');
  new GraticuleLayer().addTo(map);
  const size = new ResizeObserver(() => map.invalidateSize({ animate: false }));
  size.observe(element);
  map.on('unload', () => size.disconnect()); // a map that is removed has no panes any more
  return map;
}

// The outline of the world, and on it the streets or pictures that the server has, if any. The page
// works without all of them; a failure is told, not thrown. Who has no account has a link to ask by
// (shared-api.js).
export async function addBase(map, tell, link) {
  await Promise.all([addOutline(map, tell), addGround(map, link)]);
}

async function addOutline(map, tell) {
  try {
    new BaseLayer(decodeBase(await readBase())).addTo(map);
  } catch (error) {
    tell(`The outline of the world is missing: ${error.message}`);
  }
}

// `bounds` as boundsOf() gives them; a single place is shown at a sensible distance. More room is
// kept at the right, for the zoom buttons, and at the bottom, for scale and legend.
export function fit(map, bounds) {
  if (!bounds) return;
  map.fitBounds(bounds, { paddingTopLeft: [36, 40], paddingBottomRight: [76, 76],
    maxZoom: NEAREST_FIT_ZOOM, animate: false });
}

// Keeps the view under `key` in the browser; a browser that forbids it is no error.
export function rememberView(map, key) {
  map.on('moveend', () => {
    const { lat, lng } = map.getCenter();
    try {
      localStorage.setItem(key, JSON.stringify([lat, lng, map.getZoom()]));
    } catch { /* private window */ }
  });
}

export function rememberedView(key) {
  try {
    const view = JSON.parse(localStorage.getItem(key));
    return Array.isArray(view) && view.length === 3 && view.every(Number.isFinite) ? view : null;
  } catch {
    return null;
  }
}
