// In which unit a device says its speeds: how they are read, what the data says to that, and speeds
// that came before put right.

import { ask, correct, tell } from './correct-api.js';
import { daySpan } from './day.js';
import { formatCount } from './format.js';

export const UNIT_NAMES = { knots: 'knots', kmh: 'km/h', mps: 'm/s', mph: 'mph' };

const element = (id) => document.getElementById(id);
const options = (units) => units.map((unit) => new Option(UNIT_NAMES[unit] ?? 'what the protocol says', unit));

export class SpeedUnits {
  constructor(page) {
    this.page = page;
    const units = Object.keys(UNIT_NAMES);
    element('unit').append(...options(['default', ...units]));
    element('read-as').append(...options(units));
    element('sent-as').append(...options(units));
    element('unit-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.page.attempt(() => this.set(element('unit').value));
    });
    element('hint-set').addEventListener('click', () => this.page.attempt(() => this.set(this.suggested)));
    element('speeds-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.page.attempt(() => this.correctSpeeds());
    });
  }

  async show() {
    const hint = await ask('/api/corrections/units', { device: this.page.device() });
    element('unit').value = hint.unit;
    this.suggested = hint.suggested;
    element('hint').classList.toggle('well', hint.suggested === null);
    element('hint-text').textContent = this.textOf(hint);
    element('hint-set').hidden = hint.suggested === null;
    if (hint.suggested === null) return;
    element('hint-set').textContent = `Set ${UNIT_NAMES[hint.suggested]}`;
    element('read-as').value = hint.read_as;
    element('sent-as').value = hint.suggested;
  }

  textOf({ pairs, ratio, read_as: readAs, suggested, is_set: isSet }) {
    const since = isSet ? ' since the unit was set' : '';
    if (ratio === null) {
      return `Nothing can be said yet: ${formatCount(pairs, 'steady step', 'steady steps')} between two positions${since}, ` +
        'and it takes 30 that agree. The device must move and say its speed.';
    }
    const times = `${ratio.toFixed(2)} times as fast as it moves, over ${formatCount(pairs, 'steady step', 'steady steps')}${since}.`;
    if (suggested) {
      return `The phone seems to send ${UNIT_NAMES[suggested]}, and is read as ${UNIT_NAMES[readAs]}: it says to be ${times}`;
    }
    return Math.abs(Math.log(ratio)) < 0.1
      ? `Read as ${UNIT_NAMES[readAs]}, its speeds fit its way: it says to be ${times}`
      : `Its speeds do not fit its way, and no unit makes them fit: it says to be ${times}`;
  }

  async set(unit) {
    const before = element('unit').value;
    await tell('/api/corrections/unit', { device: this.page.device(), unit });
    const { read_as: readAs, sent_as: sentAs } = { read_as: element('read-as').value, sent_as: element('sent-as').value };
    await this.show();
    [element('read-as').value, element('sent-as').value] = [readAs, unit === 'default' ? sentAs : unit];
    if (before !== 'default' && before !== unit) element('read-as').value = before;
    this.told(`From now on the speeds are read as ${UNIT_NAMES[unit] ?? 'the protocol says'}. Those that came before can be put right below.`);
  }

  async correctSpeeds() {
    const [first, last] = [element('speeds-from').value, element('speeds-to').value].sort();
    const body = { device: this.page.device(), ...daySpan(first, last), read_as: element('read-as').value, sent_as: element('sent-as').value };
    const progress = element('speeds-progress');
    progress.hidden = false;
    progress.removeAttribute('value');
    try {
      const { points } = await correct('speeds', body, (count) => this.page.say(`${count} so far`));
      this.told(points === 0 ? 'There was no speed to put right in these days.'
        : `${formatCount(points, 'speed is', 'speeds are')} put right. Under “Hidden points” it can be undone.`);
    } finally {
      progress.hidden = true;
    }
  }

  told(text) {
    this.page.say(text);
    element('units-said').textContent = text;
    element('units-said').hidden = false;
  }
}
