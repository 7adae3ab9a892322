// What somebody sees who has a share link: one device on the map, its way, and a few facts. The
// secret stands behind '#', where no server and no log sees it.

import { batteryText } from './device-facts.js';
import { formatAge, formatCourse, formatDate, formatDistance, formatMetres, formatMoment, formatPlace, formatShortTime, formatSpeed } from './format.js';
import { boundsOf, mercatorX, mercatorY } from './geo.js';
import { addBase, createMap, fit } from './map-view.js';
import { Bell, SharedLink } from './shared-api.js';
import { SpotLayer } from './spot-layer.js';
import { TrackLayer } from './track-layer.js';
import { makeTrack } from './track.js';

const WHOLE_AGAIN_MS = 60000; // what comes late lies before the newest fix
const AGE_EVERY_MS = 10000;
const STATES = { live: 'Live', reconnecting: 'Connecting…', paused: 'Paused' };

const element = (id) => document.getElementById(id);

// One after the other. The first fix of `more` is the last one of `columns`, to which the line leads.
function joined(columns, more) {
  if (columns.count === 0 || more.count === 0) return columns.count === 0 ? more : columns;
  const result = { ...columns, count: columns.count + more.count - 1 };
  for (const name of ['times', 'longitudeE7', 'latitudeE7', 'speed', 'altitude', 'breaks']) {
    result[name] = new columns[name].constructor(result.count);
    result[name].set(columns[name]);
    result[name].set(more[name].subarray(1), columns.count);
  }
  return result;
}

class SharedPage {
  constructor(secret) {
    this.link = new SharedLink(secret);
    this.columns = null;
    this.last = null;
    this.reading = Promise.resolve();
    this.isOver = false;
  }

  async start() {
    const about = await this.link.about();
    document.title = `${about.name} · Waymark`;
    element('title').textContent = about.name;
    this.about = about;
    this.clock = about.now - Date.now();
    this.map = createMap(element('map'));
    this.layer = new TrackLayer().addTo(this.map);
    this.spot = new SpotLayer().addTo(this.map);
    element('newest').addEventListener('click', () => this.showNewest());
    element('all').addEventListener('click', () => this.showAll());
    addBase(this.map, (text) => this.tell(text), this.link);
    await this.readWhole();
    this.showAll();
    this.sayWhat();
    setInterval(() => this.isOver || this.describe(), AGE_EVERY_MS);
    if (about.live) this.listen();
    else this.say('still', `Until ${this.moment(about.to)}`);
  }

  now = () => Date.now() + this.clock;
  moment = (time) => `${formatDate(time)}, ${formatShortTime(time)}`;

  sayWhat() {
    const { live, from, to, ends } = this.about;
    element('span').textContent = live
      ? `You see where this is since ${this.moment(from)}, live until ${this.moment(ends)}.`
      : `You see the way from ${this.moment(from)} to ${this.moment(to)}. The link is good until ${this.moment(ends)}.`;
  }

  listen() {
    this.bell = new Bell(this.link, {
      open: () => this.queue(() => this.readWhole()),
      news: () => this.queue(() => this.readNew()),
      reset: () => this.queue(() => this.readWhole()),
      ended: (words) => this.end(words),
      state: (state) => this.say(state, STATES[state]),
    });
    this.bell.follow();
  }

  // One reading after the other: an old answer must not come after a newer one.
  queue(reading) {
    this.reading = this.reading.then(() => !this.isOver && reading()).then(() => this.isOver || this.tell(''), (error) => {
      if (error.isOver) this.end(error.message);
      else if (!this.isOver) this.tell(error.message);
    });
  }

  async readWhole() {
    this.columns = await this.link.track();
    this.wholeAt = Date.now();
    await this.readLast();
  }

  async readNew() {
    const { count, times } = this.columns;
    if (count === 0 || Date.now() - this.wholeAt > WHOLE_AGAIN_MS) return this.readWhole();
    const more = await this.link.track(times[count - 1]);
    if (more.times[0] !== times[count - 1]) return this.readWhole(); // it is hidden by now
    this.columns = joined(this.columns, more);
    return this.readLast();
  }

  async readLast() {
    const { last } = await this.link.about();
    if (this.isOver) return;
    const wasSeen = this.isInView();
    this.last = last;
    this.track = makeTrack(this.columns);
    this.layer.setTracks([{ track: this.track, colour: 0 }]);
    this.spot.mark(last ? [{ x: mercatorX(last.lon), y: mercatorY(last.lat), colour: 0 }] : []);
    if (wasSeen && !this.isInView()) this.showNewest();
    this.describe();
  }

  isInView() {
    return Boolean(this.last) && this.map.getBounds().contains([this.last.lat, this.last.lon]);
  }

  describe() {
    const { last, track } = this;
    element('facts').hidden = element('deeds').hidden = !last;
    if (!last) {
      element('when').textContent = this.about.live ? 'No position yet. It is shown here when the next one comes.' : 'There is no position in this span.';
      return;
    }
    const age = this.now() - last.time;
    element('when').textContent = this.about.live
      ? `Position of ${formatMoment(last.time, this.now())}, ${formatAge(age)}`
      : `Last position: ${this.moment(last.time)}`;
    const way = [formatSpeed(last.speed_mps), last.speed_mps > 0.3 ? formatCourse(last.course_deg) : ''];
    this.fact('speed', last.speed_mps === null ? '' : way.filter((text) => text !== '').join(', '));
    this.fact('accuracy', last.accuracy_m > 0 ? `± ${formatMetres(last.accuracy_m)}` : '');
    this.fact('battery', batteryText(last.battery_pct ?? null));
    this.fact('way', track.count > 1 ? formatDistance(track.distances[track.count - 1]) : '');
    this.fact('place', formatPlace(last.lat, last.lon));
  }

  fact(name, text) {
    if (element(name).textContent !== text) element(name).textContent = text;
    element(name).parentElement.hidden = text === '';
  }

  showNewest() {
    if (this.last) this.map.setView([this.last.lat, this.last.lon], Math.max(this.map.getZoom(), 14), { animate: false });
  }

  showAll() {
    fit(this.map, boundsOf(this.track.latitudes, this.track.longitudes));
  }

  say(state, text) {
    element('status').dataset.state = state;
    if (element('status').textContent !== text) element('status').textContent = text;
  }

  tell(text) {
    element('notice').textContent = text;
    element('notice').hidden = text === '';
  }

  // Nothing of it stays on the page.
  end(words) {
    if (this.isOver) return;
    this.isOver = true;
    this.bell?.close();
    this.map?.remove();
    document.body.dataset.over = '';
    document.title = 'Shared with you · Waymark';
    element('title').textContent = 'There is nothing to see here';
    for (const id of ['when', 'span']) element(id).textContent = '';
    element('facts').remove();
    element('deeds').remove();
    this.tell(words);
  }
}

async function open() {
  const page = new SharedPage(window.location.hash.slice(1));
  try {
    await page.start();
  } catch (error) {
    if (error.isOver) page.end(error.message);
    else page.tell(error.message);
  }
  document.documentElement.dataset.ready = 'shared';
}

window.addEventListener('hashchange', () => window.location.reload());
await open();
