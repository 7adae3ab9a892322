// The page: one stream of statuses, a card with charts for each back end, and the same as a table.
// What it shows from elsewhere is set as text, never as markup.

import { Chart, STEPS } from './chart.js';

const CLIENT_FIGURES = [['open', 'open'], ['accepted', 'accepted'], ['retries', 'tried again'], ['unserved', 'not served'],
  ['denied', 'denied'], ['too_many', 'too many'], ['malformed', 'malformed'], ['timed_out', 'too slow']];
const COLUMNS = ['state', 'weight', 'open', 'made', 'refused', 'timed_out', 'unreachable', 'broken', 'bytes_to', 'bytes_from'];

const element = (id) => document.getElementById(id);
const number = (value) => Math.round(value).toLocaleString('en');

function bytes(value) {
  const unit = value < 1e3 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3));
  return `${unit === 0 ? value : (value / 1e3 ** unit).toPrecision(3)} ${['B', 'kB', 'MB', 'GB', 'TB'][unit]}`;
}

function make(tag, className, text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

class Card {
  constructor(name) {
    this.samples = [];
    this.item = make('li', 'card');
    const head = document.createElement('header');
    this.state = make('span', 'state');
    head.append(make('h3', '', name), this.state);
    this.open = new Chart('open', 'open connections', number);
    this.rate = new Chart('rate', 'new connections each second', number);
    this.bytes = new Chart('bytes', 'bytes each second', bytes);
    this.item.append(head, this.open.figure, this.rate.figure, this.bytes.figure);
    this.row = document.createElement('tr');
    const heading = make('th', '', name);
    heading.scope = 'row';
    this.cells = COLUMNS.map(() => document.createElement('td'));
    this.row.append(heading, ...this.cells);
  }

  // A status is a second after the last one, or later: what was between is spread over the seconds.
  show(status, seconds) {
    const totals = [status.made, status.refused + status.timed_out + status.unreachable + status.unusable,
      status.bytes_to + status.bytes_from];
    if (this.totals && seconds > 0) {
      const [made, failures, moved] = totals.map((total, i) => (total - this.totals[i]) / seconds);
      this.samples.push([status.open, made, failures, moved]);
      this.samples.splice(0, this.samples.length - STEPS);
    }
    if (!this.totals || seconds > 0) this.totals = totals;
    this.item.className = `card ${status.state}`;
    this.state.textContent = status.state;
    COLUMNS.forEach((column, i) => {
      const value = status[column];
      this.cells[i].textContent = column.startsWith('bytes') ? bytes(value) : column === 'state' ? value : number(value);
    });
    this.cells[0].className = status.state;
    this.draw();
  }

  draw() {
    const failures = this.samples.map((sample) => sample[2]);
    this.open.draw(this.samples.map((sample) => sample[0]));
    this.rate.draw(this.samples.map((sample) => sample[1]), failures);
    this.bytes.draw(this.samples.map((sample) => sample[3]));
  }
}

const cards = new Map();
let uptime = 0;

function showClients(status) {
  element('clients').replaceChildren(...CLIENT_FIGURES.map(([key, label]) => {
    const box = document.createElement('div');
    const text = key === 'open' ? `open, of ${number(status.most_open)}` : label;
    box.append(make('dt', '', text), make('dd', '', number(status[key])));
    return box;
  }));
}

function showBackEnds(backEnds, seconds) {
  const ids = new Set(backEnds.map(({ id }) => id));
  for (const [id, card] of cards) {
    if (ids.has(id)) continue;
    card.item.remove();
    card.row.remove();
    cards.delete(id);
  }
  for (const backEnd of backEnds) {
    if (!cards.has(backEnd.id)) {
      const card = new Card(backEnd.name);
      cards.set(backEnd.id, card);
      element('back-ends').append(card.item);
      element('rows').append(card.row);
    }
    cards.get(backEnd.id).show(backEnd, seconds);
  }
  element('none').hidden = backEnds.length > 0;
}

function show(status) {
  const seconds = status.uptime_s - uptime;
  uptime = status.uptime_s;
  showClients(status);
  showBackEnds(status.back_ends, seconds);
  document.title = `balancer: ${status.back_ends.filter(({ state }) => state === 'up').length} of ${status.back_ends.length} up`;
  tell(`Live. Policy ${status.policy}, up for ${duration(status.uptime_s)}`, false);
}

function duration(seconds) {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

// Spoken by screen readers when it changes, so not at each second: only the visible text is.
function tell(text, isLost) {
  const place = element('connection');
  place.textContent = text;
  place.className = isLost ? 'lost' : '';
  place.setAttribute('aria-live', isLost ? 'polite' : 'off');
}

async function showHistory() {
  const { back_ends: backEnds } = await (await fetch('history')).json();
  for (const { id, samples } of backEnds) {
    const card = cards.get(id);
    if (!card) continue;
    card.samples = samples.slice(-STEPS);
    card.draw();
  }
}

// A hidden page holds no stream: a browser has six connections for a server, and other pages want them.
let stream;

function begin() {
  let isFirst = true;
  stream = new EventSource('events');
  stream.addEventListener('status', async ({ data }) => {
    show(JSON.parse(data));
    if (!isFirst) return;
    isFirst = false;
    await showHistory();
    document.documentElement.dataset.ready = '';
  });
  stream.addEventListener('error', () => {
    isFirst = true;  // after a break the past is asked for again
    tell('The balancer does not answer. Trying again', true);
  });
}

document.addEventListener('visibilitychange', () => {
  stream.close();
  if (!document.hidden) begin();
});
begin();
