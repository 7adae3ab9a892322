// A track as the history page works with it: the server's columns, and what follows from them:
// unwrapped longitudes, mercator for drawing, gaps, the distance so far, a speed for each fix. Pure.

import { distanceMetres, mercatorX, mercatorY, unwrapLongitudes } from './geo.js';
import { isGap } from './gap.js';

const SPEED_WINDOW_MS = 10 * 1000;
const SHORTEST_WINDOW_S = 3; // at the start and after a jump
const JUMP_MPS = 100;

// `columns` is what decodeColumns() gives. Distances are metres since the first fix, gaps not
// counted (gap.js); speeds are m/s, NaN where they are not known.
export function makeTrack(columns) {
  const { count } = columns;
  const times = Float64Array.from(columns.sinceFirst, (ms) => columns.firstTime + ms);
  const latitudes = Float64Array.from(columns.latitudeE7, (e7) => e7 / 1e7);
  const longitudes = unwrapLongitudes(Float64Array.from(columns.longitudeE7, (e7) => e7 / 1e7));
  const x = Float64Array.from(longitudes, mercatorX), y = Float64Array.from(latitudes, mercatorY);
  const distances = new Float64Array(count);
  const breaks = new Uint8Array(count);
  if (count > 0) breaks[0] = 1;
  for (let i = 1; i < count; i++) {
    const metres = distanceMetres(latitudes[i - 1], longitudes[i - 1], latitudes[i], longitudes[i]);
    breaks[i] = isGap(times[i] - times[i - 1], metres) ? 1 : 0;
    distances[i] = distances[i - 1] + (breaks[i] ? 0 : metres);
  }
  const track = { count, thinned: columns.stride > 1, times, latitudes, longitudes, x, y, distances,
    breaks, altitudes: columns.altitude };
  track.speedsMeasured = columns.speed.some(Number.isFinite);
  track.speeds = track.speedsMeasured ? columns.speed : speedsFromPlaces(track);
  return track;
}

// For phones that send no speed: the distance of the last ten seconds or more, divided by the time.
// Shorter windows would show the noise of the positions as speed. A jump, one step that is far
// faster than the steps around it (the receiver found its way again), starts a new window.
function speedsFromPlaces({ count, times, distances, breaks }) {
  const fast = (i) => i > 0 && i < count &&
    distances[i] - distances[i - 1] > (JUMP_MPS * (times[i] - times[i - 1])) / 1000;
  const speeds = new Float32Array(count).fill(NaN);
  let start = 0;
  for (let i = 1; i < count; i++) {
    if (breaks[i] || (fast(i) && !fast(i - 1) && !fast(i + 1))) start = i;
    while (start + 1 < i && times[i] - times[start + 1] >= SPEED_WINDOW_MS) start += 1;
    const seconds = (times[i] - times[start]) / 1000;
    if (seconds >= SHORTEST_WINDOW_S) speeds[i] = (distances[i] - distances[start]) / seconds;
  }
  return speeds;
}

// The last index whose time is not after `time`; 0 if all are.
export function indexAt(track, time) {
  let low = 0, high = track.count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (track.times[middle] <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}

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
    const distance = (track.x[i] - x) ** 2 + (track.y[i] - y) ** 2;
    if (distance <= least) [nearest, least] = [i, distance];
  }
  return nearest;
}
