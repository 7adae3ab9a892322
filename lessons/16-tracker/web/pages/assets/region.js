// Which part of the world a map file has, and from which distance it is worth drawing. Pure.

import { mercatorX, mercatorY } from './geo.js';

const LEVEL_OF_DATA = 1; // a tile that is drawn is a quarter of one in the file

const clamp = (value) => Math.min(1, Math.max(0, value));

// `header` as pmtiles reads it, from a file that may say anything. Mercator, 0 to 1.
export function regionOf({ minZoom, maxZoom, minLon, minLat, maxLon, maxLat }) {
  const region = { west: clamp(mercatorX(minLon)), east: clamp(mercatorX(maxLon)),
    north: clamp(mercatorY(maxLat)), south: clamp(mercatorY(minLat)), greatestZoom: maxZoom };
  const known = region.east > region.west && region.south > region.north;
  if (!known) Object.assign(region, { west: 0, east: 1, north: 0, south: 1 });
  // Where the region is smaller than half a tile on the screen, its tiles would be patches in the outline.
  const span = Math.max(region.east - region.west, region.south - region.north);
  const halfTile = Math.floor(Math.log2(1 / span)) - 1;
  const isWorld = halfTile < 0 && minZoom === 0;
  region.leastZoom = isWorld ? 0 : Math.max(minZoom, Math.min(halfTile, maxZoom), 0) + LEVEL_OF_DATA;
  return region;
}

// Whether the tile (x, y, z) has something of the region. The world goes round.
export function isWithin({ west, east, north, south }, { x, y, z }) {
  const tiles = 2 ** z;
  const column = ((x % tiles) + tiles) % tiles;
  return column / tiles < east && (column + 1) / tiles > west && y / tiles < south && (y + 1) / tiles > north;
}
