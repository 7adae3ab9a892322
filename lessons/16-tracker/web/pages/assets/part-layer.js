// The piece of the track that was chosen from the list, under the track as a broad line.

import { CanvasLayer, visibleCopies } from './canvas-layer.js';
import { spanOf, visitVisible } from './polyline.js';
import { theme } from './theme.js';

export const PartLayer = CanvasLayer.extend({
  initialize() {
    CanvasLayer.prototype.initialize.call(this, 'part', 415);
    this.line = null;
  },

  // The fixes with from <= time <= to; nothing for null.
  setPart(track, from, to) {
    this.line = track ? partOf(track, from, to) : null;
    this.redraw();
  },

  draw(context, view) {
    if (!this.line || this.line.count === 0) return;
    const path = new Path2D();
    for (const copy of visibleCopies(view, this.span().west, this.span().east)) {
      visitVisible(this.line, view, copy, (fromX, fromY, toX, toY, i, joined) => {
        if (!joined) path.moveTo(fromX, fromY);
        path.lineTo(toX, toY);
      });
    }
    context.lineJoin = context.lineCap = 'round';
    context.lineWidth = 15;
    context.strokeStyle = `${theme().accent}80`;
    context.stroke(path);
  },

  span() {
    return spanOf(this.line);
  },
});

// Views into the track's columns: nothing is copied but the breaks.
export function partOf(track, from, to) {
  let first = 0;
  while (first < track.count && track.times[first] < from) first += 1;
  let end = first;
  while (end < track.count && track.times[end] <= to) end += 1;
  const breaks = track.breaks.slice(first, end);
  if (breaks.length > 0) breaks[0] = 1;
  const view = (column) => column.subarray(first, end);
  return { count: end - first, x: view(track.x), y: view(track.y), breaks,
    latitudes: view(track.latitudes), longitudes: view(track.longitudes) };
}
