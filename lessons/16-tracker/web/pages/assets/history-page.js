// The history of one device: choose days, see the track, play it. The map, the chart and the slider
// always show the same moment: that of the player, or the one under the pointer while it is over
// the map or the chart.

import { readDays, readDevices, readTrack } from './api.js';
import { Chart } from './chart.js';
import { CorrectPanel } from './correct-panel.js';
import { daySpan, offsetChanges } from './day.js';
import { showDemo } from './demo.js';
import { readoutOf, showFigures, showLegend } from './figures.js';
import { boundsOf, mercatorX, mercatorY } from './geo.js';
import { addBase, createMap, fit } from './map-view.js';
import { Picker, readAddress } from './picker.js';
import { Player } from './player.js';
import { makeTrack, nearestFix, placeAt } from './track.js';
import { SpotLayer } from './spot-layer.js';
import { TrackLayer } from './track-layer.js';
import { onThemeChange } from './theme.js';

const MOST_FIXES = 200000;
const REACH_PIXELS = 24;
const SLIDER_STEP_MS = 1000;

const element = (id) => document.getElementById(id);

class HistoryPage {
  constructor() {
    this.map = createMap(element('map'));
    this.layer = new TrackLayer().addTo(this.map);
    this.spot = new SpotLayer().addTo(this.map);
    this.chart = new Chart(element('chart'), {
      hover: (index) => this.hover(index),
      seek: (index) => this.player.seek(this.track.times[index]),
    });
    this.player = new Player({ time: (time) => this.show(time), playing: (on) => this.showPlaying(on) });
    this.picker = new Picker({
      device: (id) => this.openDevice(id, null, null),
      days: (from, to) => this.openDays(from, to),
      refuse: (text) => this.tell(text),
    });
    this.correcting = new CorrectPanel(this.map, element('correct'), {
      device: () => this.picker.device(), span: () => daySpan(this.picker.from, this.picker.to),
      time: () => this.player.time, seek: (time) => this.player.seek(time),
      reload: () => this.openDevice(this.picker.device(), this.picker.from, this.picker.to),
    });
    this.listen();
  }

  listen() {
    element('play').addEventListener('click', () => this.player.toggle());
    element('rate').addEventListener('change', () => { this.player.rate = Number(element('rate').value); });
    element('position').addEventListener('input', () => {
      this.player.seek(this.player.first + Number(element('position').value) * SLIDER_STEP_MS);
    });
    for (const what of ['time', 'distance']) {
      element(`against-${what}`).addEventListener('click', () => this.chartAgainst(what));
    }
    this.map.on('mousemove', ({ latlng }) => this.hover(this.fixNear(latlng), true));
    this.map.on('mouseout', () => this.hover(null, true));
    this.map.on('click', ({ latlng }) => {
      const index = this.fixNear(latlng);
      if (index !== null) this.player.seek(this.track.times[index]);
    });
    document.addEventListener('keydown', (event) => this.key(event));
    onThemeChange(() => this.track && showLegend(this.layer.end));
  }

  // The space bar plays and pauses, except where it has a meaning of its own.
  key(event) {
    if (event.key !== ' ' || event.target.closest('button, select, input, summary, a')) return;
    if (!this.track) return;
    event.preventDefault();
    this.player.toggle();
  }

  async start() {
    addBase(this.map, (text) => this.tell(text));
    const asked = readAddress(window.location.search);
    await showDemo();
    await this.attempt(async () => {
      const devices = await readDevices();
      this.picker.setDevices(devices, asked.device);
      if (devices.length === 0) this.tell('There is no device yet. Add one with: tracker device add alice/phone');
      else await this.openDevice(this.picker.device(), asked.from, asked.to);
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

  async openDevice(id, from, to) {
    const signal = this.newReading();
    await this.attempt(async () => {
      this.picker.setDays(await readDays(id, offsetChanges(), signal));
      const newest = this.picker.newest();
      this.tell('');
      if (from) this.picker.choose(from, to);
      else if (newest) this.picker.choose(newest);
      else this.clear('This device has sent no position yet.');
      await this.loading;
    });
  }

  // What is being read for an earlier choice is dropped.
  newReading() {
    this.reading?.abort();
    this.reading = new AbortController();
    return this.reading.signal;
  }

  openDays(from, to) {
    const signal = this.newReading();
    const span = daySpan(from, to);
    this.loading = this.attempt(async () => {
      const track = makeTrack(await readTrack(this.picker.device(), span.from, span.to, MOST_FIXES, signal));
      if (track.count === 0) this.clear('There is no position on this day.');
      else this.open(track);
    });
  }

  open(track) {
    this.tell('');
    this.track = track;
    for (const id of ['figures', 'playback', 'legend', 'chart-box']) element(id).hidden = false;
    this.layer.setTrack(track);
    showLegend(this.layer.end);
    element('status').textContent = showFigures(track);
    this.player.load(track.times[0], track.times[track.count - 1]);
    element('position').max = Math.ceil((this.player.last - this.player.first) / SLIDER_STEP_MS);
    this.chart.setTrack(track);
    this.map.invalidateSize({ animate: false });
    fit(this.map, boundsOf(track.latitudes, track.longitudes));
    this.show(this.player.first);
    this.correcting.show(track);
  }

  clear(text) {
    this.track = null;
    this.player.load(0, 0);
    this.layer.setTrack({ count: 0, speeds: [] });
    this.spot.mark(null);
    for (const id of ['figures', 'playback', 'legend', 'chart-box']) element(id).hidden = true;
    this.tell(text);
    this.correcting.show(null);
  }

  // The moment of the player, in map, chart, slider and text.
  show(time) {
    if (!this.track) return;
    const place = placeAt(this.track, time);
    this.spot.mark({ x: mercatorX(place.longitude), y: mercatorY(place.latitude) });
    this.chart.show(place.index);
    const text = readoutOf(this.track, place.index, time);
    element('readout').textContent = text;
    element('position').value = Math.round((time - this.player.first) / SLIDER_STEP_MS);
    element('position').setAttribute('aria-valuetext', text);
    this.correcting.moved();
  }

  // The fix under the pointer; null when it left.
  hover(index, overMap = false) {
    if (!this.track || this.player.running || index === this.hovered) return;
    this.hovered = index;
    if (index === null) {
      this.show(this.player.time);
      return;
    }
    this.spot.mark({ x: this.track.x[index], y: this.track.y[index] });
    element('readout').textContent = readoutOf(this.track, index, this.track.times[index]);
    if (overMap) this.chart.show(index);
  }

  fixNear({ lat, lng }) {
    if (!this.track) return null;
    const reach = REACH_PIXELS / (256 * 2 ** this.map.getZoom());
    const index = nearestFix(this.track, mercatorX(lng), mercatorY(lat), reach);
    return index < 0 ? null : index;
  }

  chartAgainst(what) {
    for (const other of ['time', 'distance']) {
      element(`against-${other}`).setAttribute('aria-pressed', String(other === what));
    }
    this.chart.setAgainst(what);
    this.show(this.player.time);
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
