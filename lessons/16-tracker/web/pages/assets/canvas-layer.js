// A Leaflet layer that is one canvas over the whole view, drawn anew for each frame in which the
// map moved. Leaflet's own layers make an object for every point; a canvas over typed arrays draws
// a hundred thousand points in the time of one frame.
//
// A layer extends this and has draw(context, view). It never clears and never waits.

import { onThemeChange } from './theme.js';

const { L } = window;

export const CanvasLayer = L.Layer.extend({
  // `order` is the z-index of the layer's pane: base 150, lines 420, places 640.
  initialize(name, order) {
    this.paneName = name;
    this.order = order;
    onThemeChange(() => this.redraw());
  },

  onAdd(map) {
    const pane = map.getPane(this.paneName) ?? map.createPane(this.paneName);
    pane.style.zIndex = this.order;
    pane.style.pointerEvents = 'none';
    this.canvas = L.DomUtil.create('canvas', '', pane);
    map.on('move zoom viewreset resize', this.redraw, this);
    this.redraw();
  },

  onRemove(map) {
    map.off('move zoom viewreset resize', this.redraw, this);
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.canvas.remove();
  },

  // At most once a frame, however often it is asked for.
  redraw() {
    if (!this._map || this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (this._map) this.paint();
    });
  },

  paint() {
    const size = this._map.getSize();
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(size.x * ratio), height = Math.round(size.y * ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.canvas.style.width = `${size.x}px`;
      this.canvas.style.height = `${size.y}px`;
    }
    const topLeft = this._map.containerPointToLayerPoint([0, 0]);
    L.DomUtil.setPosition(this.canvas, topLeft);
    const context = this.canvas.getContext('2d');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, size.x, size.y);
    this.draw(context, this.view(topLeft, size));
  },

  // Mercator x and y (0..1) are at the pixels x * world - left and y * world - top.
  view(topLeft, size) {
    const origin = this._map.getPixelOrigin().add(topLeft);
    const world = 256 * 2 ** this._map.getZoom();
    return { world, left: origin.x, top: origin.y, width: size.x, height: size.y, zoom: this._map.getZoom() };
  },
});

// By how many worlds something that spans mercator x `west`..`east` has to be shifted to be seen:
// the map goes round, and a track may have run past the date line.
export function* visibleCopies(view, west, east) {
  const first = Math.ceil(view.left / view.world - east);
  const last = Math.floor((view.left + view.width) / view.world - west);
  for (let copy = first; copy <= last; copy++) yield copy;
}
