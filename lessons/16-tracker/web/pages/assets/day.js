// Days as the person who looks at the page counts them. A day is its ISO name, "2014-09-10"; the
// server is told the same offset from UTC, so both mean the same 24 hours. The offset is that of
// today, also for a day on the other side of a change to summer time.

const DAY_MS = 24 * 60 * 60 * 1000;

// Minutes east of UTC.
export function localOffsetMinutes(date = new Date()) {
  return -date.getTimezoneOffset();
}

export function isDay(text) {
  return typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}

// The first millisecond of the day `from` and the first one after the day `to`.
export function daySpan(from, to, offsetMinutes) {
  const shift = offsetMinutes * 60 * 1000;
  return {
    from: Date.parse(`${from}T00:00:00Z`) - shift,
    to: Date.parse(`${to}T00:00:00Z`) + DAY_MS - shift,
  };
}

export function dayOf(milliseconds, offsetMinutes) {
  return new Date(milliseconds + offsetMinutes * 60 * 1000).toISOString().slice(0, 10);
}

export function addDays(day, count) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}
