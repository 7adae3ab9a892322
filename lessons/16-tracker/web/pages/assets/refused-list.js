// Who was refused lately and is no known device: in a person's words, with what cures it, and where
// that is enough, with a button that does.

import { formatAge, formatCount } from './format.js';
import { button, keepInStep, make, name, setText } from './make.js';
import { appOf } from './protocols.js';

const SHOWN_AT_FIRST = 4;

const keyOf = ({ address, reason, called, what, protocol }) =>
  [address, reason, called, what, protocol].join('\n');

// An identifier that a device has by now is no news; nor is what a device did, which is on its panel.
export function strangersIn(refused, devices) {
  const known = new Set(devices.flatMap(({ identifiers = [] }) => identifiers));
  return refused.filter(({ device, called }) => device === 0 && !(called && known.has(called)));
}

// What somebody sent stands apart in the sentence: its marks that turn the writing about turn nothing else.
function sentence(what, called) {
  const at = called ? what.indexOf(called) : -1;
  return at < 0 ? [name(what)] : [what.slice(0, at), name(called), what.slice(at + called.length)];
}

export class RefusedList {
  // `actions` are addTo(device, identifier) and addNew(identifier); both may be slow.
  constructor(section, actions) {
    this.section = section;
    this.list = section.querySelector('ul');
    this.more = section.querySelector('button');
    this.actions = actions;
    this.more.addEventListener('click', () => {
      this.isWhole = !this.isWhole;
      this.show(this.cases, this.devices, this.now);
    });
  }

  show(cases, devices, now) {
    Object.assign(this, { cases, devices, now });
    this.section.hidden = cases.length === 0;
    const shown = this.isWhole ? cases : cases.slice(0, SHOWN_AT_FIRST);
    keepInStep(this.list, shown, keyOf, (item, each) => this.make(item, each),
      (item, each) => this.update(item, each));
    this.more.hidden = cases.length <= SHOWN_AT_FIRST;
    this.more.textContent = this.isWhole ? 'Show fewer' : `Show all ${cases.length}`;
  }

  make(item, { what, cure, called, reason }) {
    item.className = 'card';
    item.append(
      make('p', { className: 'from' }),
      make('p', { className: 'what' }, ...sentence(what, called)),
      make('p', { className: 'cure', textContent: cure }));
    if (called && reason === 'unknown_device') item.append(this.makeActions(called));
  }

  update(item, { address, protocol, time, count }) {
    const app = protocol ? ` · ${appOf(protocol)}` : '';
    const times = count > 1 ? ` · ${formatCount(count, 'time', 'times')}` : '';
    setText(item.querySelector('.from'), `${address}${app} · ${formatAge(this.now - time)}${times}`);
    const select = item.querySelector('select');
    if (select) this.updateChoice(select);
  }

  makeActions(called) {
    const select = make('select', { aria: { label: `Device that gets the identifier ${called}` } });
    const add = button('Add it to this device', () => this.actions.addTo(Number(select.value), called));
    const choice = make('div', { className: 'row choice' }, select, add);
    return make('div', { className: 'actions' }, choice,
      button('Add a device with it', () => this.actions.addNew(called), 'primary'));
  }

  // Made anew only when the devices are others. Of one device there is no choice.
  updateChoice(select) {
    const wanted = this.devices.map(({ id, name: text }) => `${id} ${text}`).join('\n');
    select.closest('.choice').hidden = this.devices.length === 0;
    if (select.dataset.devices === wanted) return;
    const isOne = this.devices.length === 1;
    select.hidden = isOne;
    select.nextSibling.textContent = isOne ? `Add it to ${this.devices[0].name}` : 'Add it to this device';
    const chosen = select.value;
    select.dataset.devices = wanted;
    select.replaceChildren(...this.devices.map(({ id, name: text }) => make('option', { value: id, textContent: text })));
    if (this.devices.some(({ id }) => String(id) === chosen)) select.value = chosen;
  }
}
