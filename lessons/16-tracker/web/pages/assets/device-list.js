// The list of devices beside the map: everything that the map shows, as text. Names come from
// people, so they are put in as text, never as HTML.

import { formatAge, formatPercent, formatSpeed } from './format.js';
import { deviceColour, onThemeChange, theme } from './theme.js';
import { dayOf } from './day.js';

const STALE_SPEED_MS = 10 * 60 * 1000; // older: not how fast it is now
const FRESH_MS = 2 * 60 * 1000;
const RING_AFTER_MS = 60 * 60 * 1000;
const GREY_AFTER_MS = 24 * RING_AFTER_MS;
const LOW_BATTERY_PERCENT = 15;

function make(tag, className, parent) {
  const element = document.createElement(tag);
  element.className = className;
  parent.append(element);
  return element;
}

// A clock with an arrow back: the way to a device's history. Drawn here, as nothing may be inline.
function historyIcon() {
  const space = 'http://www.w3.org/2000/svg';
  const icon = document.createElementNS(space, 'svg');
  const path = document.createElementNS(space, 'path');
  const attributes = { viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', 'stroke-width': '2',
    'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true' };
  for (const [name, value] of Object.entries(attributes)) icon.setAttribute(name, value);
  path.setAttribute('d', 'M4 12a8 8 0 1 0 2.6-5.9M4 4v4h4M12 8v4.5l3 1.8');
  icon.append(path);
  return icon;
}

export class DeviceList {
  // `onSelect(id)` is called for a click on a device that has a place.
  constructor(element, now, onSelect) {
    this.element = element;
    this.now = now;
    this.onSelect = onSelect;
    this.rows = new Map();
    onThemeChange(() => this.update());
  }

  // Makes the rows anew when the list of devices changed.
  setDevices(devices) {
    const focused = document.activeElement?.dataset?.device;
    this.element.replaceChildren();
    this.rows.clear();
    for (const device of devices) this.rows.set(device.id, this.makeRow(device));
    this.update();
    if (focused) this.rows.get(Number(focused))?.button.focus();
  }

  makeRow(device) {
    const item = make('li', '', this.element);
    const button = make('button', 'device', item);
    button.type = 'button';
    button.dataset.device = device.id;
    button.addEventListener('click', () => this.onSelect(device.id));
    const dot = make('span', 'dot', button);
    const name = make('span', 'name', button);
    name.textContent = device.name;
    name.title = device.name;
    const age = make('span', 'age', button);
    const facts = make('span', 'facts', button);
    const way = make('a', 'way', item);
    way.append(historyIcon());
    way.setAttribute('aria-label', `History of ${device.name}`);
    return { device, button, dot, age, facts, way };
  }

  select(id) {
    this.selected = id;
    this.update();
  }

  update() {
    for (const row of this.rows.values()) this.updateRow(row);
  }

  updateRow({ device, button, dot, age, facts, way }) {
    const { last } = device;
    const milliseconds = last ? this.now() - last.time : Infinity;
    button.disabled = !last;
    button.setAttribute('aria-pressed', String(device.id === this.selected));
    button.dataset.age = milliseconds < FRESH_MS ? 'fresh' : 'old';
    const colour = milliseconds > GREY_AFTER_MS ? theme().muted : deviceColour(device.colour);
    dot.style.borderColor = colour;
    dot.style.backgroundColor = milliseconds < RING_AFTER_MS ? colour : 'transparent';
    age.textContent = last ? formatAge(milliseconds) : '';
    this.updateFacts(facts, last, milliseconds);
    way.href = this.historyAddress(device);
  }

  updateFacts(facts, last, milliseconds) {
    facts.replaceChildren();
    if (!last) {
      facts.textContent = 'waiting for its first position';
      return;
    }
    const parts = [];
    if (last.speed !== null && milliseconds < STALE_SPEED_MS) parts.push(formatSpeed(last.speed));
    if (last.accuracy > 0) parts.push(`± ${Math.round(last.accuracy)} m`);
    facts.append(parts.join(' · '));
    if (last.battery === null) return;
    if (parts.length > 0) facts.append(' · ');
    const low = last.battery < LOW_BATTERY_PERCENT;
    const battery = make('span', low ? 'low' : '', facts);
    battery.textContent = `battery ${formatPercent(last.battery)}${low ? ', low' : ''}`;
  }

  historyAddress({ id, last }) {
    const query = new URLSearchParams({ device: id });
    if (last) query.set('day', dayOf(last.time));
    return `/history?${query}`;
  }
}
