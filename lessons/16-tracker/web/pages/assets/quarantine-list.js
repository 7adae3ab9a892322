// The quarantine: what a phone sent that cannot be a position, why, and what can be done with it.
// Whatever was sent is shown as text and never as anything else.

import { askFirst } from './ask-first.js';
import { ask, tell } from './correct-api.js';
import { make } from './correct-form.js';
import { formatCount } from './format.js';
import { reasonText } from './quarantine-words.js';

const MIB = 1024 * 1024;

const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

const element = (id) => document.getElementById(id);

// "6c 61 74 3d …", sixteen bytes a line.
function hexLines(hex) {
  return (hex.match(/.{1,32}/g) ?? []).map((line) => line.replace(/../g, '$& ').trimEnd()).join('\n');
}

export class QuarantineList {
  constructor(page) {
    this.page = page;
    element('quarantine-more').addEventListener('click', () => this.page.attempt(() => this.more()));
    element('replay-all').addEventListener('click', () => this.page.attempt(() => this.replay(this.choice())));
    element('delete-all').addEventListener('click', () => this.page.attempt(() => this.remove(this.choice())));
  }

  // What the choice of the device means here: one, or all.
  choice() {
    const device = this.page.device();
    return device > 0 ? { device } : {};
  }

  async show() {
    element('quarantine-list').replaceChildren();
    this.below = null;
    await this.more();
    const any = element('quarantine-list').children.length > 0;
    element('quarantine-all').hidden = !any;
    if (!any) element('quarantine-list').append(make('p', { className: 'lead', textContent: 'Nothing is in quarantine here.' }));
  }

  async more() {
    const choice = this.choice();
    const answer = await ask('/api/quarantine', this.below ? { ...choice, below: this.below } : choice);
    element('quarantine-list').append(...answer.points.map((point) => this.cardOf(point)));
    this.below = answer.below;
    element('quarantine-more').hidden = answer.below === null;
    this.showSize(answer);
  }

  showSize({ bytes, room }) {
    element('quarantine-meter').hidden = bytes === 0;
    element('quarantine-bar').value = Math.min(1, bytes / room);
    const size = bytes < MIB / 10 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / MIB).toFixed(1)} MiB`;
    element('quarantine-size').textContent = `${size} of ${Math.round(room / MIB)} MiB that all devices share. ` +
      'When it is full, phones are asked to keep such points and send them later.';
  }

  cardOf(point) {
    const { number, name, protocol, received, position, size, raw, hex } = point;
    const facts = [name, protocol === 'unknown' ? '' : protocol, `came ${when.format(received)}`,
      position > 0 ? `point ${position + 1} of its message` : ''];
    const shown = [make('pre', { className: 'raw', tabIndex: 0, textContent: raw, 'aria-label': 'As text' })];
    if (hex !== undefined) shown.push(make('pre', { className: 'raw', tabIndex: 0, textContent: hexLines(hex), 'aria-label': 'As bytes' }));
    for (const block of shown) block.setAttribute('role', 'region');
    const cut = hex === undefined ? size > raw.length : size > hex.length / 2;
    if (cut) shown.push(make('p', { className: 'facts', textContent: `The beginning of ${size.toLocaleString()} bytes.` }));
    const buttons = make('div', { className: 'correct-buttons' });
    for (const [textContent, action] of [['Read again', () => this.replay({ device: point.device, number })],
      ['Delete…', () => this.remove({ device: point.device, number })]]) {
      const button = make('button', { type: 'button', textContent, 'aria-label': `${textContent}: number ${number}` });
      button.addEventListener('click', () => this.page.attempt(action));
      buttons.append(button);
    }
    return make('article', { className: 'card' },
      make('h3', { textContent: reasonText(point.reason) }),
      make('p', { className: 'facts', textContent: facts.filter(Boolean).join(' · ') }),
      make('details', {}, make('summary', { textContent: 'What was sent' }), ...shown), buttons);
  }

  // Step by step, until nothing is left to try.
  async replay(choice) {
    let moved = 0, kept = 0, after = null;
    do {
      const answer = await tell('/api/quarantine/replay', after === null ? choice : { ...choice, after });
      moved += answer.moved;
      kept += answer.kept;
      after = answer.after;
      this.told(`${moved + kept} tried.`);
    } while (after !== null);
    await this.show();
    this.told(`${formatCount(moved, 'point is a position', 'points are positions')} now, ` +
      `${formatCount(kept, 'stays', 'stay')} in quarantine.`);
  }

  async remove(choice) {
    const one = choice.number !== undefined;
    const what = one ? 'this point' : choice.device ? 'all points of this device' : 'all points of all devices';
    if (!await askFirst(`Delete ${what}?`, 'What the phone sent is gone then: it has no copy of it any more.', 'Delete')) return;
    let deleted = 0, done = false;
    while (!done) {
      const answer = await tell('/api/quarantine/delete', choice.device ? choice : { all: true });
      deleted += answer.deleted;
      done = answer.done;
    }
    await this.show();
    this.told(`${formatCount(deleted, 'point is', 'points are')} deleted.`);
  }

  told(text) {
    this.page.say(text);
    element('quarantine-said').textContent = text;
    element('quarantine-said').hidden = false;
    element('quarantine-title').focus();
  }
}
