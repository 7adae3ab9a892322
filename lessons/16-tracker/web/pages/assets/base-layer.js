// The world itself: land, borders and the names of countries, from world.base; nothing is asked of
// any other machine.

import { CanvasLayer, visibleCopies } from './canvas-layer.js';
import { theme } from './theme.js';

const NAMES_UNTIL_ZOOM = 9;
const NAME_ROOM = 1.25; // a name needs land this many times its own width

export const BaseLayer = CanvasLayer.extend({
  initialize(base) {
    CanvasLayer.prototype.initialize.call(this, 'base', 150);
    this.base = base;
  },

  draw(context, view) {
    const colours = theme();
    const land = this.path(this.base.land, view);
    context.fillStyle = colours.land;
    context.fill(land, 'evenodd');
    context.lineJoin = 'round';
    context.lineWidth = 1;
    context.strokeStyle = colours.coast;
    context.stroke(land);
    context.strokeStyle = colours.border;
    context.stroke(this.path(this.base.borders, view));
    if (view.zoom <= NAMES_UNTIL_ZOOM) this.drawNames(context, view, colours);
  },

  path(lines, view) {
    const path = new Path2D();
    const { size } = this.base;
    for (const line of lines) {
      for (const copy of visibleCopies(view, line.box.west / size, line.box.east / size)) {
        this.addLine(path, line, view, copy);
      }
    }
    return path;
  },

  addLine(path, { points, box }, view, copy) {
    const scale = view.world / this.base.size;
    const left = view.left - copy * view.world;
    if (box.north * scale - view.top > view.height || box.south * scale < view.top) return;
    if ((box.east - box.west) * scale < 1 && (box.south - box.north) * scale < 1) return;
    let lastX = Infinity, lastY = Infinity;
    for (let i = 0; i < points.length; i += 2) {
      const x = points[i] * scale - left, y = points[i + 1] * scale - view.top;
      const small = Math.abs(x - lastX) < 0.7 && Math.abs(y - lastY) < 0.7;
      if (small && i < points.length - 2) continue;
      if (i === 0) path.moveTo(x, y);
      else path.lineTo(x, y);
      lastX = x;
      lastY = y;
    }
  },

  drawNames(context, view, colours) {
    const scale = view.world / this.base.size;
    context.font = `12px ${colours.font}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillStyle = colours.mapInk;
    for (const label of this.base.labels) {
      const text = this.widthOf(context, label);
      if (label.width * scale < text * NAME_ROOM) continue;
      const y = label.y * scale - view.top;
      const position = label.x / this.base.size, half = text / 2 / view.world;
      for (const copy of visibleCopies(view, position - half, position + half)) {
        context.fillText(label.name, (position + copy) * view.world - view.left, y);
      }
    }
  },

  widthOf(context, label) {
    label.textWidth ??= context.measureText(label.name).width;
    return label.textWidth;
  },
});
