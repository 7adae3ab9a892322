// The moment of the player on the map, of each device that is shown. A layer of its own: it is drawn for every frame of playback,
// and the track under it, which may have a hundred thousand fixes, is not.

import { CanvasLayer, visibleCopies } from './canvas-layer.js';
import { deviceColour, theme } from './theme.js';

export const SpotLayer = CanvasLayer.extend({
  initialize() {
    CanvasLayer.prototype.initialize.call(this, 'spot', 430);
    this.spots = [];
  },

  // Each has mercator x and y, and may have the number of a device's colour.
  mark(spots) {
    this.spots = spots;
    this.redraw();
  },

  draw(context, view) {
    for (const { x, y, colour } of this.spots) {
      drawSpot(context, view, x, y, Number.isInteger(colour) ? deviceColour(colour) : theme().accent, 9);
    }
  },
});

// A filled circle with a rim that keeps it apart from what is under it.
export function drawSpot(context, view, x, y, colour, radius) {
  for (const copy of visibleCopies(view, x, x)) {
    context.beginPath();
    context.arc((x + copy) * view.world - view.left, y * view.world - view.top, radius, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    context.lineWidth = 3;
    context.strokeStyle = colour === theme().surface ? theme().ink : theme().halo;
    context.stroke();
  }
}
