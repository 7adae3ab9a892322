// What is chosen on the map to be corrected: a ring around each point, and the box.

import { CanvasLayer, visibleCopies } from './canvas-layer.js';
import { mercatorX, mercatorY } from './geo.js';
import { theme } from './theme.js';

export const ChoiceLayer = CanvasLayer.extend({
  initialize() {
    CanvasLayer.prototype.initialize.call(this, 'choice', 440);
    this.points = [];
    this.box = null;
  },

  // `points` have mercator x and y; `box` has degrees, or is null.
  choose(points, box) {
    this.points = points;
    this.box = box;
    this.redraw();
  },

  draw(context, view) {
    context.strokeStyle = theme().ink;
    if (this.box) this.drawBox(context, view);
    for (const { x, y } of this.points) {
      for (const copy of visibleCopies(view, x, x)) {
        context.beginPath();
        context.arc((x + copy) * view.world - view.left, y * view.world - view.top, 7, 0, 2 * Math.PI);
        context.lineWidth = 5;
        context.strokeStyle = theme().halo;
        context.stroke();
        context.lineWidth = 2.5;
        context.strokeStyle = theme().ink;
        context.stroke();
      }
    }
  },

  drawBox(context, view) {
    const [west, east] = [mercatorX(this.box.west), mercatorX(this.box.east)];
    const [north, south] = [mercatorY(this.box.north), mercatorY(this.box.south)];
    context.lineWidth = 2;
    context.setLineDash([7, 5]);
    for (const copy of visibleCopies(view, west, east)) {
      context.strokeRect((west + copy) * view.world - view.left, north * view.world - view.top,
        (east - west) * view.world, (south - north) * view.world);
    }
    context.setLineDash([]);
  },
});
