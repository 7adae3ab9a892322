// Numbers and times as people read them. Pure; what is not known is an en dash, never "NaN".

export const UNKNOWN = '–';

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

function known(value) {
  return value !== null && value !== undefined && Number.isFinite(value);
}

export function formatAge(milliseconds) {
  if (!known(milliseconds)) return UNKNOWN;
  if (milliseconds < 10 * SECOND) return 'now';
  if (milliseconds < MINUTE) return `${Math.floor(milliseconds / SECOND)} s ago`;
  if (milliseconds < HOUR) return `${Math.floor(milliseconds / MINUTE)} min ago`;
  if (milliseconds < DAY) return `${Math.floor(milliseconds / HOUR)} h ago`;
  const days = Math.floor(milliseconds / DAY);
  return days === 1 ? '1 day ago' : `${days} days ago`;
}

export function formatSpeed(metresPerSecond) {
  if (!known(metresPerSecond)) return UNKNOWN;
  const kmh = metresPerSecond * 3.6;
  return `${kmh.toFixed(kmh > 0.05 && kmh < 9.95 ? 1 : 0)} km/h`;
}

export function formatDistance(metres) {
  if (!known(metres)) return UNKNOWN;
  if (Math.round(metres) < 1000) return `${Math.round(metres)} m`;
  return `${(metres / 1000).toFixed(metres < 99950 ? 1 : 0)} km`;
}

export function formatMetres(metres) {
  return known(metres) ? `${Math.round(metres)} m` : UNKNOWN;
}

export function formatPercent(percent) {
  return known(percent) ? `${Math.round(percent)}\u00a0%` : UNKNOWN;
}

// "12 d 3 h", "3:05 h", "12 min", "40 s"
export function formatDuration(milliseconds) {
  if (!known(milliseconds)) return UNKNOWN;
  if (milliseconds < MINUTE) return `${Math.round(milliseconds / SECOND)} s`;
  const minutes = Math.round(milliseconds / MINUTE);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  if (hours >= 100) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')} h`;
}

const WAYS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'];
const ARROWS = ['↑', '↗', '→', '↘', '↓', '↙', '←', '↖'];

const eighth = (degrees) => ((Math.round(degrees / 45) % 8) + 8) % 8;

// Degrees from true north, clockwise, as a word or an arrow; "" if it is not known.
export const formatCourse = (degrees) => (known(degrees) ? WAYS[eighth(degrees)] : '');
export const formatCourseArrow = (degrees) => (known(degrees) ? ARROWS[eighth(degrees)] : '');

// About a metre; what other maps take as well.
export function formatPlace(latitude, longitude) {
  return known(latitude) && known(longitude) ? `${latitude.toFixed(5)}, ${longitude.toFixed(5)}` : UNKNOWN;
}

const CLOCKS = {
  clock: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  shortClock: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  dayAndMonth: { day: 'numeric', month: 'short' },
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  month: { month: 'short', year: 'numeric' },
  year: { year: 'numeric' },
};
let clocks = {};

// From now on times are told by this zone's clock; without one by the viewer's.
export function tellTimesBy(timeZone) {
  clocks = Object.fromEntries(Object.entries(CLOCKS).map(([name, options]) =>
    [name, new Intl.DateTimeFormat(undefined, { ...options, timeZone })]));
}
tellTimesBy(undefined);

const fullDay = new Intl.DateTimeFormat(undefined,
  { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

export const formatTime = (milliseconds) => clocks.clock.format(milliseconds);
export const formatShortTime = (milliseconds) => clocks.shortClock.format(milliseconds);
export const formatDayAndMonth = (milliseconds) => clocks.dayAndMonth.format(milliseconds);
export const formatDate = (milliseconds) => clocks.date.format(milliseconds);
export const formatMonth = (milliseconds) => clocks.month.format(milliseconds);
export const formatYear = (milliseconds) => clocks.year.format(milliseconds);

// "14:03:09", with its day if that is another one than that of `now`.
export function formatMoment(milliseconds, now) {
  const day = formatDayAndMonth(milliseconds);
  return day === formatDayAndMonth(now) ? formatTime(milliseconds) : `${day}, ${formatTime(milliseconds)}`;
}

// "2014-09-10" as "Wed, 10 Sept 2014" in the reader's language.
export function formatDay(day) {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(midnight) ? UNKNOWN : fullDay.format(midnight);
}

export function formatCount(count, one, many) {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}
