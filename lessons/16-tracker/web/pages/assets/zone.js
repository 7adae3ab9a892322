// Days by a time zone: the viewer's own, or that of a place, by its name ("Pacific/Fiji"). The
// browser has the table of zones (ECMA-402) and needs no network for it. A day is what lies between
// its first instant and the next day's, so it has 23 or 25 hours where the clock changed; where a
// clock leapt over midnight, or was put back over it, the rules are those of the server, which is
// told when the offset changed and cuts its list of days the same way (web_app/local_clock.hh).

const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * MINUTE_MS;
// No zone that is in use changed and changed back within so long; the shortest is Morocco's Ramadan.
const STEP_MS = 20 * DAY_MS;
const AHEAD_MS = 366 * DAY_MS;

const known = new Map();

export const viewersZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;

// All that this browser knows, in the order of the alphabet.
export const zoneNames = () => Intl.supportedValuesOf('timeZone');

// The zone of that name; null if this browser knows none. "" is the viewer's.
export function zoneNamed(name) {
  const asked = name || viewersZone();
  try {
    if (!known.has(asked)) known.set(asked, new Zone(asked));
    return known.get(asked);
  } catch {
    return null;
  }
}

const dayNumber = (day) => Date.parse(`${day}T00:00:00Z`) / DAY_MS;
const dayName = (number) => new Date(number * DAY_MS).toISOString().slice(0, 10);

class Zone {
  // Throws RangeError for a name that is no zone's. `until` is the last time whose offset is known.
  constructor(name, until = Date.now() + AHEAD_MS) {
    this.clock = new Intl.DateTimeFormat('en-US', { timeZone: name, hourCycle: 'h23', year: 'numeric',
      month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
    this.name = name;
    this.isViewers = name === viewersZone();
    this.stretches = [];
    this.begin(-Infinity, this.offsetAt(0));
    for (let time = 0; time < until; time += STEP_MS) {
      const next = this.offsetAt(time + STEP_MS);
      if (next !== this.stretches.at(-1).offset) this.begin(this.changeBetween(time, time + STEP_MS, next), next);
    }
  }

  // Minutes east of UTC. Some zones had seconds before 1972.
  offsetAt(milliseconds) {
    if (this.isViewers) return Math.round(-new Date(milliseconds).getTimezoneOffset()); // much quicker
    const part = {};
    for (const { type, value } of this.clock.formatToParts(milliseconds)) part[type] = Number(value);
    const shown = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
    return Math.round((shown - milliseconds) / MINUTE_MS);
  }

  // The millisecond, a whole minute, from which the offset is `offset`.
  changeBetween(before, after, offset) {
    let [low, high] = [Math.floor(before / MINUTE_MS), Math.ceil(after / MINUTE_MS)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.offsetAt(middle * MINUTE_MS) === offset) high = middle;
      else low = middle;
    }
    return high * MINUTE_MS;
  }

  // No day before `first` is told in a stretch.
  begin(from, offset) {
    const before = this.stretches.at(-1);
    let first = -Infinity;
    if (before) {
      before.to = from;
      first = Math.max(before.first, Math.floor((from - 1 + before.offset * MINUTE_MS) / DAY_MS));
    }
    this.stretches.push({ from, to: Infinity, offset, first });
  }

  dayOf(milliseconds) {
    const { offset, first } = this.stretches.find(({ to }) => milliseconds < to);
    return dayName(Math.max(first, Math.floor((milliseconds + offset * MINUTE_MS) / DAY_MS)));
  }

  beginOf(day) {
    for (const { from, to, offset } of this.stretches) {
      const midnight = dayNumber(day) * DAY_MS - offset * MINUTE_MS;
      if (midnight < to) return Math.max(midnight, from);
    }
    return NaN;
  }

  // What the clock shows, as milliseconds of a clock that has no zone.
  shownAt(milliseconds) {
    return milliseconds + this.stretches.find(({ to }) => milliseconds < to).offset * MINUTE_MS;
  }

  // The first instant at which the clock shows that, and the last one: two where the clock was put
  // back. Where it leapt over it, both are the leap.
  instantsOf(shown) {
    const at = ({ offset }) => shown - offset * MINUTE_MS;
    const first = this.stretches.find((one) => at(one) < one.to);
    const last = this.stretches.findLast((one) => at(one) >= one.from);
    return { first: Math.max(at(first), first.from), last: Math.min(at(last), last.to) };
  }

  // The first millisecond of the day `from`, and the first one after the day `to`.
  span(from, to) {
    return { from: this.beginOf(from), to: this.beginOf(dayName(dayNumber(to) + 1)) };
  }

  // The offsets as the server reads them: "60,5364780:120,...".
  changes() {
    const later = this.stretches.slice(1).map(({ from, offset }) => `,${from / MINUTE_MS}:${offset}`);
    return this.stretches[0].offset + later.join('');
  }
}
