// Places on the globe and on the flat map. Pure functions: no page, no Leaflet, so that node can
// test them.
//
// "Mercator" means web mercator scaled to the unit square: x 0..1 from 180 W to 180 E, y 0..1 from
// 85.0511 N to 85.0511 S. Longitudes that went past the date line run on: 181, not -179.

export const EARTH_RADIUS_M = 6371008.8; // mean radius (IUGG)

const LAST_LATITUDE = 89.9; // mercator has no pole
const RADIANS = Math.PI / 180;

export function mercatorX(longitude) {
  return longitude / 360 + 0.5;
}

export function mercatorY(latitude) {
  const kept = Math.max(-LAST_LATITUDE, Math.min(LAST_LATITUDE, latitude));
  const sine = Math.sin(kept * RADIANS);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

// Great-circle distance in metres between two places in degrees (haversine formula).
export function distanceMetres(latitudeA, longitudeA, latitudeB, longitudeB) {
  const sineLatitude = Math.sin(((latitudeB - latitudeA) * RADIANS) / 2);
  const sineLongitude = Math.sin(((longitudeB - longitudeA) * RADIANS) / 2);
  const haversine = sineLatitude * sineLatitude +
    Math.cos(latitudeA * RADIANS) * Math.cos(latitudeB * RADIANS) * sineLongitude * sineLongitude;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(haversine)));
}

// The copy of `longitude` (give or take 360 degrees) that is nearest to `reference`. Each step of a
// track taken to the copy nearest to the place before it: that is all the date line needs.
export function nearestCopy(longitude, reference) {
  return longitude + 360 * Math.round((reference - longitude) / 360);
}

// Longitudes that run on past 180 instead of jumping, as a new array.
export function unwrapLongitudes(longitudes) {
  const unwrapped = new Float64Array(longitudes.length);
  let previous = longitudes.length > 0 ? longitudes[0] : 0;
  for (let i = 0; i < longitudes.length; i++) {
    previous = nearestCopy(longitudes[i], previous);
    unwrapped[i] = previous;
  }
  return unwrapped;
}

// South-west and north-east corner, as Leaflet takes them; null without a place.
export function boundsOf(latitudes, longitudes) {
  if (latitudes.length === 0) return null;
  let south = Infinity, west = Infinity, north = -Infinity, east = -Infinity;
  for (let i = 0; i < latitudes.length; i++) {
    south = Math.min(south, latitudes[i]);
    north = Math.max(north, latitudes[i]);
    west = Math.min(west, longitudes[i]);
    east = Math.max(east, longitudes[i]);
  }
  return [[south, west], [north, east]];
}

export function isPlace(latitude, longitude) {
  return Number.isFinite(latitude) && Number.isFinite(longitude) &&
    Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}
