import { element, ready, say } from './forms.js';
import { LiveChart } from './live-chart.js';
import { read } from './session.js';

const SPAN_MS = 600_000;
const place = (id) => document.getElementById(id);
const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const count = (value) => number.format(value);

function bytes(value) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${number.format(value)} ${units[unit]}`;
}

function span(seconds) {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

// In the order in which the server writes a sample.
const TIME = 0, CONNECTIONS = 1, STORED = 2, REFUSED = 3, COMMITS = 4, COMMIT_US = 5, QUEUE = 6, MEMORY = 7;

const valueOf = (column) => (sample) => sample[column];
// What is counted since a start begins anew with each start: then there is no rate.
function rateOf(column, perMs) {
  return (sample, before) => {
    if (!before || sample[column] < before[column] || sample[TIME] <= before[TIME]) return null;
    return (sample[column] - before[column]) / (sample[TIME] - before[TIME]) * perMs;
  };
}
function meanCommit(sample, before) {
  const commits = before ? sample[COMMITS] - before[COMMITS] : 0;
  return commits > 0 ? (sample[COMMIT_US] - before[COMMIT_US]) / commits / 1000 : null;
}

const CHARTS = [
  ['Positions stored', (value) => `${count(value)}/s`, rateOf(STORED, 1000)],
  ['Time of a commit', (value) => `${count(value)} ms`, meanCommit],
  ['Connections of phones', count, valueOf(CONNECTIONS)],
  ['Refused', (value) => `${count(value)}/min`, rateOf(REFUSED, 60_000)],
  ['Waiting for the store', bytes, valueOf(QUEUE)],
  ['Memory', bytes, valueOf(MEMORY)],
].map(([name, format, value]) => ({ chart: new LiveChart(name, format), value }));

function fact(name, value) {
  return element('div', {}, element('dt', { textContent: name }), element('dd', { textContent: value }));
}

function showFacts({ now, version, figures }) {
  const commit = figures.last_commit_ms ? `${span((now - figures.last_commit_ms) / 1000)} ago` : 'none since the start';
  place('facts').replaceChildren(
    fact('Version', version),
    fact('Running for', span(figures.uptime_s)),
    fact('Last commit', commit),
    fact('Slowest commit', `${count(figures.slowest_commit_us / 1000)} ms`),
    fact('Database', `${bytes(figures.database_bytes)} and ${bytes(figures.log_bytes)} of its log`),
    fact('Quarantine', bytes(figures.quarantine_bytes)),
    fact('Free on the disk', `${bytes(figures.disk_free_bytes)} of ${bytes(figures.disk_bytes)}`));
}

function row(...cells) {
  const [head, ...rest] = cells;
  const header = element('th', { scope: 'row', textContent: head });
  return element('tr', {}, header, ...rest.map((text) => element('td', { textContent: text })));
}

function showTables({ services, figures }) {
  place('services').replaceChildren(...services.map((service) => row(service.name,
    service.is_up && service.answers ? 'serves' : 'does not answer',
    service.starts === 1 ? 'once' : `${service.starts} times`, bytes(service.memory))));
  const reasons = Object.entries(figures.reasons).sort(([, a], [, b]) => b - a);
  place('reasons').replaceChildren(...(reasons.length === 0 ? [row('None', '0')]
    : reasons.map(([reason, times]) => row(reason.replaceAll('_', ' '), count(times)))));
}

// The server counts no further.
const MOST_WAITING = 100_000;

function forwarded({ to, connected, waiting, sent, refused, last_error, last_refusal, last_refusal_ms }) {
  const heading = element('h3', { className: 'server', textContent: to });
  const waits = waiting >= MOST_WAITING ? `${count(waiting)} or more` : count(waiting);
  const state = last_error === '' ? (connected ? 'connected' : 'not asked yet') : last_error;
  const facts = element('dl', { className: 'facts' }, fact('State', state), fact('Waiting', waits),
    fact('Sent', count(sent)), fact('Refused', count(refused)));
  if (last_refusal !== '')
    facts.append(fact('Last refused', `${last_refusal} (${new Date(last_refusal_ms).toLocaleString()})`));
  return element('section', {}, heading, facts);
}

function showForwarded({ figures }) {
  place('forward-part').hidden = figures.forward.length === 0;
  place('forward').replaceChildren(...figures.forward.map(forwarded));
}

function showProblems(problems) {
  place('problems').hidden = problems.length === 0;
  place('problems').replaceChildren(...problems.map((text) => element('li', { textContent: text })));
  const words = problems.length === 0 ? 'All is well' : 'Something fails';
  if (place('state').textContent !== words) place('state').textContent = words;
  place('state').dataset.well = String(problems.length === 0);
}

function showCharts({ now, samples }) {
  for (const { chart, value } of CHARTS) {
    const points = samples.map((sample, index) => [sample[TIME], value(sample, samples[index - 1])]);
    chart.show(points.filter(([time]) => time >= now - SPAN_MS), now - SPAN_MS, now);
  }
}

async function show() {
  try {
    const answer = await read('/api/status/history');
    say(place('notice'), '');
    showProblems(answer.problems);
    showCharts(answer);
    showFacts(answer);
    showTables(answer);
    showForwarded(answer);
    return answer.every_s * 1000;
  } catch (error) {
    say(place('notice'), error.message);
    return 5000;
  }
}

// A page that nobody looks at asks for nothing.
async function keepShowing() {
  const pause = await show();
  setTimeout(() => {
    if (!document.hidden) keepShowing();
    else document.addEventListener('visibilitychange', keepShowing, { once: true });
  }, pause);
}

place('charts').append(...CHARTS.map(({ chart }) => chart.element));
keepShowing().finally(ready);
