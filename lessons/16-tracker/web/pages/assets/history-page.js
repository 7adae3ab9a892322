// The history of one device or several: choose days, see the tracks, play them. The map, the chart
// and the slider always show the same moment: that of the player, or the one under the pointer while
// it is over the map or the chart. What is shown is in the page's address.

import { readAddress, writeAddress } from './address.js';
import { readDays, readDevices, readSummary, readTrack } from './api.js';
import { Chart } from './chart.js';
import { CorrectPanel } from './correct-panel.js';
import { showDemo } from './demo.js';
import { readoutOf, showFigures, showLegend, showTable, waitForFigures } from './figures.js';
import { tellTimesBy } from './format.js';
import { mercatorX, mercatorY } from './geo.js';
import { addBase, createMap, fit } from './map-view.js';
import { MOST_DEVICES, Picker } from './picker.js';
import { Player, rateFor } from './player.js';
import { coloursOf, makeShown, nearestMoment, reachOf } from './shown-tracks.js';
import { mergeDays } from './spans.js';
import { placeAt } from './track.js';
import { SpotLayer } from './spot-layer.js';
import { StoryView } from './story-view.js';
import { TrackDetail } from './track-detail.js';
import { TrackLayer } from './track-layer.js';
import { onThemeChange } from './theme.js';
import { zoneNamed } from './zone.js';

const MOST_FIXES = 50000; // of one device; more are seen nearer (track-detail.js)
const REACH_PIXELS = 24;
const SLIDER_STEPS = 2000;
const PARTS = ['figures', 'playback', 'legend', 'chart-box'];

const element = (id) => document.getElementById(id);
const press = (prefix, all, chosen) => all.forEach((what) =>
  element(`${prefix}-${what}`).setAttribute('aria-pressed', String(what === chosen)));

class HistoryPage {
  constructor() {
    this.state = { devices: [], span: null, zone: '' };
    this.shown = [];
    this.map = createMap(element('map'));
    this.layer = new TrackLayer().addTo(this.map);
    this.spots = new SpotLayer().addTo(this.map);
    this.detail = new TrackDetail(this.map, this.layer, (text) => this.tell(text));
    this.chart = new Chart(element('chart'), {
      hover: (time) => this.hover(time), seek: (time) => this.player.seek(time),
    });
    this.player = new Player({ time: (time) => this.show(time), playing: (on) => this.showPlaying(on) });
    this.story = new StoryView(this.map, element('story'), {
      track: () => this.shown[0]?.track, moment: () => this.player.time, seek: (time) => this.player.seek(time), chart: this.chart,
      alone: (device) => this.choose({ devices: [device] }),
    });
    this.picker = new Picker({
      devices: (devices) => this.choose({ devices }), span: (span) => this.choose({ span }),
      zone: (zone) => this.choose({ zone }), refuse: (text) => this.tell(text),
    });
    this.correcting = new CorrectPanel(this.map, element('correct'), {
      device: () => (this.shown[0]?.device ?? this.state.devices[0]), span: () => this.milliseconds, zone: () => zoneNamed(this.state.zone),
      time: () => this.player.time, seek: (time) => this.player.seek(time), reload: () => this.readAgain(),
    });
    this.listen();
  }

  listen() {
    element('play').addEventListener('click', () => this.player.toggle());
    element('rate').addEventListener('change', () => { this.player.rate = Number(element('rate').value); });
    element('position').addEventListener('input', () => {
      this.player.seek(this.player.first + Number(element('position').value) * this.sliderStep);
    });
    for (const what of ['time', 'distance']) element(`against-${what}`).addEventListener('click', () => this.chartAgainst(what));
    for (const what of ['speed', 'altitude']) element(`of-${what}`).addEventListener('click', () => this.chartOf(what));
    this.map.on('mousemove', ({ latlng }) => this.hover(this.momentNear(latlng), true));
    this.map.on('mouseout', () => this.hover(null, true));
    this.map.on('click', ({ latlng }) => {
      const time = this.momentNear(latlng);
      if (time !== null) this.player.seek(time);
    });
    document.addEventListener('keydown', (event) => this.key(event));
    window.addEventListener('popstate', () => this.goTo(readAddress(window.location.search, MOST_DEVICES)));
    onThemeChange(() => this.shown.length > 0 && showLegend(this.shown, this.layer.end));
  }

  // The space bar plays and pauses, except where it has a meaning of its own.
  key(event) {
    if (event.key !== ' ' || event.target.closest('button, select, input, summary, a')) return;
    if (this.shown.length === 0) return;
    event.preventDefault();
    this.player.toggle();
  }

  async start() {
    addBase(this.map, (text) => this.tell(text));
    const asked = readAddress(window.location.search, MOST_DEVICES);
    showDemo();
    await this.attempt(async () => {
      this.all = await readDevices();
      if (this.all.length === 0) this.tell('There is no device yet: one is added on the page Devices, behind “More”.');
      else await this.goTo(asked);
    });
  }

  // Runs something that asks the server, and shows why it failed.
  async attempt(action) {
    try {
      await action();
    } catch (error) {
      if (error.name !== 'AbortError') this.tell(error.message);
    }
  }

  // What an address asks for. Devices that are not there, and zones, count as not asked.
  async goTo(asked) {
    const devices = asked.devices.filter((id) => this.all.some((device) => device.id === id));
    const zone = zoneNamed(asked.zone) ? asked.zone : '';
    await this.load({ ...asked, devices: devices.length > 0 ? devices : [this.all[0].id], zone }, 'replaceState');
  }

  choose(change) {
    return this.load({ ...this.state, ...change }, 'pushState');
  }

  // What is being read for an earlier choice is dropped.
  load(state, keep) {
    this.reading?.abort();
    this.reading = new AbortController();
    this.state = state;
    tellTimesBy(zoneNamed(state.zone).name);
    this.picker.colours = coloursOf(state.devices);
    this.picker.setDevices(this.all, state.devices);
    if (state.span) this.keepAddress(keep);
    return this.attempt(() => this.read(keep, this.reading.signal));
  }

  // After a correction.
  readAgain() {
    this.daysOf = '';
    return this.load(this.state, 'replaceState');
  }

  keepAddress(how) {
    const address = writeAddress(this.state);
    if (address !== window.location.search) window.history[how](null, '', address);
  }

  async read(keep, signal) {
    const days = this.readDays(signal);
    days.catch(() => {}); // it is looked at below
    if (!this.state.span) {
      await this.showDays(days);
      const newest = this.picker.newest();
      if (!newest) return this.clear('This device has sent no position yet.');
      this.state = { ...this.state, span: { from: newest, to: newest } };
      this.keepAddress('replaceState');
    }
    const { devices, span, zone } = this.state;
    const { from, to } = zoneNamed(zone).span(span.from, span.to);
    this.milliseconds = { from, to };
    this.picker.show(span, zone);
    const tracks = await Promise.all(devices.map((id) => readTrack(id, from, to, MOST_FIXES, signal)));
    const shown = makeShown(this.all, devices, tracks);
    if (shown.length === 0) this.clear(span.from === span.to ? 'There is no position on this day.' : 'There is no position in these days.');
    else this.open(shown, { from, to });
    await this.showDays(days);
    this.picker.show(span, zone);
    if (shown.length > 1) this.story.showSeveral(shown);
    else await this.story.show(shown[0]?.device ?? devices[0], { from, to }, signal);
    if (shown.length > 0) await this.addUp(shown, { from, to }, signal);
  }

  // The list of days is read anew only for other devices or another zone.
  async readDays(signal) {
    const zone = zoneNamed(this.state.zone);
    const key = `${this.state.devices} ${zone.name}`;
    if (key === this.daysOf) return null;
    const lists = await Promise.all(this.state.devices.map((id) => readDays(id, zone.changes(), signal)));
    this.daysOf = key;
    return mergeDays(lists);
  }

  async showDays(reading) {
    const days = await reading;
    if (days) this.picker.setDays(days);
  }

  async addUp(shown, { from, to }, signal) {
    const summaries = await Promise.all(shown.map(({ device }) => readSummary(device, from, to, signal)));
    if (signal.aborted) return;
    shown.forEach((one, i) => { one.summary = summaries[i]; });
    element('status').textContent = showFigures(shown);
  }

  open(shown, span) {
    const missing = this.state.devices.length - shown.length;
    this.tell(missing === 0 ? '' : missing === 1 ? 'One of the devices has no position there.' : `${missing} of the devices have no position there.`);
    this.shown = shown;
    for (const id of PARTS) element(id).hidden = false;
    element('chart-of').hidden = shown.length === 1;
    element('chart-keys').hidden = shown.length > 1;
    waitForFigures();
    this.layer.setTracks(shown);
    showLegend(shown, this.layer.end);
    showTable(shown[0].track);
    const { first, last, bounds } = reachOf(shown);
    this.player.load(first, last);
    this.player.rate = rateFor(last - first, Number(element('rate').value));
    element('rate').value = this.player.rate;
    this.sliderStep = Math.max(1000, Math.ceil((last - first) / SLIDER_STEPS / 1000) * 1000);
    element('position').max = Math.ceil((last - first) / this.sliderStep);
    this.chart.setTracks(shown, zoneNamed(this.state.zone).name);
    element('chart').setAttribute('aria-valuemax', Math.round((last - first) / 1000));
    this.map.invalidateSize({ animate: false });
    fit(this.map, bounds);
    this.detail.setTracks(shown, span);
    this.show(first);
    this.correcting.show(shown.length === 1 && shown[0].mayChange ? shown[0].track : null); // of one device at a time
    // The picture after the next one has it.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      performance.mark('track painted');
      document.documentElement.dataset.painted = 'track';
    }));
  }

  clear(text) {
    this.shown = [];
    this.story.clear();
    this.player.load(0, 0);
    this.detail.forget();
    this.layer.setTracks([]);
    this.chart.setTracks([]);
    this.spots.mark([]);
    for (const id of PARTS) element(id).hidden = true;
    this.tell(text);
    this.correcting.show(null);
  }

  // The moment of the player, in map, chart, slider and text.
  show(time) {
    if (this.shown.length === 0) return;
    this.chart.show(time);
    const text = this.mark(time);
    element('position').value = Math.round((time - this.player.first) / this.sliderStep);
    element('position').setAttribute('aria-valuetext', text);
    element('chart').setAttribute('aria-valuenow', Math.round((time - this.player.first) / 1000));
    element('chart').setAttribute('aria-valuetext', text);
    this.correcting.moved();
    this.story.momentChanged();
  }

  // Puts each device where it was, and says it. A device that was not heard yet, or no longer, stands
  // at its first or last place.
  mark(time) {
    const places = this.shown.map(({ track }) => placeAt(track, time));
    this.spots.mark(places.map(({ latitude, longitude }, i) => ({ x: mercatorX(longitude), y: mercatorY(latitude),
      colour: this.shown.length > 1 ? this.shown[i].colour : undefined })));
    const text = readoutOf(this.shown, places.map(({ index }) => index), time, this.player.last - this.player.first);
    element('readout').textContent = text;
    return text;
  }

  // The moment under the pointer; null when it left.
  hover(time, overMap = false) {
    if (this.shown.length === 0 || this.player.running || time === this.hovered) return;
    this.hovered = time;
    if (time === null) {
      this.show(this.player.time);
      return;
    }
    this.mark(time);
    if (overMap) this.chart.show(time);
  }

  momentNear({ lat, lng }) {
    const reach = REACH_PIXELS / (256 * 2 ** this.map.getZoom());
    return nearestMoment(this.shown, mercatorX(lng), mercatorY(lat), reach);
  }

  chartAgainst(what) {
    press('against', ['time', 'distance'], what);
    this.chart.setAgainst(what);
    this.show(this.player.time);
  }

  chartOf(what) {
    press('of', ['speed', 'altitude'], what);
    this.chart.setWhat(what);
  }

  showPlaying(on) {
    element('play').setAttribute('aria-pressed', String(on));
    element('play-text').textContent = on ? 'Pause' : 'Play';
  }

  tell(text) {
    element('notice').textContent = text;
    element('notice').hidden = text === '';
  }
}

const page = new HistoryPage();
await page.start();
document.documentElement.dataset.ready = 'history';
