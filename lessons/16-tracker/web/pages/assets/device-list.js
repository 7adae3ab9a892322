// The list of devices beside the map: everything that the map shows, as text. Names come from
// people, so they are put in as text, never as HTML.

import { dayOf } from './day.js';
import { ageNow, batteryText, FRESH_MS, GREY_AFTER_MS, isLow, isMoving, movementText, RING_AFTER_MS } from './device-facts.js';
import { formatAge, formatCourseArrow } from './format.js';
import { deviceColour, onThemeChange, theme } from './theme.js';

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

// Without accents and capitals: who looks for "Jorg" means "Jörg".
const plain = (text) => text.normalize('NFKD').replace(/\p{Diacritic}/gu, '').toLowerCase();

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
    for (const device of [...devices].sort((a, b) => byName.compare(a.name, b.name))) {
      this.rows.set(device.id, this.makeRow(device));
    }
    this.update();
    this.find(this.sought ?? '');
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
    return { device, item, button, dot, age, facts, way };
  }

  // Shows only those with `text` in their names; returns how many that are.
  find(text) {
    this.sought = text;
    const wanted = plain(text.trim());
    let found = 0;
    for (const { device, item } of this.rows.values()) {
      item.hidden = !plain(device.name).includes(wanted);
      found += item.hidden ? 0 : 1;
    }
    return found;
  }

  focus(id) {
    this.rows.get(id)?.button.focus();
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
    const milliseconds = ageNow(last, this.now());
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
    const way = isMoving(last, milliseconds) ? ` ${formatCourseArrow(last.course)}` : '';
    const parts = [(movementText(last, milliseconds) + way).trim(), last.accuracy > 0 ? `± ${Math.round(last.accuracy)} m` : '']
      .filter((text) => text !== '');
    facts.append(parts.join(' · '));
    if (last.battery === null) return;
    if (parts.length > 0) facts.append(' · ');
    make('span', isLow(last.battery) ? 'low' : '', facts).textContent = `battery ${batteryText(last.battery)}`;
  }

  historyAddress({ id, last }) {
    const query = new URLSearchParams({ device: id });
    if (last) query.set('day', dayOf(last.time));
    return `/history?${query}`;
  }
}
