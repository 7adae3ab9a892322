// What was corrected of a device and can be undone: hidden points, and speeds that were put right.

import { askFirst } from './ask-first.js';
import { ask, correct } from './correct-api.js';
import { make } from './correct-form.js';
import { formatCount, formatSpeed } from './format.js';
import { UNIT_NAMES } from './speed-units.js';

const LIST_POINTS = 200; // as many as the server shows
const E7 = 1e7;


const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

const element = (id) => document.getElementById(id);

function spanText({ from, to }) {
  const [first, last] = [when.format(from), when.format(to - 1)];
  return first === last ? first : `${first} – ${last}`;
}

export class HiddenList {
  constructor(page) {
    this.page = page;
    element('hidden-more').addEventListener('click', () => this.page.attempt(() => this.more()));
  }

  async show() {
    element('hidden-list').replaceChildren();
    this.below = null;
    await this.more();
    if (element('hidden-list').children.length === 0) {
      element('hidden-list').append(make('p', { className: 'lead', textContent: 'Nothing of this device is hidden.' }));
    }
  }

  async more() {
    const device = this.page.device();
    const answer = await ask('/api/corrections', this.below ? { device, below: this.below } : { device });
    if (device !== this.page.device()) return;
    element('hidden-list').append(...answer.corrections.map((correction) => this.cardOf(correction)));
    this.below = answer.below;
    element('hidden-more').hidden = answer.below === null;
  }

  cardOf(correction) {
    const { kind, points, by, made, done } = correction;
    const count = formatCount(points, 'point', 'points');
    const title = { hidden: `${count} hidden`, deletion: 'Being deleted',
      speeds: `Speeds of ${count}: ${UNIT_NAMES[correction.read_as]} were read, ${UNIT_NAMES[correction.sent_as]} are right` }[kind];
    const facts = [spanText(correction), correction.box ? 'in a box on the map' : '', `by ${by}, ${when.format(made)}`];
    const progress = make('progress', { hidden: true, 'aria-label': title });
    const card = make('article', { className: 'card' },
      make('h3', { textContent: title }),
      make('p', { className: 'facts', textContent: facts.filter(Boolean).join(' · ') }));
    if (!done) card.append(make('p', { className: 'facts', textContent: 'It was interrupted before its end.' }));
    if (kind === 'hidden' && done) card.append(this.detailsOf(correction));
    card.append(this.buttonsOf(correction, title, card), progress);
    return card;
  }

  buttonsOf(correction, title, card) {
    const buttons = make('div', { className: 'correct-buttons' });
    const add = (textContent, action) => {
      const button = make('button', { type: 'button', textContent, 'aria-label': `${textContent}: ${title}` });
      button.addEventListener('click', () => this.page.attempt(() => action(card)));
      buttons.append(button);
    };
    if (!correction.done) add('Go on', () => this.run('go-on', correction, card, 'It is done.'));
    if (correction.kind === 'deletion') return buttons;
    if (!correction.undoing && (correction.done || correction.kind === 'hidden')) add(correction.kind === 'hidden' ? 'Show again' : 'Undo',
      () => this.run('undo', correction, card, correction.kind === 'hidden' ? 'Shown again.' : 'The speeds are as they were.'));
    if (correction.kind === 'hidden') add('Delete…', () => this.remove(correction, card));
    return buttons;
  }

  detailsOf({ number, points }) {
    const details = make('details', {}, make('summary', { textContent: 'Which ones' }));
    details.addEventListener('toggle', () => {
      if (details.open && details.children.length === 1) this.page.attempt(() => this.fill(details, number, points));
    });
    return details;
  }

  async fill(details, number, count) {
    const answer = await ask('/api/corrections/hidden', { device: this.page.device(), correction: number });
    const rows = answer.points.map(([time, latitude, longitude, speed]) => make('tr', {},
      ...[when.format(time), (latitude / E7).toFixed(5), (longitude / E7).toFixed(5), formatSpeed(speed)]
        .map((textContent) => make('td', { textContent }))));
    const head = make('tr', {}, ...['Time', 'Latitude', 'Longitude', 'Speed'].map((textContent) => make('th', { scope: 'col', textContent })));
    const box = make('div', { className: 'points-box', role: 'region', 'aria-label': 'Hidden points' },
      make('table', { className: 'points' }, make('thead', {}, head), make('tbody', {}, ...rows)));
    box.tabIndex = 0;
    details.append(box);
    if (count > LIST_POINTS) details.append(make('p', { className: 'facts', textContent: `The first ${LIST_POINTS} of ${count.toLocaleString()}.` }));
  }

  async remove(correction, card) {
    const name = formatCount(correction.points, 'point', 'points');
    const sure = await askFirst(`Delete ${name}?`,
      'That is for good. What the phone sends once more does not come back.', `Delete ${name}`, 'Keep hidden');
    if (sure) await this.run('delete-hidden', correction, card, `${formatCount(correction.points, 'point is', 'points are')} deleted.`);
  }

  async run(action, correction, card, text) {
    const progress = card.querySelector('progress');
    const most = Math.max(1, correction.points);
    progress.max = most;
    progress.value = 0;
    progress.hidden = false;
    for (const button of card.querySelectorAll('button')) button.disabled = true;
    try {
      await correct(action, { device: this.page.device(), correction: correction.number },
        (points) => { progress.value = most - Math.min(most, points); });
    } finally {
      await this.show();
    }
    this.page.say(text);
    element('hidden-said').textContent = text;
    element('hidden-said').hidden = false;
    element('hidden-title').focus();
  }
}

