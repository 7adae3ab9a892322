// Lines of latitude and longitude. The outline of the world ends at about 400 m; nearer than that
// the map would be an empty field in which nobody sees that it moves or how far things are.

import { CanvasLayer } from './canvas-layer.js';
import { degreeText, graticuleStep, multiples } from './graticule.js';
import { mercatorX, mercatorY } from './geo.js';
import { theme } from './theme.js';

const FROM_ZOOM = 6;
const ROOM_PIXELS = 110;
const TOP_KEPT_FREE = 140; // the zoom buttons

export const GraticuleLayer = CanvasLayer.extend({
  initialize() {
    CanvasLayer.prototype.initialize.call(this, 'graticule', 160);
  },

  draw(context, view) {
    if (view.zoom < FROM_ZOOM) return;
    const bounds = this._map.getBounds();
    const step = graticuleStep(view.world / 360, ROOM_PIXELS);
    const colours = theme();
    context.strokeStyle = colours.grid;
    context.fillStyle = colours.mapInk;
    context.font = `11px ${colours.font}`;
    context.lineWidth = 1;
    context.beginPath();
    this.drawMeridians(context, view, multiples(step, bounds.getWest(), bounds.getEast()), step);
    this.drawParallels(context, view, multiples(step, bounds.getSouth(), bounds.getNorth()), step);
    context.stroke();
  },

  drawMeridians(context, view, longitudes, step) {
    context.textAlign = 'left';
    context.textBaseline = 'top';
    for (const longitude of longitudes) {
      const x = Math.round(mercatorX(longitude) * view.world - view.left) + 0.5;
      context.moveTo(x, 0);
      context.lineTo(x, view.height);
      if (x > 60) context.fillText(degreeText(longitude, step, 'E', 'W'), x + 4, 5);
    }
  },

  drawParallels(context, view, latitudes, step) {
    context.textAlign = 'right';
    context.textBaseline = 'bottom';
    for (const latitude of latitudes) {
      const y = Math.round(mercatorY(latitude) * view.world - view.top) + 0.5;
      context.moveTo(0, y);
      context.lineTo(view.width, y);
      if (y > TOP_KEPT_FREE && y < view.height - 30) {
        context.fillText(degreeText(latitude, step, 'N', 'S'), view.width - 6, y - 3);
      }
    }
  },
});
