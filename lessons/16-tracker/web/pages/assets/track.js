// A track as the history page works with it: the server's columns, and what follows from them:
// unwrapped longitudes, mercator for drawing, the distance so far. Pure.

import { distanceMetres, mercatorX, mercatorY, unwrapLongitudes } from './geo.js';

// `columns` is what decodeColumns() gives. Distances are metres along the line since the first fix,
// gaps not counted; speeds are m/s, NaN where they are not known.
export function makeTrack(columns) {
  const { count, times, breaks } = columns;
  const latitudes = Float64Array.from(columns.latitudeE7, (e7) => e7 / 1e7);
  const longitudes = unwrapLongitudes(Float64Array.from(columns.longitudeE7, (e7) => e7 / 1e7));
  const x = Float64Array.from(longitudes, mercatorX), y = Float64Array.from(latitudes, mercatorY);
  const distances = new Float64Array(count);
  for (let i = 1; i < count; i++) {
    const metres = breaks[i] ? 0 : distanceMetres(latitudes[i - 1], longitudes[i - 1], latitudes[i], longitudes[i]);
    distances[i] = distances[i - 1] + metres;
  }
  return { count, stride: columns.stride, sampled: columns.sampled, thinned: columns.stride > 1 || columns.sampled,
    speedsWorkedOut: columns.speedsWorkedOut, times, latitudes, longitudes, x, y, distances, breaks,
    speeds: columns.speed, altitudes: columns.altitude };
}

// The last index at which the rising `values` are not above `value`; 0 if all are.
export function lastNotAbove(values, value) {
  let low = 0, high = values.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (values[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

export const indexAt = (track, time) => lastNotAbove(track.times, time);

// Where the device was at `time`: between two fixes on the straight line, in a gap at its start.
export function placeAt(track, time) {
  const index = indexAt(track, time);
  const next = Math.min(index + 1, track.count - 1);
  const span = track.times[next] - track.times[index];
  const part = span > 0 && !track.breaks[next]
    ? Math.max(0, Math.min(1, (time - track.times[index]) / span)) : 0;
  const between = (column) => column[index] + (column[next] - column[index]) * part;
  return { index, latitude: between(track.latitudes), longitude: between(track.longitudes) };
}

// The fix nearest to a point of the map in mercator, or -1 if none is within `reach`.
export function nearestFix(track, x, y, reach) {
  let nearest = -1, least = reach * reach;
  for (let i = 0; i < track.count; i++) {
    const aside = track.x[i] - x;
    const distance = (aside - Math.round(aside)) ** 2 + (track.y[i] - y) ** 2;
    if (distance <= least) [nearest, least] = [i, distance];
  }
  return nearest;
}
