// Days as the person who looks at the page counts them: by the browser's zone, with the offset from
// UTC that held on that day. So a day is 23 or 25 hours long where the clock changed. A day is its
// ISO name, "2014-09-10". The server has no table of zones; it is told when the offset changed
// (web_app/local_clock.hh), so that both mean the same days.

const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * MINUTE_MS;
// No zone changes and changes back within a week.
const STEP_MS = 7 * DAY_MS;

// Date.parse may take 31 February for 3 March; what does not come back as it was is no day.
export function isDay(text) {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const midnight = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(text);
}

// The first millisecond of the day. Without "Z" a time is a local one (ECMA-262, Date.parse).
function beginOf(day) {
  return Date.parse(`${day}T00:00:00`);
}

// The first millisecond of the day `from` and the first one after the day `to`.
export function daySpan(from, to) {
  return { from: beginOf(from), to: beginOf(addDays(to, 1)) };
}

export function dayOf(milliseconds) {
  return new Date(milliseconds + offsetAt(milliseconds) * MINUTE_MS).toISOString().slice(0, 10);
}

export function addDays(day, count) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

// Minutes east of UTC. Some zones had seconds before 1972.
function offsetAt(milliseconds) {
  return Math.round(-new Date(milliseconds).getTimezoneOffset());
}

// The minute since 1970 from which the offset is that of `after`, and not yet at `before` (both ms).
function changeBetween(before, after) {
  const offset = offsetAt(after);
  let [low, high] = [Math.floor(before / MINUTE_MS), Math.ceil(after / MINUTE_MS)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * MINUTE_MS) === offset) high = middle;
    else low = middle;
  }
  return high;
}

// The zone's offsets since 1970, as the server reads them: "60,5364780:120,...". `until` leaves room
// for clocks that go ahead.
export function offsetChanges(until = Date.now() + STEP_MS) {
  const parts = [String(offsetAt(0))];
  for (let time = 0; time < until; time += STEP_MS) {
    const next = time + STEP_MS;
    if (offsetAt(time) !== offsetAt(next)) parts.push(`${changeBetween(time, next)}:${offsetAt(next)}`);
  }
  return parts.join(',');
}
