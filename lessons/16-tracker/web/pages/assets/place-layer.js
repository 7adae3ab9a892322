// Circles and polygons on the map: places, the stay that was chosen, and the place that is being edited.

import { CanvasLayer, visibleCopies } from './canvas-layer.js';
import { EARTH_RADIUS_M, mercatorX, mercatorY } from './geo.js';
import { theme } from './theme.js';

const LEAST_PIXELS = 7;
const RADIANS = Math.PI / 180;

// Of each corner, as seen from the middle, which is drawn `left` pixels from the edge: a shape
// across the 180th meridian stays in one piece.
function cornersOnMap(view, { corners, lon }, left) {
  return corners.map(([lat, cornerLon]) => {
    const turns = (((cornerLon - lon + 540) % 360) + 360) % 360 - 180;
    return [left + (turns / 360) * view.world, mercatorY(lat) * view.world - view.top];
  });
}

function traceCorners(context, view, shape, left) {
  for (const [x, y] of cornersOnMap(view, shape, left)) context.lineTo(x, y);
  context.closePath();
}

function drawCorners(context, view, shape, left, colour) {
  context.fillStyle = colour;
  cornersOnMap(view, shape, left).forEach(([x, y], index) => {
    context.beginPath();
    context.arc(x, y, index === shape.chosen ? 8 : 5, 0, 2 * Math.PI);
    context.fill();
  });
}

export const PlaceLayer = CanvasLayer.extend({
  initialize(name, order) {
    CanvasLayer.prototype.initialize.call(this, name, order);
    this.circles = [];
  },

  // Each has lat, lon, radius_m, and where it is wanted name and strong. One with corners, as
  // [[lat, lon], ...], is drawn by them; the chosen one of them has a dot.
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
        if (circle.corners) traceCorners(context, view, circle, left);
        else context.arc(left, top, radius, 0, 2 * Math.PI);
        context.fillStyle = `${accent}${circle.strong ? '38' : '1f'}`;
        context.fill();
        context.lineWidth = circle.strong ? 3 : 1.5;
        context.strokeStyle = accent;
        context.stroke();
        if (circle.corners && circle.strong) drawCorners(context, view, circle, left, accent);
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
