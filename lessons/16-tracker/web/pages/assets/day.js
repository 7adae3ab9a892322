// Days as the person who looks at the page counts them: by the browser's zone, with the offset from
// UTC that held on that day. So a day is 23 or 25 hours long where the clock changed. A day is its
// ISO name, "2014-09-10". Days of other zones are in zone.js.

const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * MINUTE_MS;

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
  return new Date(milliseconds - new Date(milliseconds).getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 10);
}

export function addDays(day, count) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}
