// Speed and altitude of a track, against time or distance; of several tracks the one or the other,
// each in its device's colour. uPlot draws it. Moving over it tells the moment; dragging zooms in, a
// double click zooms out; the arrow keys go from fix to fix. Its text alternative is the table.

import { chartAxis } from './chart-axis.js';
import { deviceColour, onThemeChange, theme } from './theme.js';
import { lastNotAbove } from './track.js';

const { uPlot } = window;
const NARROW_PIXELS = 480;
const FAR_STEPS = 20;

const orNull = (values, factor) => Array.from(values, (value) => (Number.isFinite(value) ? value * factor : null));

export class Chart {
  // `on` has hover(ms or null) and seek(ms).
  constructor(element, on) {
    Object.assign(this, { element, on, against: 'time', what: 'speed', shown: [], time: 0 });
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(element);
    onThemeChange(() => this.rebuild());
    // uPlot tells of its cursor also when we move it; only a pointer counts.
    element.addEventListener('pointermove', () => { this.pointing = true; });
    element.addEventListener('pointerleave', () => {
      this.pointing = false;
      this.on.hover(null);
    });
    element.addEventListener('click', () => {
      const index = this.plot?.cursor.idx;
      if (Number.isInteger(index)) this.on.seek(this.timeAt(this.plot.data[0][index]));
    });
    element.addEventListener('keydown', (event) => this.key(event));
  }

  // Of { track, colour } (track-layer.js). `zone` names the clock of the axis.
  setTracks(shown, zone) {
    Object.assign(this, { shown, zone });
    this.rebuild();
  }

  setAgainst(what) {
    this.against = what;
    this.rebuild();
  }

  // 'speed' or 'altitude'; one track alone shows both.
  setWhat(what) {
    this.what = what;
    this.rebuild();
  }

  // Distances are those of the first device.
  timeAt(position) {
    const [{ track }] = this.shown;
    if (this.against === 'time') return position * 1000;
    return track.times[lastNotAbove(track.distances, position * 1000)];
  }

  positionAt(time) {
    const [{ track }] = this.shown;
    return this.against === 'time' ? time / 1000 : track.distances[lastNotAbove(track.times, time)] / 1000;
  }

  key(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageDown: -FAR_STEPS, PageUp: FAR_STEPS, Home: -Infinity, End: Infinity }[event.key];
    if (!steps || this.shown.length === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const { times } = this.shown[0].track;
    const index = lastNotAbove(times, this.time) + (event.shiftKey ? FAR_STEPS * steps : steps);
    this.on.seek(times[Math.max(0, Math.min(times.length - 1, index))]);
  }

  rebuild() {
    this.plot?.destroy();
    this.plot = null;
    if (!this.shown.some(({ track }) => track.count > 1)) return;
    const alone = this.shown.length === 1;
    this.hasAltitude = this.shown.some(({ track }) => track.altitudes.some(Number.isFinite));
    const data = alone ? this.dataOfOne(this.shown[0].track)
      : uPlot.join(this.shown.map(({ track }) => [this.positions(track), this.values(track)]));
    this.plot = new uPlot(this.options(alone), data, this.element);
  }

  positions(track) {
    return this.against === 'time' ? Array.from(track.times, (ms) => ms / 1000)
      : Array.from(track.distances, (metres) => metres / 1000);
  }

  values(track) {
    const values = this.what === 'speed' ? orNull(track.speeds, 3.6) : orNull(track.altitudes, 1);
    return values.map((value, i) => (track.breaks[i] ? null : value)); // the line is broken there
  }

  dataOfOne(track) {
    return [this.positions(track), orNull(track.altitudes, 1), orNull(track.speeds, 3.6)];
  }

  size() {
    return { width: Math.max(120, this.element.clientWidth), height: Math.max(110, this.element.clientHeight) };
  }

  options(alone) {
    const colours = theme();
    const narrow = this.element.clientWidth < NARROW_PIXELS;
    const axis = { stroke: colours.muted, font: `12px ${colours.font}`, ticks: { show: false } };
    const grid = { stroke: colours.line, width: 1 };
    const hasSpeed = alone || this.what === 'speed', hasAltitude = alone ? this.hasAltitude : !hasSpeed;
    return {
      ...this.size(),
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), this.zone),
      legend: { show: false },
      padding: [8, narrow ? 4 : 8, 0, narrow ? 4 : 8],
      cursor: { y: false, points: { size: 8 }, drag: { x: true, y: false } },
      scales: { x: { time: this.against === 'time' }, speed: { range: (u, low, high) => [0, Math.max(5, high * 1.1 || 5)] },
        altitude: { range: altitudeRange } },
      series: [{}, ...(alone ? this.seriesOfOne(colours) : this.seriesOfMany())],
      axes: [
        { ...axis, grid: { show: false }, size: 26, space: 64, values: (u, splits) => chartAxis(splits, this.against) },
        { ...axis, scale: 'speed', show: hasSpeed, grid, size: 34, space: 32 },
        { ...axis, scale: 'altitude', show: hasAltitude, side: alone ? 1 : 3, grid: alone ? { show: false } : grid, size: 42, space: 32 }],
      hooks: { ready: [() => this.show(this.time)], setCursor: [(plot) => this.hovered(plot)] },
    };
  }

  seriesOfOne(colours) {
    const gaps = (plot, series, first, last) => this.gaps(plot, first, last);
    const paths = uPlot.paths.linear();
    return [
      { scale: 'altitude', stroke: colours.area, fill: `${colours.area}66`, width: 1, gaps, paths, points: { show: false } },
      { scale: 'speed', stroke: colours.accent, width: 1.75, gaps, paths, points: { show: false } }];
  }

  seriesOfMany() {
    return this.shown.map(({ colour }) => ({ scale: this.what, stroke: deviceColour(colour), width: 1.75,
      paths: uPlot.paths.linear(), points: { show: false } }));
  }

  // From and to pixel of every gap in the track: no line is drawn across.
  gaps(plot, first, last) {
    const found = [];
    for (let i = first + 1; i <= last; i++) {
      if (!this.shown[0].track.breaks[i]) continue;
      found.push([i - 1, i].map((index) => plot.valToPos(plot.data[0][index], 'x', true)));
    }
    return found;
  }

  hovered(plot) {
    if (!this.pointing) return;
    const inside = plot.cursor.left >= 0 && Number.isInteger(plot.cursor.idx);
    this.on.hover(inside ? this.timeAt(plot.data[0][plot.cursor.idx]) : null);
  }

  // Puts the cursor at a moment without telling anybody.
  show(time) {
    this.time = time;
    if (this.plot?.status !== 1) return; // not laid out yet: `ready` comes back here
    this.plot.setCursor({ left: this.plot.valToPos(this.positionAt(time), 'x'), top: 10 }, false);
  }
}

// Never so narrow that a plain looks like mountains.
function altitudeRange(plot, low, high) {
  if (low === null || high === null || low === undefined) return [0, 100];
  const middle = (low + high) / 2, half = Math.max(25, (high - low) * 0.6);
  return [middle - half, middle + half];
}
