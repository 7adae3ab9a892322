// The moment of the player on the map. A layer of its own: it is drawn for every frame of playback,
// and the track under it, which may have a hundred thousand fixes, is not.

import { CanvasLayer, visibleCopies } from './canvas-layer.js';
import { theme } from './theme.js';

export const SpotLayer = CanvasLayer.extend({
  initialize() {
    CanvasLayer.prototype.initialize.call(this, 'spot', 430);
    this.spot = null;
  },

  // `spot` has mercator x and y, or is null.
  mark(spot) {
    this.spot = spot;
    this.redraw();
  },

  draw(context, view) {
    if (this.spot) drawSpot(context, view, this.spot.x, this.spot.y, theme().accent, 9);
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
