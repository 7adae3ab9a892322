// Where everybody is: a dot, the circle of its accuracy, the name and the age beside it. A dot says
// its age by its look as well: filled up to an hour, a ring after that, a grey ring after a day.
// What the dots say is in the list of devices too; the canvas itself is only for eyes.

import { CanvasLayer, visibleCopies } from './canvas-layer.js';
import { GREY_AFTER_MS, RING_AFTER_MS } from './device-facts.js';
import { EARTH_RADIUS_M, mercatorX, mercatorY } from './geo.js';
import { formatAge } from './format.js';
import { deviceColour, theme } from './theme.js';

const DOT_PIXELS = 8;
const TOUCH_PIXELS = 22;
const LONGEST_NAME = 24;
const ZOOM_BUTTONS = { width: 58, height: 118 }; // at the top right: no name under them

export const LiveLayer = CanvasLayer.extend({
  // `now` gives the server's time in ms.
  initialize(fleet, now) {
    CanvasLayer.prototype.initialize.call(this, 'places', 640);
    this.fleet = fleet;
    this.now = now;
    this.selected = null;
  },

  draw(context, view) {
    const spots = this.spots(view);
    for (const spot of spots) this.drawAccuracy(context, view, spot);
    for (const spot of spots) this.drawDot(context, spot);
    const taken = spots.map(({ x, y }) => ({ left: x - 9, right: x + 9, top: y - 9, bottom: y + 9 }));
    taken.push({ left: view.width - ZOOM_BUTTONS.width, right: view.width, top: 0, bottom: ZOOM_BUTTONS.height });
    for (const spot of spots.reverse()) this.drawName(context, view, spot, taken);
  },

  // Every place that can be seen, the selected device and the newest ones last, that is on top.
  spots(view) {
    const devices = this.fleet.placed().sort((a, b) =>
      (a.id === this.selected) - (b.id === this.selected) || a.last.time - b.last.time);
    const spots = [];
    for (const device of devices) {
      const x = mercatorX(device.last.longitude), y = mercatorY(device.last.latitude) * view.world - view.top;
      const age = this.now() - device.last.time;
      const colour = age > GREY_AFTER_MS ? theme().muted : deviceColour(device.colour);
      for (const copy of visibleCopies(view, x - 0.2, x + 0.2)) {
        spots.push({ device, age, colour, x: (x + copy) * view.world - view.left, y });
      }
    }
    return spots;
  },

  drawAccuracy(context, view, { device, colour, x, y }) {
    const metres = device.last.accuracy;
    if (!(metres > 0)) return;
    const metresAPixel = 2 * Math.PI * EARTH_RADIUS_M * Math.cos(device.last.latitude * Math.PI / 180) / view.world;
    const radius = metres / metresAPixel;
    if (radius < DOT_PIXELS + 3 || radius > 4 * Math.max(view.width, view.height)) return;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = `${colour}22`;
    context.fill();
    context.strokeStyle = `${colour}88`;
    context.lineWidth = 1;
    context.stroke();
  },

  drawDot(context, { device, age, colour, x, y }) {
    const radius = device.id === this.selected ? DOT_PIXELS + 2 : DOT_PIXELS;
    const dot = new Path2D();
    dot.arc(x, y, radius, 0, 2 * Math.PI);
    const recent = age < RING_AFTER_MS;
    const shapes = [dot];
    if (recent && device.last.speed > 1 && device.last.course !== null) {
      shapes.push(nose(x, y, radius, device.last.course));
    }
    context.lineJoin = 'round';
    context.lineWidth = 6; // half of it is covered by the fill
    context.strokeStyle = recent ? theme().halo : colour;
    for (const shape of shapes) context.stroke(shape);
    context.fillStyle = recent ? colour : theme().surface;
    for (const shape of shapes) context.fill(shape);
  },

  // Right of the dot, or left, or below; not at all where it would cover another name or dot.
  drawName(context, view, { device, age, colour, x, y }, taken) {
    const { font, ink, muted, surface } = theme();
    const name = [...device.name].length > LONGEST_NAME
      ? `${[...device.name].slice(0, LONGEST_NAME - 1).join('')}…` : device.name;
    const ageText = formatAge(age);
    context.font = `600 13px ${font}`;
    const nameWidth = context.measureText(name).width;
    context.font = `12px ${font}`;
    const width = nameWidth + context.measureText(ageText).width + 24;
    const place = [[x + 19, y - 13], [x - 19 - width, y - 13], [x - width / 2, y + 19], [x - width / 2, y - 45]]
      .map(([left, top]) => ({ left, top, right: left + width, bottom: top + 26 }))
      .find((box) => box.left > 2 && box.right < view.width - 2 && !taken.some((other) => overlap(box, other)));
    if (!place) return;
    taken.push(place);
    context.beginPath();
    context.roundRect(place.left, place.top, width, 26, 8);
    context.fillStyle = surface;
    context.globalAlpha = 0.92;
    context.fill();
    context.globalAlpha = 1;
    if (device.id === this.selected) {
      context.strokeStyle = colour;
      context.lineWidth = 2;
      context.stroke();
    }
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    context.fillStyle = muted;
    context.fillText(ageText, place.left + 16 + nameWidth, place.top + 14);
    context.font = `600 13px ${font}`;
    context.fillStyle = ink;
    context.fillText(name, place.left + 8, place.top + 14);
  },

  // The device whose dot is under a finger at this point of the map, the nearest one; or null.
  deviceAt(point) {
    const topLeft = this._map.containerPointToLayerPoint([0, 0]);
    let nearest = null, least = TOUCH_PIXELS;
    for (const spot of this.spots(this.view(topLeft, this._map.getSize()))) {
      const distance = Math.hypot(spot.x - point.x, spot.y - point.y);
      if (distance <= least) [nearest, least] = [spot.device, distance];
    }
    return nearest;
  },
});

// A small arrow head on the side to which the device moves.
function nose(x, y, radius, courseDegrees) {
  const at = (degrees, distance) => {
    const angle = ((courseDegrees + degrees) * Math.PI) / 180;
    return [x + distance * Math.sin(angle), y - distance * Math.cos(angle)];
  };
  const path = new Path2D();
  path.moveTo(...at(-55, radius));
  path.lineTo(...at(0, radius + 8));
  path.lineTo(...at(55, radius));
  path.closePath();
  return path;
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
