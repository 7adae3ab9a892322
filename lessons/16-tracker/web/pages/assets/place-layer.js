// Circles on the map: places, the stay that was chosen, and the place that is being edited.

import { CanvasLayer, visibleCopies } from './canvas-layer.js';
import { EARTH_RADIUS_M, mercatorX, mercatorY } from './geo.js';
import { theme } from './theme.js';

const LEAST_PIXELS = 7;
const RADIANS = Math.PI / 180;

export const PlaceLayer = CanvasLayer.extend({
  initialize(name, order) {
    CanvasLayer.prototype.initialize.call(this, name, order);
    this.circles = [];
  },

  // Each has lat, lon, radius_m, and where it is wanted name and strong.
  setCircles(circles) {
    this.circles = circles;
    this.redraw();
  },

  draw(context, view) {
    const { accent, ink, halo, font } = theme();
    context.font = `600 12px ${font}`;
    context.textAlign = 'center';
    context.lineJoin = 'round';
    for (const circle of this.circles) {
      const x = mercatorX(circle.lon), y = mercatorY(circle.lat);
      const round = 2 * Math.PI * EARTH_RADIUS_M * Math.cos(circle.lat * RADIANS);
      const radius = Math.max(LEAST_PIXELS, (circle.radius_m / round) * view.world);
      for (const copy of visibleCopies(view, x, x)) {
        const left = (x + copy) * view.world - view.left, top = y * view.world - view.top;
        context.beginPath();
        context.arc(left, top, radius, 0, 2 * Math.PI);
        context.fillStyle = `${accent}${circle.strong ? '38' : '1f'}`;
        context.fill();
        context.lineWidth = circle.strong ? 3 : 1.5;
        context.strokeStyle = accent;
        context.stroke();
        if (!circle.name) continue;
        context.lineWidth = 4;
        context.strokeStyle = halo;
        context.strokeText(circle.name, left, top + radius + 15);
        context.fillStyle = ink;
        context.fillText(circle.name, left, top + radius + 15);
      }
    }
  },
});
