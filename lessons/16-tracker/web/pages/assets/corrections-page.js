// The page Corrections: what is hidden, the quarantine, and the unit of speeds, each of one device.
// The part and the device are in the address: /corrections?device=1#units.

import { readDevices } from './api.js';
import { HiddenList } from './hidden-list.js';
import { QuarantineList } from './quarantine-list.js';
import { read } from './session.js';
import { SpeedUnits } from './speed-units.js';

const PARTS = ['hidden', 'quarantine', 'units'];

const element = (id) => document.getElementById(id);

class CorrectionsPage {
  constructor() {
    const page = {
      device: () => Number(element('device').value),
      attempt: (action) => this.attempt(action),
      say: (text) => { element('said').textContent = text; },
    };
    this.parts = { hidden: new HiddenList(page), quarantine: new QuarantineList(page), units: new SpeedUnits(page) };
    element('device').addEventListener('change', () => this.chooseDevice());
    window.addEventListener('hashchange', () => this.show(true));
  }

  async start() {
    await this.attempt(async () => {
      const [seen, { role }] = await Promise.all([readDevices(), read('/api/session')]);
      this.devices = seen.filter((device) => device.may_change);
      this.isAdmin = role === 'admin';
      element('device').replaceChildren(...this.devices.map(({ id, name }) => new Option(name, id)));
      const asked = new URLSearchParams(location.search).get('device');
      if (this.devices.some(({ id }) => String(id) === asked)) element('device').value = asked;
      if (seen.length === 0) this.tell('There is no device yet, and so nothing to correct.');
      else if (this.devices.length === 0) this.tell('You may look at devices here, but not correct them. An admin can change that.');
      else await this.show(false);
    });
  }

  // All of them are a choice for the quarantine only, and an admin's.
  offerAll(part) {
    const offered = element('device').options[0]?.value === '0';
    if (part === 'quarantine' && !offered && this.isAdmin && this.devices.length > 1) {
      const all = new Option('All devices', '0');
      element('device').prepend(all);
    } else if (part !== 'quarantine' && offered) {
      element('device').options[0].remove();
    }
  }

  chooseDevice() {
    const device = element('device').value;
    history.replaceState(null, '', `${device === '0' ? location.pathname : `?device=${device}`}${location.hash}`);
    return this.show(false);
  }

  part() {
    const name = location.hash.slice(1);
    if (PARTS.includes(name)) return name;
    return PARTS[0];
  }

  async show(moveFocus) {
    if (this.devices.length === 0) return; // and that has been said
    const part = this.part();
    this.tell('');
    this.offerAll(part);
    for (const name of PARTS) {
      element(`part-${name}`).hidden = name !== part;
      element(`${name}-said`).hidden = true;
    }
    for (const link of document.querySelectorAll('[data-part]')) {
      if (link.dataset.part === part) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    element('to-history').href = `/history?device=${element('device').value}`;
    document.querySelector('.skip').href = `#${part}-title`;
    if (moveFocus) element(`${part}-title`).focus();
    await this.attempt(() => this.parts[part].show());
  }

  async attempt(action) {
    try {
      await action();
    } catch (error) {
      this.tell(error.message);
    }
  }

  tell(text) {
    element('notice').textContent = text;
    element('notice').hidden = text === '';
  }
}

const page = new CorrectionsPage();
await page.start();
document.documentElement.dataset.ready = 'corrections';
