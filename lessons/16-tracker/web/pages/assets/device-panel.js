// One device: what is known of it, how its app is set up, and what may be changed. Members read it,
// admins change it. What is typed stays while the page reads anew.

import { askFirst } from './ask-first.js';
import { addIdentifier, countFixes, removeDevice, removeIdentifier, renameDevice, renewToken, shareDevice } from './devices-api.js';
import { DeviceRetention } from './device-retention.js';
import { DeviceThinning } from './device-thinning.js';
import { DeviceSetup } from './device-setup.js';
import { formatAge, formatCount, formatPercent } from './format.js';
import { button, keepInStep, make, name, setText } from './make.js';
import { appOf } from './protocols.js';

// A point that went into quarantine was heard as well.
export function lastHeard({ seen }, refusal) {
  return refusal?.status === 200 ? Math.max(seen ?? 0, refusal.time) : seen;
}

export class DevicePanel {
  // `changed()` reads everything anew; `close()` goes back to the list.
  constructor(element, { phones, isAdmin, changed, close }) {
    Object.assign(this, { element, phones, isAdmin, changed, close });
  }

  // Another device, or none; with its token, if that was just made.
  open(device, token = '') {
    this.device = device;
    this.setup = undefined;
    this.element.hidden = !device;
    if (!device) return this.element.replaceChildren();
    this.title = make('h2', { id: 'panel-title' });
    this.facts = make('dl', { className: 'facts' });
    this.last = make('div', { className: 'last-refusal', hidden: true });
    this.problem = make('p', { className: 'problem', hidden: true, aria: { role: 'alert' } });
    this.element.replaceChildren(
      button('All devices', () => this.close(), 'quiet back'), this.title, this.problem, this.facts, this.last);
    if (this.isAdmin && device.may_change) this.addParts(token);
  }

  addParts(token) {
    this.setup = new DeviceSetup(this.device.id, this.phones);
    if (token) this.setup.showToken(token);
    else this.setup.read();
    this.retention = new DeviceRetention(this.device, (work) => this.attempt(work));
    this.thinning = new DeviceThinning(this.device, (work) => this.attempt(work));
    this.element.append(this.setup.element, this.makeIdentifiers(), this.makeSharing(), this.retention.element, this.thinning.element,
      this.makeEdits());
  }

  // What is known now; `devices` are all, `refused` the cases of this one, the newest first.
  update(device, devices, refused, now) {
    this.device = device;
    this.title.replaceChildren(name(device.name));
    this.updateFacts(device, lastHeard(device, refused[0]), now);
    this.updateRefusal(refused[0], device, now);
    if (!this.setup) return;
    this.retention.update(device);
    this.thinning.update(device);
    keepInStep(this.identifiers, device.identifiers, (text) => text,
      (item, text) => item.append(name(text), button('Remove', () => this.dropIdentifier(text))), () => {});
    this.noIdentifier.hidden = device.identifiers.length > 0;
    const others = devices.filter(({ id }) => id !== device.id);
    this.sharing.hidden = others.length === 0;
    keepInStep(this.viewers, others, ({ id }) => id,
      (item, other) => this.makeViewer(item, other), (item, other) => this.updateViewer(item, other));
  }

  updateFacts({ battery_pct: battery, last, has_token: hasToken }, heard, now) {
    const facts = [
      ['Last heard', heard === null ? 'never' : formatAge(now - heard)],
      ['Last position', last ? `${formatAge(now - last.time)}, by ${appOf(last.protocol)}` : 'none yet'],
      ['Battery', formatPercent(battery)],
    ];
    if (this.setup) facts.push(['Token', hasToken ? 'it has one' : 'it has none']);
    const text = JSON.stringify(facts);
    if (this.facts.dataset.shown === text) return;
    this.facts.dataset.shown = text;
    this.facts.replaceChildren(...facts.map(([label, value]) =>
      make('div', {}, make('dt', { textContent: label }), make('dd', { textContent: value }))));
  }

  updateRefusal(refusal, { seen }, now) {
    this.last.hidden = !refusal;
    if (!refusal) return;
    const isOver = refusal.status !== 200 && seen !== null && seen > refusal.time;
    const from = refusal.address ? ` from ${refusal.address}` : '';
    const kind = refusal.status === 200 ? 'Put into quarantine' : 'Refused';
    const parts = [`${kind} ${formatAge(now - refusal.time)}${from}`, refusal.what,
      isOver ? 'It has been heard since.' : refusal.cure];
    if (this.last.dataset.shown === parts.join('\n')) return;
    this.last.dataset.shown = parts.join('\n');
    this.last.dataset.over = String(isOver);
    this.last.replaceChildren(
      make('p', { className: 'from', textContent: parts[0] }),
      make('p', { className: 'what' }, name(parts[1])),
      make('p', { className: 'cure', textContent: parts[2] }));
  }

  makeIdentifiers() {
    this.identifiers = make('ul', { className: 'chips' });
    this.noIdentifier = make('p', { className: 'fine', textContent: 'It has none: its app sends the token.' });
    const input = make('input', { id: 'new-identifier', type: 'text', required: true, maxLength: 128,
      autocomplete: 'off', autocapitalize: 'off', spellcheck: false });
    const form = make('form', { className: 'row' },
      make('label', { className: 'field' }, make('span', { textContent: 'Another identifier' }), input),
      make('button', { type: 'submit', textContent: 'Add it' }));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.attempt(async () => {
        await addIdentifier(this.device.id, input.value);
        input.value = '';
      });
    });
    return make('section', { aria: { labelledby: 'identifiers-title' } },
      make('h3', { id: 'identifiers-title', textContent: 'Identifiers' }),
      make('p', { className: 'fine', textContent: 'By which the app names itself. Who knows one can send as this device; a token is safer.' }),
      this.identifiers, this.noIdentifier, form);
  }

  dropIdentifier(text) {
    return this.attempt(async () => {
      await removeIdentifier(this.device.id, text);
      document.getElementById('new-identifier').focus();
    });
  }

  makeSharing() {
    this.viewers = make('ul', { className: 'checks' });
    this.sharing = make('section', { aria: { labelledby: 'sharing-title' } },
      make('h3', { id: 'sharing-title', textContent: 'Who sees it in OwnTracks' }),
      make('p', { className: 'fine', textContent: 'The app of each of these shows where this device is.' }), this.viewers);
    return this.sharing;
  }

  makeViewer(item, { id }) {
    const box = make('input', { type: 'checkbox', on: {
      change: () => this.attempt(() => shareDevice(this.device.id, id, box.checked)) } });
    item.append(make('label', { className: 'check' }, box, make('bdi')));
  }

  updateViewer(item, other) {
    setText(item.querySelector('bdi'), other.name);
    const box = item.querySelector('input');
    if (document.activeElement !== box) box.checked = this.device.seen_by.includes(other.id);
  }

  makeEdits() {
    const input = make('input', { id: 'new-name', type: 'text', required: true, maxLength: 64, value: this.device.name, autocomplete: 'off' });
    const form = make('form', { className: 'row' },
      make('label', { className: 'field' }, make('span', { textContent: 'Name' }), input),
      make('button', { type: 'submit', textContent: 'Rename' }));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.attempt(() => renameDevice(this.device.id, input.value));
    });
    return make('section', { aria: { labelledby: 'edit-title' } },
      make('h3', { id: 'edit-title', textContent: 'Name, token, removal' }), form,
      make('div', { className: 'row' },
        button('New token…', () => this.renew()),
        button('Remove this device…', () => this.remove(), 'danger')));
  }

  async renew() {
    const agreed = await askFirst('Make a new token?',
      'The old one stops working at once: the phone that sends with it is refused until its app has the new one.',
      'Make a new token', 'Cancel');
    if (!agreed) return;
    await this.attempt(async () => {
      const { token } = await renewToken(this.device.id);
      await this.setup.showToken(token);
      this.setup.element.scrollIntoView();
      this.setup.choice.focus();
    });
  }

  async remove() {
    await this.attempt(async () => {
      const fixes = await countFixes(this.device.id);
      const positions = fixes === 0 ? 'It has no position' : `With it go ${formatCount(fixes, 'position', 'positions')}`;
      const agreed = await askFirst(`Remove ${this.device.name}?`,
        `${positions}. Nothing brings them back but a backup.`, 'Remove it for good', 'Cancel');
      if (!agreed) return;
      await removeDevice(this.device.id);
      this.close();
    });
  }

  // Does it, and shows what the server says against it; nothing that was typed is lost.
  async attempt(work) {
    try {
      await work();
      this.problem.hidden = true;
    } catch (error) {
      this.problem.textContent = error.message;
      this.problem.hidden = false;
      this.problem.scrollIntoView({ block: 'nearest' });
    }
    await this.changed();
  }
}
