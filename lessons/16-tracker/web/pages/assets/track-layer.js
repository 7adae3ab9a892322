// The tracks of the history page: one alone coloured by speed, several each in its own colour; with
// their starts and ends. One path for each colour: a stroke for every change of speed would be
// thousands. Where somebody looks closer than the track is told, a finer line of what can be seen
// takes its place (track-detail.js).

import { CanvasLayer, visibleCopies } from './canvas-layer.js';
import { spanOf, visitVisible } from './polyline.js';
import { scaleEnd, speedClass } from './speed-scale.js';
import { drawSpot } from './spot-layer.js';
import { deviceColour, theme } from './theme.js';

export const TrackLayer = CanvasLayer.extend({
  initialize() {
    CanvasLayer.prototype.initialize.call(this, 'track', 420);
    this.shown = [];
  },

  // Of { track, colour }: the number of a device's colour, or null for those of speed.
  setTracks(shown) {
    this.shown = shown.map((one) => ({ ...one, span: spanOf(one.track) }));
    this.end = shown.length > 0 ? scaleEnd(shown[0].track.speeds) : 0;
    this.redraw();
  },

  // The line to draw in place of the track at that index; null: the track itself.
  setDetail(index, line) {
    if (!this.shown[index]) return;
    this.shown[index].detail = line && { line, span: spanOf(line) };
    this.redraw();
  },

  draw(context, view) {
    for (const { track, colour, span, detail } of this.shown) {
      if (track.count === 0) continue;
      const line = detail ? detail.line : track, reach = detail ? detail.span : span;
      for (const copy of visibleCopies(view, reach.west, reach.east)) {
        if (colour === null) this.drawBySpeed(context, view, copy, line);
        else this.drawInColour(context, view, copy, line, deviceColour(colour));
      }
      const last = track.count - 1, end = colour === null ? theme().ink : deviceColour(colour);
      drawSpot(context, view, track.x[0], track.y[0], theme().surface, 6);
      drawSpot(context, view, track.x[last], track.y[last], end, 6);
    }
  },

  drawBySpeed(context, view, copy, line) {
    const colours = theme().speeds;
    const whole = new Path2D();
    const paths = [...colours, theme().muted].map(() => new Path2D());
    let previous = -2;
    visitVisible(line, view, copy, (fromX, fromY, toX, toY, i, joined) => {
      const number = speedClass(line.speeds[i], this.end, colours.length);
      const path = paths.at(number); // -1, not known, is the last one
      if (!joined) whole.moveTo(fromX, fromY);
      if (!joined || number !== previous) path.moveTo(fromX, fromY);
      whole.lineTo(toX, toY);
      path.lineTo(toX, toY);
      previous = number;
    });
    strokeWithHalo(context, whole, () => paths.forEach((path, number) => {
      context.strokeStyle = colours[number] ?? theme().muted;
      context.stroke(path);
    }));
  },

  drawInColour(context, view, copy, line, colour) {
    const whole = new Path2D();
    visitVisible(line, view, copy, (fromX, fromY, toX, toY, i, joined) => {
      if (!joined) whole.moveTo(fromX, fromY);
      whole.lineTo(toX, toY);
    });
    strokeWithHalo(context, whole, () => {
      context.strokeStyle = colour;
      context.stroke(whole);
    });
  },
});

function strokeWithHalo(context, whole, strokeColours) {
  context.lineJoin = context.lineCap = 'round';
  context.lineWidth = 7;
  context.strokeStyle = theme().halo;
  context.stroke(whole);
  context.lineWidth = 4;
  strokeColours();
}
