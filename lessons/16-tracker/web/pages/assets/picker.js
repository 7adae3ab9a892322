// The choice of devices, days and time zone. The days offered are those that have fixes. What is
// chosen is told to the page, which keeps it in its address (address.js).

import { isDay } from './day.js';
import { formatCount, formatDay } from './format.js';
import { kindOf, lengthOf, neighbour, spanAround } from './spans.js';
import { viewersZone, zoneNames } from './zone.js';
import { deviceColour, onThemeChange } from './theme.js';

export const MOST_DEVICES = 8;
const MOST_DAYS_LISTED = 400;

const element = (id) => document.getElementById(id);

export class Picker {
  // `on` has devices(numbers), span({ from, to }), zone(name) and refuse(text).
  constructor(on) {
    this.on = on;
    this.all = [];
    this.devices = [];
    this.days = [];
    element('picker').addEventListener('submit', (event) => event.preventDefault());
    element('device').addEventListener('change', () => this.chooseFirst());
    element('day').addEventListener('change', () => this.chooseDay(element('day').value));
    element('span').addEventListener('change', () => this.chooseKind(element('span').value));
    element('zone').addEventListener('change', () => this.on.zone(element('zone').value));
    element('previous-day').addEventListener('click', () => this.step(-1));
    element('next-day').addEventListener('click', () => this.step(1));
    element('show-range').addEventListener('click', () => this.chooseRange());
    onThemeChange(() => this.showOthers());
  }

  // `all` are the devices that there are, `chosen` the numbers of those that are shown.
  setDevices(all, chosen) {
    this.all = all;
    this.devices = chosen;
    element('device').replaceChildren(...all.map(({ id, name }) => new Option(name, id)));
    element('device').value = chosen[0];
    this.showOthers();
  }

  // Those that can be shown beside the first one, as buttons that stay pressed.
  showOthers() {
    element('also').hidden = this.all.length < 2;
    const had = document.activeElement?.dataset.device;
    element('others').replaceChildren(...this.all.filter(({ id }) => id !== this.devices[0]).map(({ id, name }) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'chip';
      button.dataset.device = id;
      const dot = document.createElement('span');
      dot.className = 'dot';
      const at = this.devices.indexOf(id);
      if (at > 0) dot.style.borderColor = deviceColour(this.colours?.[at] ?? id);
      button.append(dot, document.createTextNode(name));
      button.setAttribute('aria-pressed', String(at > 0));
      button.addEventListener('click', () => this.toggle(id));
      return button;
    }));
    if (had) element('others').querySelector(`[data-device="${had}"]`)?.focus();
  }

  chooseFirst() {
    const first = Number(element('device').value);
    this.on.devices([first, ...this.devices.slice(1).filter((id) => id !== first)]);
  }

  toggle(id) {
    if (this.devices.includes(id)) this.on.devices(this.devices.filter((one) => one !== id));
    else if (this.devices.length < MOST_DEVICES) this.on.devices([...this.devices, id]);
    else this.on.refuse(`At most ${MOST_DEVICES} devices can be shown together.`);
  }

  // Oldest first.
  setDays(days) {
    this.days = days.map(({ day }) => day);
    const newest = days.slice(-MOST_DAYS_LISTED).reverse();
    element('day').replaceChildren(...newest.map(({ day, points }) => new Option(
      points === null ? formatDay(day) : `${formatDay(day)} · ${formatCount(points, 'fix', 'fixes')}`, day)));
    element('day').disabled = days.length === 0;
    this.showNeighbours();
  }

  newest() {
    return this.days.at(-1);
  }

  // Shows a choice in the controls; tells nobody.
  show(span, zone) {
    this.span = span;
    element('day').querySelector('.passing')?.remove();
    const isListed = span.from === span.to && [...element('day').options].some(({ value }) => value === span.from);
    if (isListed) element('day').value = span.from;
    else this.addPassing(span);
    element('span').value = kindOf(span, this.days);
    element('from').value = span.from;
    element('to').value = span.to;
    this.showZone(zone);
    this.showNeighbours();
  }

  // A choice that is no day of the list: several days, or a day without fixes from the address.
  addPassing({ from, to }) {
    const text = from === to ? formatDay(from)
      : `${formatDay(from)} – ${formatDay(to)} · ${formatCount(lengthOf({ from, to }), 'day', 'days')}`;
    const option = new Option(text, '', true, true);
    option.className = 'passing';
    element('day').prepend(option);
  }

  // The list is long, so it is made when it is first needed.
  showZone(zone) {
    if (element('zone').options.length === 0) {
      element('zone').append(new Option(`You: ${viewersZone()}`, ''), ...zoneNames().map((name) => new Option(name, name)));
    }
    if (zone && ![...element('zone').options].some(({ value }) => value === zone)) element('zone').append(new Option(zone, zone));
    element('zone').value = zone;
  }

  chooseDay(day) {
    if (isDay(day)) this.on.span({ from: day, to: day });
  }

  // Around the last day of what is shown; of a day with fixes, if there are none in it.
  chooseKind(kind) {
    if (kind === '') {
      element('range').open = true;
      element('from').focus();
      return;
    }
    const { from, to } = this.span ?? {};
    const day = this.days.findLast((one) => one >= from && one <= to) ?? this.newest();
    if (day) this.on.span(spanAround(kind, day, this.days));
  }

  chooseRange() {
    const [from, to] = [element('from').value, element('to').value].sort();
    if (!isDay(from) || !isDay(to)) this.on.refuse('Choose a first and a last day.');
    else this.on.span({ from, to });
  }

  step(direction) {
    const span = this.span && neighbour(this.span, direction, this.days);
    if (span) this.on.span(span);
  }

  showNeighbours() {
    element('previous-day').disabled = !this.span || !neighbour(this.span, -1, this.days);
    element('next-day').disabled = !this.span || !neighbour(this.span, 1, this.days);
  }
}
