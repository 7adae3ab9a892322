// How the old positions of a device are thinned out. Before any go, the page says how many.

import { askFirst } from './ask-first.js';
import { daysText } from './device-retention.js';
import { readThinning, thinOut } from './devices-api.js';
import { formatCount } from './format.js';
import { button, make, setText } from './make.js';

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });

export const everyText = (minutes) => (minutes === 1 ? 'every minute' : `every ${formatCount(minutes, 'minute', 'minutes')}`);

// What the question says of { before, go, stay }.
export function thinningText({ before, go, stay }, days, minutes) {
  const old = day.format(before);
  if (go === 0)
    return `Of the positions from before ${old} none has to go yet. From now on, of what grows older than ${daysText(days)} `
      + `one stays ${everyText(minutes)}, and nothing brings the others back but a backup.`;
  return `From before ${old}: ${formatCount(go, 'position goes', 'positions go')} and ${formatCount(stay, 'stays', 'stay')}, one ${everyText(minutes)}. `
    + 'They go now, and from then on of what grows older. Nothing brings them back but a backup. Old trips become coarser.';
}

const numberField = (id, text, max) => {
  const input = make('input', { id, type: 'number', required: true, min: 1, max, step: 1, inputMode: 'numeric' });
  return { input, field: make('label', { className: 'field short' }, make('span', { textContent: text }), input) };
};

export class DeviceThinning {
  // `attempt(work)` does it and shows what is said against it.
  constructor(device, attempt) {
    Object.assign(this, { device, attempt });
    this.rule = make('p', { id: 'thinned' });
    const days = numberField('thin-days', 'Older than so many days', 36500);
    const minutes = numberField('thin-minutes', 'One every so many minutes', 1440);
    this.days = days.input;
    this.minutes = minutes.input;
    const form = make('form', { className: 'row' }, days.field, minutes.field,
      make('button', { type: 'submit', textContent: 'See what would be thinned out…' }));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.attempt(() => this.thin(Number(this.days.value), Number(this.minutes.value)));
    });
    this.asTheyAre = make('div', { className: 'row' }, button('Leave the rest as it is', () => this.attempt(() => this.leave())));
    this.element = make('section', { aria: { labelledby: 'thinning-title' } },
      make('h3', { id: 'thinning-title', textContent: 'How close old positions are' }), this.rule, form, this.asTheyAre);
  }

  update(device) {
    this.device = device;
    const rule = device.thinning;
    setText(this.rule, rule === null ? 'As they came.'
      : `Of those older than ${daysText(rule.days)} one ${everyText(rule.minutes)}. The others go for good, once a day.`);
    this.asTheyAre.hidden = rule === null;
  }

  // Its button goes away, and the focus with it.
  async leave() {
    await thinOut(this.device.id, null);
    this.days.focus();
  }

  async thin(days, minutes) {
    const { id, name } = this.device;
    const preview = await readThinning(id, days, minutes);
    const nothing = preview.go === 0;
    if (!await askFirst(`Thin out the old positions of ${name}?`, thinningText(preview, days, minutes),
      nothing ? 'Thin them out' : 'Remove them for good', 'Cancel')) return;
    await thinOut(id, { days, minutes });
    this.days.value = '';
    this.minutes.value = '';
  }
}
