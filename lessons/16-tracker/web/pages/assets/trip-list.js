// The day as a story: its stays and trips in a list beside the map. One can be chosen: map and chart
// show it, and what may be said of it opens below. Up and down go through the list; Escape closes.

import { formatCount, formatShortTime } from './format.js';
import { correctTrip, readTrips, savePlace, undoCorrection } from './trips-api.js';
import { canSplit, correctionsFor, factsOf, KIND_NAMES, summaryOf, timesOf, titleOf } from './story.js';

const NEW_PLACE_RADIUS_M = 75;
const LONGEST_NAME_BYTES = 64;
const LONGEST_MS = 63 * 24 * 3600 * 1000; // thousands of entries are no story any more

function make(tag, className, text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function button(text, action, className = '') {
  const made = make('button', className, text);
  made.type = 'button';
  made.addEventListener('click', action);
  return made;
}

export class TripList {
  // `on` has choose(segment or null), showMap(), alone(device), and moment(), the time that the page shows.
  constructor(section, on) {
    this.section = section;
    this.on = on;
    this.list = section.querySelector('ol');
    this.told = section.querySelector('[role="status"]');
    this.segments = [];
    this.chosen = null;
    this.list.addEventListener('keydown', (event) => this.key(event));
  }

  clear() {
    this.segments = [];
    this.chosen = null;
    this.section.hidden = true;
  }

  // Those of the device between from and to (ms).
  async show(device, span, signal) {
    this.device = device;
    this.span = span;
    this.chosen = null;
    if (span.to - span.from > LONGEST_MS) {
      this.showInstead(make('li', 'piece-hint', 'Choose two months or less to see trips and stays.'));
    } else {
      await this.read(signal);
    }
  }

  // Of several { device, name } there is no one story.
  showSeveral(devices) {
    this.chosen = null;
    const only = devices.map(({ device, name }) => button(`Only ${name}`, () => this.on.alone(device), 'chip'));
    const item = make('li', '');
    const chips = make('div', 'chips');
    chips.append(...only);
    item.append(make('p', 'piece-hint', 'They are told of one device at a time, and its points corrected.'), chips);
    this.showInstead(item);
  }

  showInstead(item) {
    this.segments = [];
    this.told.textContent = '';
    this.section.hidden = false;
    this.list.replaceChildren(item);
  }

  async read(signal) {
    const answer = await readTrips(this.device, this.span.from, this.span.to, signal);
    this.segments = answer.segments;
    this.mayChange = answer.may_change === true;
    this.mayName = answer.may_name === true;
    this.section.hidden = this.segments.length === 0;
    this.draw();
    this.told.textContent = summaryOf(this.segments);
  }

  draw() {
    this.list.replaceChildren(...this.segments.map((segment) => this.item(segment)));
  }

  item(segment) {
    const item = make('li', `piece ${segment.kind}`);
    const open = segment === this.chosen;
    const head = button('', () => this.choose(open ? null : segment), 'piece-head');
    head.setAttribute('aria-expanded', String(open));
    const title = make('span', 'piece-title');
    if (titleOf(segment) !== KIND_NAMES[segment.kind]) title.append(make('span', 'unseen', `${KIND_NAMES[segment.kind]}: `));
    title.append(titleOf(segment));
    const facts = factsOf(segment);
    if (segment.corrections.length > 0) facts.push('corrected');
    head.append(make('span', 'piece-times', timesOf(segment, this.span)), title,
      make('span', 'piece-facts', facts.join(' · ')));
    item.append(head);
    if (open) item.append(this.actions(segment));
    return item;
  }

  choose(segment) {
    this.chosen = segment;
    this.on.choose(segment);
    this.draw();
    this.focus(this.segments.indexOf(segment));
  }

  focus(index) {
    this.list.querySelectorAll('.piece-head')[Math.max(0, index)]?.focus();
  }

  // What may be said of it, if anything.
  actions(segment) {
    const box = make('div', 'piece-actions');
    // On a phone the map is above, out of sight.
    box.append(button('Show on the map', () => this.on.showMap(), 'narrow'));
    if (segment.kind === 'stay' && this.mayName && !segment.at.place) {
      box.append(button('Name this place', () => box.replaceChildren(this.nameForm(segment))));
    }
    if (segment.kind === 'stay' && segment.at.place) {
      const link = make('a', 'piece-link', this.mayName ? 'Change this place' : 'Show this place');
      link.href = `/places?place=${segment.at.place}`;
      box.append(link);
    }
    if (!this.mayChange) return box;
    for (const { change, at, text } of correctionsFor(segment)) {
      box.append(button(text, () => this.say(() => correctTrip(change, this.device, at))));
    }
    if (segment.kind === 'trip') {
      this.splitButton = button('', () => this.say(() =>
        correctTrip('split', this.device, Math.floor(this.on.moment()))));
      this.momentChanged();
      box.append(this.splitButton);
    }
    for (const correction of segment.corrections.slice(-1)) {
      box.append(button('Undo the last correction', () => this.say(() => undoCorrection(this.device, correction))));
    }
    const problem = make('p', 'piece-problem');
    problem.setAttribute('role', 'alert');
    box.append(problem);
    return box;
  }

  // The moment that the page shows has changed: there the chosen trip would be split.
  momentChanged() {
    if (this.chosen?.kind !== 'trip' || !this.splitButton) return;
    const moment = this.on.moment();
    const fits = canSplit(this.chosen, moment);
    this.splitButton.disabled = !fits;
    this.splitButton.textContent = fits ? `Split at ${formatShortTime(moment)}` : 'Split at the time shown';
  }

  nameForm(segment) {
    const form = make('form', 'name-form');
    const label = make('label', 'field');
    const input = make('input', '');
    input.required = true;
    input.maxLength = LONGEST_NAME_BYTES;
    input.autocomplete = 'off';
    label.append(make('span', '', 'Name of this place'), input);
    const save = make('button', 'primary', 'Save');
    const cancel = button('Cancel', () => this.choose(segment));
    const problem = make('p', 'piece-problem');
    problem.setAttribute('role', 'alert');
    form.append(label, save, cancel, problem);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const { lat, lon } = segment.at;
      this.say(() => savePlace({ name: input.value.trim(), lat, lon, radius_m: NEW_PLACE_RADIUS_M }), problem);
    });
    queueMicrotask(() => input.focus());
    return form;
  }

  // Says it to the server and reads the story anew; what was typed stays if it is refused.
  async say(change, problem = this.list.querySelector('.piece-problem')) {
    const moment = this.chosen ? (this.chosen.begin + this.chosen.end) / 2 : 0;
    try {
      await change();
      await this.read();
    } catch (error) {
      if (problem) problem.textContent = error.message;
      return;
    }
    const after = this.segments.find(({ begin, end }) => begin <= moment && moment <= end);
    this.choose(after ?? null);
    this.told.textContent = `Done. ${formatCount(this.segments.length, 'entry', 'entries')} now.`;
  }

  key(event) {
    if (event.key === 'Escape' && this.chosen) {
      event.stopPropagation();
      const index = this.segments.indexOf(this.chosen);
      this.chosen = null;
      this.on.choose(null);
      this.draw();
      this.focus(index);
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.matches('.piece-head')) return;
    event.preventDefault();
    const heads = [...this.list.querySelectorAll('.piece-head')];
    heads[heads.indexOf(event.target) + step]?.focus();
  }
}
