// For how long the positions of a device are kept. Before any go, the page says how many.

import { askFirst } from './ask-first.js';
import { keepPositions, readRetention } from './devices-api.js';
import { formatCount } from './format.js';
import { button, make, setText } from './make.js';

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });

export const daysText = (days) => (days === null ? 'for ever' : formatCount(days, 'day', 'days'));

// What the question says goes: "3 positions (1 of them hidden) and 2 points in quarantine".
export function goesText({ positions, hidden, quarantined }) {
  const parts = [];
  const ofThem = hidden > 0 ? ` (${formatCount(hidden, 'of them is', 'of them are')} hidden)` : '';
  if (positions > 0) parts.push(formatCount(positions, 'position', 'positions') + ofThem);
  if (quarantined > 0) parts.push(`${formatCount(quarantined, 'point', 'points')} in quarantine`);
  return parts.join(' and ');
}

export class DeviceRetention {
  // `attempt(work)` does it and shows what is said against it.
  constructor(device, attempt) {
    Object.assign(this, { device, attempt });
    this.kept = make('p', { id: 'kept' });
    this.days = make('input', { id: 'keep-days', type: 'number', required: true, min: 1, max: 36500, step: 1, inputMode: 'numeric' });
    const form = make('form', { className: 'row' },
      make('label', { className: 'field short' }, make('span', { textContent: 'Keep so many days' }), this.days),
      make('button', { type: 'submit', textContent: 'See what would go…' }));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.attempt(() => this.keep(Number(this.days.value)));
    });
    this.forEver = make('div', { className: 'row' }, button('Keep them for ever', () => this.attempt(() => this.keepForEver())));
    this.element = make('section', { aria: { labelledby: 'retention-title' } },
      make('h3', { id: 'retention-title', textContent: 'How long positions are kept' }), this.kept, form, this.forEver);
  }

  update(device) {
    this.device = device;
    const days = device.keep_days;
    setText(this.kept, days === null ? 'For ever.'
      : `For ${daysText(days)}. What is older goes for good, once a day, and is not imported.`);
    this.forEver.hidden = days === null;
  }

  // Its button goes away, and the focus with it.
  async keepForEver() {
    await keepPositions(this.device.id, null);
    this.days.focus();
  }

  async keep(days) {
    const { id, name } = this.device;
    const preview = await readRetention(id, days);
    const goes = goesText(preview);
    const before = day.format(preview.before);
    const text = goes === ''
      ? `Nothing is older than ${before} yet. From now on what grows older than ${daysText(days)} goes, and nothing brings it back but a backup.`
      : `Older than that, from before ${before}: ${goes}. All of it goes now, and from then on what grows older. Nothing brings it back but a backup.`;
    if (!await askFirst(`Keep ${daysText(days)} of ${name}?`, text, goes === '' ? 'Keep so many days' : 'Remove it for good', 'Cancel')) return;
    await keepPositions(id, days);
    this.days.value = '';
  }
}
