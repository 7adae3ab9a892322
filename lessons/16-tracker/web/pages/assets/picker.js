// The choice of device and days. The days offered are those that have fixes. The choice is in the
// page's address, so that it can be kept and sent: ?device=1&day=2014-09-10, or &from=...&to=...

import { addDays, isDay } from './day.js';
import { formatCount, formatDay } from './format.js';

const MOST_DAYS = 31; // the server gives that much at once

const element = (id) => document.getElementById(id);

export class Picker {
  // `on` has device(id), days(from, to) and refuse(text).
  constructor(on) {
    this.on = on;
    this.days = [];
    element('picker').addEventListener('submit', (event) => event.preventDefault());
    element('device').addEventListener('change', () => this.on.device(this.device()));
    element('day').addEventListener('change', () => this.choose(element('day').value));
    element('previous-day').addEventListener('click', () => this.step(-1));
    element('next-day').addEventListener('click', () => this.step(1));
    element('show-range').addEventListener('click', () => this.chooseRange());
  }

  device() {
    return Number(element('device').value);
  }

  setDevices(devices, chosen) {
    element('device').replaceChildren(...devices.map(({ id, name }) => new Option(name, id)));
    if (devices.some(({ id }) => id === chosen)) element('device').value = chosen;
  }

  // Oldest first, as the server sends them; the newest is offered first.
  setDays(days) {
    this.days = days.filter(({ day }) => isDay(day));
    element('day').replaceChildren(...this.days.map(({ day, points }) =>
      new Option(`${formatDay(day)} · ${formatCount(points, 'fix', 'fixes')}`, day)).reverse());
    element('day').disabled = this.days.length === 0;
    this.showNeighbours();
  }

  newest() {
    return this.days.at(-1)?.day;
  }

  // Shows the choice in the controls and in the address, and tells the page.
  choose(from, to = from) {
    const select = element('day');
    const offered = this.days.some(({ day }) => day === from);
    select.querySelector('.passing')?.remove();
    if (!offered || from !== to) this.addPassing(from, to);
    else select.value = from;
    this.from = from;
    this.to = to;
    element('from').value = from;
    element('to').value = to;
    this.showNeighbours();
    this.keepInAddress();
    this.on.days(from, to);
  }

  // A choice that is no day of the list: a range, or a day without fixes from the address.
  addPassing(from, to) {
    const text = from === to ? formatDay(from) : `${formatDay(from)} – ${formatDay(to)}`;
    const option = new Option(text, '', true, true);
    option.className = 'passing';
    element('day').prepend(option);
  }

  chooseRange() {
    const [from, to] = [element('from').value, element('to').value].sort();
    if (!isDay(from) || !isDay(to)) this.on.refuse('Choose a first and a last day.');
    else if (to > addDays(from, MOST_DAYS - 1)) this.on.refuse(`At most ${MOST_DAYS} days can be shown at once.`);
    else this.choose(from, to);
  }

  // The day with fixes before or after what is shown.
  neighbour(direction) {
    if (direction < 0) return this.days.findLast(({ day }) => day < this.from)?.day;
    return this.days.find(({ day }) => day > this.to)?.day;
  }

  step(direction) {
    const day = this.neighbour(direction);
    if (day) this.choose(day);
  }

  showNeighbours() {
    element('previous-day').disabled = !this.neighbour(-1);
    element('next-day').disabled = !this.neighbour(1);
  }

  keepInAddress() {
    const query = new URLSearchParams({ device: this.device() });
    if (this.from === this.to) query.set('day', this.from);
    else {
      query.set('from', this.from);
      query.set('to', this.to);
    }
    window.history.replaceState(null, '', `?${query}`);
  }
}

// What the page's address asks for; what makes no sense counts as not asked.
export function readAddress(search) {
  const query = new URLSearchParams(search);
  const [from, to] = [query.get('from') ?? query.get('day'), query.get('to') ?? query.get('day')].sort();
  const sound = isDay(from) && isDay(to) && to <= addDays(from, MOST_DAYS - 1);
  return { device: Number(query.get('device')), from: sound ? from : null, to: sound ? to : null };
}
