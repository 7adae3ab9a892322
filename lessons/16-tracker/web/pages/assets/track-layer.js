// The track of the history page, coloured by speed, with its start and end. One path for each
// colour: a stroke for every change of speed would be thousands.

import { CanvasLayer, visibleCopies } from './canvas-layer.js';
import { spanOf, visitVisible } from './polyline.js';
import { scaleEnd, speedClass } from './speed-scale.js';
import { drawSpot } from './spot-layer.js';
import { theme } from './theme.js';

export const TrackLayer = CanvasLayer.extend({
  initialize() {
    CanvasLayer.prototype.initialize.call(this, 'track', 420);
    this.track = null;
  },

  setTrack(track) {
    this.track = track;
    this.span = spanOf(track);
    this.end = scaleEnd(track.speeds);
    this.redraw();
  },

  draw(context, view) {
    if (!this.track || this.track.count === 0) return;
    for (const copy of visibleCopies(view, this.span.west, this.span.east)) {
      this.drawTrack(context, view, copy);
    }
    const last = this.track.count - 1;
    drawSpot(context, view, this.track.x[0], this.track.y[0], theme().surface, 6);
    drawSpot(context, view, this.track.x[last], this.track.y[last], theme().ink, 6);
  },

  drawTrack(context, view, copy) {
    const colours = theme().speeds;
    const whole = new Path2D();
    const paths = [...colours, theme().muted].map(() => new Path2D());
    let previous = -2;
    visitVisible(this.track, view, copy, (fromX, fromY, toX, toY, i, joined) => {
      const number = speedClass(this.track.speeds[i], this.end, colours.length);
      const path = paths.at(number); // -1, not known, is the last one
      if (!joined) whole.moveTo(fromX, fromY);
      if (!joined || number !== previous) path.moveTo(fromX, fromY);
      whole.lineTo(toX, toY);
      path.lineTo(toX, toY);
      previous = number;
    });
    context.lineJoin = context.lineCap = 'round';
    context.lineWidth = 7;
    context.strokeStyle = theme().halo;
    context.stroke(whole);
    context.lineWidth = 4;
    paths.forEach((path, number) => {
      context.strokeStyle = colours[number] ?? theme().muted;
      context.stroke(path);
    });
  },
});
