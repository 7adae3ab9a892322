// The trails of today, each in its device's colour; the selected device's is the strong one.

import { CanvasLayer, visibleCopies } from './canvas-layer.js';
import { spanOf, visitVisible } from './polyline.js';
import { deviceColour, theme } from './theme.js';

export const TrailLayer = CanvasLayer.extend({
  initialize(fleet) {
    CanvasLayer.prototype.initialize.call(this, 'trails', 420);
    this.fleet = fleet;
    this.selected = null;
  },

  draw(context, view) {
    context.lineJoin = 'round';
    context.lineCap = 'round';
    for (const device of this.fleet.devices.values()) {
      if (device.trail.count > 1) this.drawTrail(context, view, device);
    }
  },

  drawTrail(context, view, device) {
    const line = device.trail.line();
    const path = new Path2D();
    const { west, east } = spanOf(line);
    for (const copy of visibleCopies(view, west, east)) {
      visitVisible(line, view, copy, (fromX, fromY, toX, toY, i, joined) => {
        if (!joined) path.moveTo(fromX, fromY);
        path.lineTo(toX, toY);
      });
    }
    const strong = this.selected === device.id;
    context.strokeStyle = theme().halo;
    context.lineWidth = strong ? 8 : 5;
    context.stroke(path);
    context.strokeStyle = deviceColour(device.colour);
    context.lineWidth = strong ? 4 : 2.5;
    context.stroke(path);
  },
});
