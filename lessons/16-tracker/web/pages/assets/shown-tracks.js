// The tracks that the history page shows together. Pure, but for the colours' names.

import { boundsOf, nearestCopy } from './geo.js';
import { makeTrack, nearestFix } from './track.js';

const COLOURS = 8; // theme.js has so many

// The number of a colour for each device: its own, as on the live map, unless one before it has it.
export function coloursOf(devices) {
  const taken = new Set();
  return devices.map((id) => {
    let colour = id % COLOURS;
    for (let tried = 0; taken.has(colour) && tried < COLOURS; tried++) colour = (colour + 1) % COLOURS;
    taken.add(colour);
    return colour;
  });
}

// Of those that have a fix: { device, name, mayChange, colour, track }. One alone has no colour (null): it is
// coloured by speed. All run on past the date line to the same side.
export function makeShown(all, devices, columns) {
  const colours = coloursOf(devices);
  const shown = devices.map((device, i) => {
    const { name, may_change: mayChange } = all.find(({ id }) => id === device);
    return { device, name, mayChange, colour: colours[i], track: makeTrack(columns[i]) };
  }).filter(({ track }) => track.count > 0);
  if (shown.length === 1) shown[0].colour = null;
  for (const { track } of shown.slice(1)) {
    const first = track.longitudes[0];
    const worlds = Math.round((nearestCopy(first, shown[0].track.longitudes[0]) - first) / 360);
    if (worlds === 0) continue;
    track.longitudes = track.longitudes.map((longitude) => longitude + 360 * worlds);
    track.x = track.x.map((x) => x + worlds);
  }
  return shown;
}

// From the first moment of any to the last of any, and the bounds of all.
export function reachOf(shown) {
  const bounds = shown.map(({ track }) => boundsOf(track.latitudes, track.longitudes));
  const corners = bounds.flat();
  return {
    first: Math.min(...shown.map(({ track }) => track.times[0])),
    last: Math.max(...shown.map(({ track }) => track.times[track.count - 1])),
    bounds: boundsOf(corners.map(([latitude]) => latitude), corners.map(([, longitude]) => longitude)),
  };
}

// When one of the devices was nearest to a point of the map in mercator; null if none was within
// `reach`.
export function nearestMoment(shown, x, y, reach) {
  for (const { track } of shown) {
    const index = nearestFix(track, x, y, reach);
    if (index >= 0) return track.times[index];
  }
  return null;
}
