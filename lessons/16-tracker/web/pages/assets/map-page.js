// The live map. Reads where everybody is and the trails of today, then follows the stream. What is
// read and what is streamed may overlap: the fleet takes each fix once, whatever the order.

import { readDevices, readPositions, readTrack } from './api.js';
import { daySpan, dayOf } from './day.js';
import { showDemo } from './demo.js';
import { DeviceCard } from './device-card.js';
import { DeviceList } from './device-list.js';
import { Fleet } from './fleet.js';
import { formatTime } from './format.js';
import { boundsOf, nearestCopy } from './geo.js';
import { Live } from './live.js';
import { LiveLayer } from './live-layer.js';
import { addBase, createMap, fit, rememberedView, rememberView } from './map-view.js';
import { TrailLayer } from './trail-layer.js';

const VIEW_KEY = 'waymark.map.view';
const TRAIL_POINTS = 5000;      // asked for of one device; the server thins out the rest
const AGE_REFRESH_MS = 5000;
const CLOSE_ZOOM = 15;
const MANY_DEVICES = 8; // more than that are looked for by name

const element = (id) => document.getElementById(id);

class MapPage {
  constructor() {
    this.fleet = new Fleet();
    this.clockAhead = 0; // the server's clock minus ours
    const now = () => Date.now() + this.clockAhead;
    this.now = now;
    this.selected = null;
    this.map = createMap(element('map'));
    this.trails = new TrailLayer(this.fleet).addTo(this.map);
    this.places = new LiveLayer(this.fleet, now).addTo(this.map);
    this.list = new DeviceList(element('devices'), now, (id) => this.select(id));
    this.card = new DeviceCard(element('card'), now, {
      close: () => this.select(null),
      follow: (wanted) => this.setFollowing(wanted),
    });
    this.listen();
  }

  listen() {
    element('show-all').addEventListener('click', () => this.showAll());
    element('more').addEventListener('click', () => this.toggleSheet());
    element('find').addEventListener('input', () => this.find());
    // Who moves the map wants to look elsewhere; who zooms does not.
    this.map.on('dragstart', () => this.setFollowing(false));
    element('map').addEventListener('keydown', ({ key }) => {
      if (key.startsWith('Arrow')) this.setFollowing(false);
    });
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !event.target.closest('input, details')) this.select(null);
    });
    this.map.on('click', ({ containerPoint }) => {
      const device = this.places.deviceAt(containerPoint);
      if (device) this.select(device.id);
    });
    setInterval(() => this.showAges(), AGE_REFRESH_MS);
  }

  async start() {
    addBase(this.map, (text) => this.tell(text));
    await this.readAll();
    this.map.invalidateSize({ animate: false }); // a banner may have taken some of its height
    this.firstView();
    rememberView(this.map, VIEW_KEY);
    this.live = new Live('/api/live', {
      open: () => this.readAll(),
      reset: () => this.readAnew(),
      devices: () => this.readAll(),
      fixes: (rows) => this.apply(rows),
      state: (state) => this.showState(state),
    });
    this.live.follow();
  }

  // Everything from the server, one reading at a time; a wish during a reading is granted after it.
  async readAll() {
    if (this.reading) {
      this.readAgain = true;
      return;
    }
    this.reading = true;
    do {
      this.readAgain = false;
      try {
        await this.read();
        this.tell('');
      } catch (error) {
        this.tell(error.message);
      }
    } while (this.readAgain);
    this.reading = false;
  }

  // The server no longer knows what we missed, or what it said is not so any more.
  readAnew() {
    this.fleet.forgetPlaces();
    return this.readAll();
  }

  async read() {
    const [devices, { now, positions }] = await Promise.all([readDevices(), readPositions(), showDemo()]);
    if (Number.isFinite(now)) this.clockAhead = now - Date.now();
    this.fleet.setDevices(devices);
    this.fleet.setPositions(positions);
    this.list.setDevices(this.fleet.devices.values());
    this.showCard(); // it may be gone
    this.showEmptiness();
    this.redraw();
    await this.readTrails();
  }

  async readTrails() {
    const { from, to } = this.today();
    this.trailsFrom = from;
    const devices = this.fleet.placed().filter((device) => device.last.time >= from);
    for (const { id } of devices) {
      const wanted = this.fleet.trackWanted(id, from);
      this.fleet.addTrack(id, await readTrack(id, wanted, to, TRAIL_POINTS));
      this.trails.redraw();
    }
  }

  today() {
    const day = dayOf(this.now());
    return daySpan(day, day);
  }

  apply(rows) {
    const { from } = this.today();
    if (this.trailsFrom !== from) this.fleet.clearTrails(); // a new day begins with no trails
    this.trailsFrom = from;
    const { changed, strangers } = this.fleet.applyRows(rows, from);
    if (strangers.size > 0) this.readAll();
    if (changed.size === 0) return;
    this.lastUpdate = Date.now();
    this.list.update();
    this.card.update();
    this.redraw();
    if (this.following && changed.has(this.selected)) this.follow();
  }

  redraw() {
    this.trails.redraw();
    this.places.redraw();
  }

  showAges() {
    this.list.update();
    this.card.update();
    this.places.redraw();
  }

  // A second click lets go of the device, as null does.
  select(id) {
    const before = this.selected;
    this.selected = before === id && this.following ? null : id;
    this.following = this.selected !== null;
    this.trails.selected = this.places.selected = this.selected;
    const focus = document.activeElement;
    this.list.select(this.selected);
    this.showCard();
    // The focus stays where something can be seen: on a phone the card takes the place of the list.
    if (this.selected === null && element('card').contains(focus)) this.list.focus(before);
    else if (element('devices').contains(focus) && focus.offsetParent === null) element('card-close').focus();
    this.redraw();
    if (this.following) this.follow();
  }

  setFollowing(wanted) {
    if (this.selected === null || this.following === wanted) return;
    this.following = wanted;
    this.showCard();
    if (wanted) this.follow();
  }

  showCard() {
    const device = this.fleet.devices.get(this.selected);
    this.card.show(device?.last ? device : null, this.following);
    element('panel').classList.toggle('with-card', Boolean(device?.last));
  }

  find() {
    const found = this.list.find(element('find').value);
    element('found').textContent = element('find').value.trim() === '' ? '' : `${found} found`;
  }

  follow() {
    const { last } = this.fleet.devices.get(this.selected) ?? {};
    if (!last) return;
    const longitude = nearestCopy(last.longitude, this.map.getCenter().lng);
    this.map.setView([last.latitude, longitude], Math.max(this.map.getZoom(), CLOSE_ZOOM), { animate: false });
  }

  bounds() {
    const lasts = this.fleet.placed().map((device) => device.last);
    const first = lasts[0]?.longitude ?? 0;
    return boundsOf(lasts.map((last) => last.latitude),
      lasts.map((last) => nearestCopy(last.longitude, first)));
  }

  showAll() {
    this.setFollowing(false);
    fit(this.map, this.bounds());
  }

  // The view of last time if anybody can be seen in it, all devices otherwise.
  firstView() {
    const view = rememberedView(VIEW_KEY);
    if (view) {
      const [latitude, longitude, zoom] = view;
      this.map.setView([latitude, longitude], zoom, { animate: false });
      const shown = this.map.getBounds();
      if (this.fleet.placed().some(({ last }) =>
        shown.contains([last.latitude, nearestCopy(last.longitude, longitude)]))) return;
    }
    this.showAll();
  }

  showEmptiness() {
    const count = this.fleet.devices.size;
    element('empty').hidden = count > 0;
    element('show-all').hidden = this.fleet.placed().length === 0;
    element('more').hidden = count < 3;
    element('search').hidden = count <= MANY_DEVICES;
  }

  showState(state) {
    const status = element('status');
    const since = this.lastUpdate ? `, last update ${formatTime(this.lastUpdate)}` : '';
    const text = { live: 'Live', reconnecting: `Reconnecting…${since}`, paused: 'Paused' }[state];
    status.dataset.state = state;
    if (status.textContent !== text) status.textContent = text;
  }

  toggleSheet() {
    const open = element('panel').classList.toggle('open');
    element('more').setAttribute('aria-expanded', String(open));
    element('more').textContent = open ? 'Less' : 'More';
  }

  tell(text) {
    element('notice').textContent = text;
    element('notice').hidden = text === '';
  }
}

const page = new MapPage();
await page.start();
document.documentElement.dataset.ready = 'map';
