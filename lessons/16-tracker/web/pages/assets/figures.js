// Puts the figures of the tracks, the table and the legend into the page. What a span adds up to is
// the server's (trips/track_sum.hh has the rules); a long one takes it some seconds.

import { formatCount, formatDate, formatDayAndMonth, formatDistance, formatDuration, formatMetres, formatShortTime,
  formatSpeed, formatTime } from './format.js';
import { highest, stretches } from './summary.js';
import { deviceColour, theme } from './theme.js';

const TABLE_ROWS = 24;
const DAY_MS = 24 * 60 * 60 * 1000;
const LONG_MS = 300 * DAY_MS;

const element = (id) => document.getElementById(id);

function textsOf(summary) {
  return {
    distance: formatDistance(summary.distance_m), moving: formatDuration(summary.moving_ms),
    duration: formatDuration(summary.last - summary.first), 'top-speed': formatSpeed(summary.top_speed_mps),
    climb: formatMetres(summary.climb_m), fixes: summary.fixes.toLocaleString(),
  };
}

const IDS = ['distance', 'moving', 'duration', 'top-speed', 'climb', 'fixes'];

// Until they are known.
export function waitForFigures() {
  element('figures').setAttribute('aria-busy', 'true');
  for (const id of IDS) element(id).textContent = '…';
  element('each').replaceChildren();
}

// Of { name, colour, track, summary }. One alone is shown in full, several as a table. Returns a line
// for those who hear the page.
export function showFigures(shown) {
  element('figures').setAttribute('aria-busy', 'false');
  const alone = shown.length === 1;
  element('alone').hidden = !alone;
  element('several').hidden = alone;
  const texts = textsOf(shown[0].summary);
  for (const id of IDS) element(id).textContent = texts[id];
  element('distance').dataset.metres = shown[0].summary.distance_m;
  if (!alone) element('each').replaceChildren(...shown.map(rowOfDevice));
  element('remark').textContent = remarks(shown).join(' ');
  return shown.map(({ name, summary }) => `${alone ? '' : `${name}: `}${formatDistance(summary.distance_m)}, ` +
    formatCount(summary.fixes, 'fix', 'fixes')).join('; ');
}

function rowOfDevice({ name, colour, summary }) {
  const row = document.createElement('tr');
  const head = document.createElement('th');
  head.scope = 'row';
  head.append(dotOf(colour), document.createTextNode(name));
  row.append(head);
  const texts = textsOf(summary);
  for (const id of IDS.filter((one) => one !== 'duration')) row.insertCell().textContent = texts[id];
  return row;
}

function dotOf(colour) {
  const dot = document.createElement('span');
  dot.className = 'dot';
  dot.style.borderColor = deviceColour(colour);
  return dot;
}

function remarks(shown) {
  const found = [];
  const sum = (value) => shown.reduce((all, one) => all + value(one), 0);
  const gaps = sum(({ summary }) => summary.gaps);
  if (shown.some(({ track }) => track.speedsWorkedOut)) found.push('A device sent no speed; it was worked out from the positions.');
  if (gaps > 0) found.push(`${formatCount(gaps, 'gap', 'gaps')} of more than 10 minutes and 1 km: no line is drawn and nothing is counted there.`);
  if (shown.some(({ track }) => track.thinned)) {
    const part = sum(({ track }) => track.count) / Math.max(1, sum(({ summary }) => summary.fixes));
    found.push(`Line, chart and table show one fix in ${Math.max(2, Math.round(1 / part)).toLocaleString()}; nearer views of the map show more. The figures are of all of them.`);
  }
  if (shown.some(({ summary }) => !summary.whole)) found.push('So many fixes that only the first fifty million were added up.');
  return found;
}


export function showTable(track) {
  const span = track.times[track.count - 1] - track.times[0];
  const name = (time) => (span > LONG_MS ? formatDate(time)
    : span > DAY_MS ? `${formatDayAndMonth(time)} ${formatShortTime(time)}` : formatShortTime(time));
  const rows = stretches(track, TABLE_ROWS).map((stretch) => {
    const row = document.createElement('tr');
    const head = document.createElement('th');
    head.scope = 'row';
    head.textContent = name(stretch.from);
    row.append(head);
    for (const text of [formatDistance(stretch.distance), formatSpeed(stretch.meanSpeed),
      formatSpeed(stretch.topSpeed), formatMetres(stretch.altitude)]) {
      row.insertCell().textContent = text;
    }
    return row;
  });
  element('table').replaceChildren(...rows);
  element('key-altitude').hidden = Number.isNaN(highest(track.altitudes));
}

// Of one device the colours from slow to fast, where `end` is the speed of the last one in m/s; of
// several their names.
export function showLegend(shown, end) {
  const alone = shown.length === 1;
  element('legend').hidden = shown.length === 0;
  element('legend-speed').hidden = !alone;
  element('legend-devices').replaceChildren(...(alone ? [] : shown.map(({ name, colour }) => {
    const item = document.createElement('li');
    item.append(dotOf(colour), document.createTextNode(name));
    return item;
  })));
  element('legend-end').textContent = `${Math.round(end * 3.6)} km/h`;
  element('legend-bar').replaceChildren(...theme().speeds.map((colour) => {
    const part = document.createElement('span');
    part.style.backgroundColor = colour;
    return part;
  }));
}

// One line about one fix of one device, without the time.
export function factsOf(track, index) {
  const parts = [];
  if (Number.isFinite(track.speeds[index])) parts.push(formatSpeed(track.speeds[index]));
  if (Number.isFinite(track.altitudes[index])) parts.push(formatMetres(track.altitudes[index]));
  parts.push(formatDistance(track.distances[index]));
  return parts.join(' · ');
}

// One line about a moment: of one device its facts, of several the speed of each.
export function readoutOf(shown, indexes, time, span) {
  const day = span > LONG_MS ? `${formatDate(time)} ` : span > DAY_MS ? `${formatDayAndMonth(time)} ` : '';
  const clock = `${day}${formatTime(time)}`;
  if (shown.length === 1) return `${clock} · ${factsOf(shown[0].track, indexes[0])}`;
  const speeds = shown.map(({ name, track }, i) => `${name} ${formatSpeed(track.speeds[indexes[i]])}`);
  return `${clock} · ${speeds.join(' · ')}`;
}
