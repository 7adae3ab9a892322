// The way of one device since midnight: columns that grow. Fixes mostly come in order; a phone that
// had no network sends older ones later, and those are put where they belong. Pure.

import { distanceMetres, mercatorX, mercatorY, nearestCopy } from './geo.js';
import { isGap } from './gap.js';

const FIRST_CAPACITY = 256;

export class Trail {
  constructor() {
    this.count = 0;
    this.times = new Float64Array(FIRST_CAPACITY);
    this.latitudes = new Float64Array(FIRST_CAPACITY);
    this.longitudes = new Float64Array(FIRST_CAPACITY);
    this.clearLine();
  }

  // Returns false for a fix that is there already.
  add(time, latitude, longitude) {
    const place = this.placeOf(time);
    if (place < this.count && this.times[place] === time) return false;
    this.reserve(this.count + 1);
    for (const column of [this.times, this.latitudes, this.longitudes]) {
      column.copyWithin(place + 1, place, this.count);
    }
    this.times[place] = time;
    this.latitudes[place] = latitude;
    this.longitudes[place] = longitude;
    this.count += 1;
    if (place < this.count - 1) this.clearLine();
    return true;
  }

  // The index of the first fix that is not before `time`; at the end for the usual, newest one.
  placeOf(time) {
    let low = 0, high = this.count;
    if (high > 0 && this.times[high - 1] < time) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle] < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  reserve(count) {
    if (count <= this.times.length) return;
    const grow = (column) => {
      const grown = new Float64Array(2 * column.length);
      grown.set(column);
      return grown;
    };
    this.times = grow(this.times);
    this.latitudes = grow(this.latitudes);
    this.longitudes = grow(this.longitudes);
  }

  clearLine() {
    this.drawn = { count: 0, x: [], y: [], breaks: [] };
  }

  // Mercator columns for drawing; `breaks[i]` says that no line leads to i. Only what was added at
  // the end since the last call is worked out.
  line() {
    const { x, y, breaks } = this.drawn;
    for (let i = this.drawn.count; i < this.count; i++) {
      const longitude = this.longitudes[i];
      x.push(i === 0 ? mercatorX(longitude) : nearestCopy(longitude, (x[i - 1] - 0.5) * 360) / 360 + 0.5);
      y.push(mercatorY(this.latitudes[i]));
      breaks.push(i === 0 || this.gapBefore(i));
    }
    this.drawn.count = this.count;
    return this.drawn;
  }

  // In metres, gaps left out.
  distance() {
    let sum = 0;
    for (let i = 1; i < this.count; i++) if (!this.gapBefore(i)) sum += this.step(i);
    return sum;
  }

  step(i) {
    return distanceMetres(this.latitudes[i - 1], this.longitudes[i - 1], this.latitudes[i], this.longitudes[i]);
  }

  gapBefore(i) {
    return isGap(this.times[i] - this.times[i - 1], this.step(i));
  }
}
