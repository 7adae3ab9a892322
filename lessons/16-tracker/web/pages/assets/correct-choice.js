// Which points a person means, as the server wants to hear it. Pure.

const E7 = 1e7;
const HALF_TURN_E7 = 180 * E7;
const POLE_E7 = 90 * E7;

// A longitude of a map that goes on round the globe, on the globe.
function wrapped(longitude) {
  return longitude - 360 * Math.floor((longitude + 180) / 360);
}

const within = (value, limit) => Math.max(-limit, Math.min(limit, value));

// "SOUTH,WEST,NORTH,EAST" in degrees x 10^7, never smaller than what is seen. West is greater than
// east across the date line.
export function boxText({ south, west, north, east }) {
  const wide = east - west >= 360;
  const numbers = [
    within(Math.floor(south * E7), POLE_E7),
    wide ? -HALF_TURN_E7 : within(Math.floor(wrapped(west) * E7), HALF_TURN_E7),
    within(Math.ceil(north * E7), POLE_E7),
    wide ? HALF_TURN_E7 : within(Math.ceil(wrapped(east) * E7), HALF_TURN_E7),
  ];
  return numbers.join(',');
}

// A point of a track (track.js) as the server knows it.
export function pointText(track, index) {
  const places = [track.latitudes[index], wrapped(track.longitudes[index])];
  return [track.times[index], ...places.map((degrees) => Math.round(degrees * E7))].join(',');
}

// For an <input type="datetime-local">: the time of the clock of a zone (zone.js), to the second.
export function localText(milliseconds, zone) {
  return new Date(zone.shownAt(milliseconds)).toISOString().slice(0, 19);
}

// From the first of the two seconds to the end of the second; null if they make no span. A second that
// the clock showed twice counts both times.
export function spanOfTexts(first, last, zone) {
  const [begin, end] = [Date.parse(`${first}Z`), Date.parse(`${last}Z`)];
  if (Number.isNaN(begin) || Number.isNaN(end)) return null;
  const [from, to] = [zone.instantsOf(begin).first, zone.instantsOf(end).last + 1000];
  return to <= from ? null : { from, to };
}

// The indexes of a track's points that lie in a span of time and a box (degrees), at most `most`.
export function pointsWithin(track, { from, to }, box, most) {
  const found = [];
  for (let i = 0; i < track.count && found.length < most; i++) {
    if (track.times[i] < from || track.times[i] >= to) continue;
    if (!box || holds(box, track.latitudes[i], track.longitudes[i])) found.push(i);
  }
  return found;
}

function holds({ south, west, north, east }, latitude, longitude) {
  if (latitude < south || latitude > north) return false;
  return east - west >= 360 || wrapped(longitude - west - 180) + 180 <= east - west;
}
