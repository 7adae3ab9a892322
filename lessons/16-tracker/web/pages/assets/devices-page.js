// The page of the devices: who there is, how their apps are set up, and who is not let in and why.
// It asks anew every two seconds as long as somebody looks, since a refused phone is no event of the
// live stream. The address says which device is open: /devices?device=1.

import { addDevice, addIdentifier, readDetails } from './devices-api.js';
import { showDemo } from './demo.js';
import { DevicePanel, lastHeard } from './device-panel.js';
import { formatAge, formatPercent } from './format.js';
import { keepInStep, make, name, setText } from './make.js';
import { appOf } from './protocols.js';
import { RefusedList, strangersIn } from './refused-list.js';

const ASK_EVERY_MS = 2000;

const element = (id) => document.getElementById(id);

class DevicesPage {
  constructor() {
    this.refusedList = new RefusedList(element('refused-section'), {
      addTo: (device, identifier) => this.addTo(device, identifier),
      addNew: (identifier) => this.add(identifier, [identifier]) });
    element('add').addEventListener('click', () => this.toggleForm(element('add-form').hidden));
    element('add-cancel').addEventListener('click', () => this.toggleForm(false));
    element('add-form').addEventListener('submit', (event) => this.submit(event));
    element('add-form').addEventListener('keydown', ({ key }) => { if (key === 'Escape') this.toggleForm(false); });
    window.addEventListener('popstate', () => this.openFromAddress());
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.read(); });
    setInterval(() => { if (!document.hidden) this.read(); }, ASK_EVERY_MS);
  }

  async start() {
    showDemo();
    await this.read();
    this.openFromAddress();
  }

  // One reading at a time; a wish during a reading is granted after it.
  read() {
    this.reading = (this.reading ?? Promise.resolve()).then(() => this.readOnce());
    return this.reading;
  }

  async readOnce() {
    try {
      this.details = await readDetails();
      this.tell('');
    } catch (error) {
      return this.tell(error.message);
    }
    this.show();
  }

  show() {
    const { now, isAdmin, devices, refused, phones } = this.details;
    element('add').hidden = !isAdmin;
    element('none').hidden = devices.length > 0;
    this.refusedList.show(strangersIn(refused, devices), devices, now);
    keepInStep(element('list'), devices, ({ id }) => id,
      (item, device) => this.makeRow(item, device), (item, device) => this.updateRow(item, device, refused, now));
    this.panel ??= new DevicePanel(element('panel'), { phones, isAdmin,
      changed: () => this.read(), close: () => this.open(null) });
    const open = devices.find(({ id }) => id === this.opened);
    if (open) this.panel.update(open, devices, refused.filter(({ device }) => device === open.id), now);
    else if (this.opened) this.open(null);
    element('choose').hidden = Boolean(open) || devices.length === 0;
  }

  makeRow(item, { id }) {
    item.append(make('button', { type: 'button', className: 'device', data: { device: id },
      on: { click: () => this.open(id) } },
    make('bdi', { className: 'name' }), make('span', { className: 'age' }),
    make('span', { className: 'facts-line' }), make('span', { className: 'trouble', hidden: true })));
  }

  updateRow(item, device, refused, now) {
    const row = item.firstChild;
    row.setAttribute('aria-pressed', String(device.id === this.opened));
    setText(row.querySelector('.name'), device.name);
    const trouble = refused.find((each) => each.device === device.id);
    const heard = lastHeard(device, trouble);
    setText(row.querySelector('.age'), heard === null ? 'never heard' : formatAge(now - heard));
    const facts = [];
    if (device.last) facts.push(appOf(device.last.protocol));
    if (device.battery_pct !== null) facts.push(`battery ${formatPercent(device.battery_pct)}`);
    facts.push(...(device.identifiers ?? []));
    setText(row.querySelector('.facts-line'), facts.join(' · '));
    const line = row.querySelector('.trouble');
    const isOver = !trouble || (trouble.status !== 200 && device.seen > trouble.time);
    line.hidden = isOver;
    if (!isOver) setText(line, trouble.what);
  }

  openFromAddress() {
    const id = Number(new URLSearchParams(location.search).get('device'));
    this.open(this.details?.devices.some((device) => device.id === id) ? id : null, { isNew: false });
  }

  // `isNew`: the browser's "back" leads to where one was before.
  open(id, { isNew = true, token } = {}) {
    if (isNew && id !== (this.opened ?? null)) history.pushState(null, '', id ? `/devices?device=${id}` : '/devices');
    const before = this.opened;
    this.opened = id ?? undefined;
    document.body.classList.toggle('has-open', Boolean(id));
    if (!this.panel) return;
    const device = this.details.devices.find((each) => each.id === id);
    this.panel.open(device, token);
    this.show();
    if (device && isNew) element('panel').focus();
    else if (before && isNew) (document.querySelector(`[data-device="${before}"]`) ?? element('devices-title')).focus();
  }

  toggleForm(isOpen) {
    element('add-form').hidden = !isOpen;
    element('add').setAttribute('aria-expanded', String(isOpen));
    element('add-problem').hidden = true;
    (isOpen ? element('add-name') : element('add')).focus();
  }

  async submit(event) {
    event.preventDefault();
    const identifier = element('add-identifier').value;
    const failure = await this.add(element('add-name').value, identifier ? [identifier] : [], element('add-problem'));
    if (failure) return element('add-name').focus();
    element('add-form').reset();
    element('add-form').hidden = true;
    element('add').setAttribute('aria-expanded', 'false');
  }

  // Opens the new device with its token. True if it failed; then `place` says why.
  async add(text, identifiers, place = element('notice')) {
    try {
      const { device, token } = await addDevice(text, identifiers);
      place.hidden = true;
      await this.read();
      this.open(device, { token });
      return false;
    } catch (error) {
      place.textContent = error.message;
      place.hidden = false;
      return true;
    }
  }

  async addTo(device, identifier) {
    try {
      await addIdentifier(device, identifier);
      await this.read();
      this.open(device);
    } catch (error) {
      this.tell(error.message);
    }
  }

  tell(text) {
    element('notice').textContent = text;
    element('notice').hidden = text === '';
  }
}

const page = new DevicesPage();
await page.start();
document.documentElement.dataset.ready = 'devices';
