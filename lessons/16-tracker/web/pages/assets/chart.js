// Speed and altitude of a track, against time or distance. uPlot draws it. Moving over it tells
// where; dragging zooms in, a double click zooms out. Its text alternative is the table.

import { formatDayAndMonth, formatShortTime, formatTime } from './format.js';
import { onThemeChange, theme } from './theme.js';

const { uPlot } = window;
const MINUTE_MS = 60 * 1000, DAY_MS = 24 * 60 * MINUTE_MS;
const NARROW_PIXELS = 480;

const orNull = (values, factor) => Array.from(values, (value) => (Number.isFinite(value) ? value * factor : null));

export class Chart {
  // `on` has hover(index or null) and seek(index).
  constructor(element, on) {
    this.element = element;
    this.on = on;
    this.against = 'time';
    this.track = null;
    this.shown = 0; // index of the fix at which the cursor stands
    new ResizeObserver(() => this.resize()).observe(element);
    onThemeChange(() => this.rebuild());
    // uPlot tells of its cursor also when we move it; only a pointer counts.
    element.addEventListener('pointermove', () => { this.pointing = true; });
    element.addEventListener('pointerleave', () => {
      this.pointing = false;
      this.on.hover(null);
    });
    element.addEventListener('click', () => {
      const index = this.plot?.cursor.idx;
      if (Number.isInteger(index)) this.on.seek(index);
    });
  }

  setTrack(track) {
    this.track = track;
    this.shown = 0;
    this.rebuild();
  }

  setAgainst(what) {
    this.against = what;
    this.rebuild();
  }

  rebuild() {
    this.plot?.destroy();
    this.plot = null;
    if (!this.track || this.track.count < 2) return;
    const positions = this.against === 'time'
      ? Float64Array.from(this.track.times, (ms) => ms / 1000)
      : Float64Array.from(this.track.distances, (metres) => metres / 1000);
    this.hasAltitude = this.track.altitudes.some(Number.isFinite);
    const data = [positions, orNull(this.track.altitudes, 1), orNull(this.track.speeds, 3.6)];
    this.plot = new uPlot(this.options(), data, this.element);
  }

  size() {
    return { width: Math.max(120, this.element.clientWidth), height: Math.max(110, this.element.clientHeight) };
  }

  resize() {
    this.plot?.setSize(this.size());
  }

  options() {
    const colours = theme();
    const gaps = (plot, series, first, last) => this.gaps(plot, first, last);
    const narrow = this.element.clientWidth < NARROW_PIXELS;
    const axis = { stroke: colours.muted, font: `12px ${colours.font}`, ticks: { show: false } };
    const grid = { stroke: colours.line, width: 1 };
    const paths = uPlot.paths.linear();
    return {
      ...this.size(),
      legend: { show: false },
      padding: [8, narrow ? 4 : 8, 0, narrow ? 4 : 8],
      cursor: { y: false, points: { size: 8 }, drag: { x: true, y: false } },
      scales: { x: { time: this.against === 'time' }, speed: { range: (u, low, high) => [0, Math.max(5, high * 1.1 || 5)] },
        altitude: { range: altitudeRange } },
      series: [{},
        { scale: 'altitude', stroke: colours.area, fill: `${colours.area}66`, width: 1, gaps, paths, points: { show: false } },
        { scale: 'speed', stroke: colours.accent, width: 1.75, gaps, paths, points: { show: false } }],
      axes: [
        { ...axis, grid: { show: false }, size: 26, space: 64, values: (u, splits) => this.marks(splits) },
        { ...axis, scale: 'speed', grid, size: 34, space: 32 },
        { ...axis, scale: 'altitude', show: this.hasAltitude, side: 1, grid: { show: false }, size: 42, space: 32 }],
      hooks: { ready: [() => this.show(this.shown)], setCursor: [(plot) => this.hovered(plot)] },
    };
  }

  marks(splits) {
    if (this.against === 'distance') return splits.map((km) => `${km} km`);
    const step = splits.length > 1 ? (splits[1] - splits[0]) * 1000 : 0;
    const name = step >= DAY_MS ? formatDayAndMonth : step >= MINUTE_MS ? formatShortTime : formatTime;
    return splits.map((seconds) => name(seconds * 1000));
  }

  // From and to pixel of every gap in the track: no line is drawn across.
  gaps(plot, first, last) {
    const found = [];
    for (let i = first + 1; i <= last; i++) {
      if (!this.track.breaks[i]) continue;
      found.push([i - 1, i].map((index) => plot.valToPos(plot.data[0][index], 'x', true)));
    }
    return found;
  }

  hovered(plot) {
    if (!this.pointing) return;
    const inside = plot.cursor.left >= 0 && Number.isInteger(plot.cursor.idx);
    this.on.hover(inside ? plot.cursor.idx : null);
  }

  // Puts the cursor at a fix without telling anybody.
  show(index) {
    this.shown = index;
    if (this.plot?.status !== 1) return; // not laid out yet: `ready` comes back here
    const left = this.plot.valToPos(this.plot.data[0][index], 'x');
    this.plot.setCursor({ left, top: 10 }, false);
  }
}

// Never so narrow that a plain looks like mountains.
function altitudeRange(plot, low, high) {
  if (low === null || high === null || low === undefined) return [0, 100];
  const middle = (low + high) / 2, half = Math.max(25, (high - low) * 0.6);
  return [middle - half, middle + half];
}
