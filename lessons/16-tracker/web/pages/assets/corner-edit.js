// The corners of a place that is no circle. The map is moved under the cross, and a corner is set
// where the cross is; one that is chosen goes with the cross until it is let go. So a finger, a
// mouse and the keyboard do the same.

import { button, make } from './make.js';

export const FEWEST_CORNERS = 3;

export class CornerEdit {
  // `map` is the map; `list` and `set` are the list of corners and the button that sets one;
  // `onChange` is called whenever they are others.
  constructor(map, { list, set }, onChange) {
    this.map = map;
    this.list = list;
    this.onChange = onChange;
    this.corners = [];
    this.chosen = null; // the index of the one that goes with the cross
    set.addEventListener('click', () => this.set());
  }

  // [[lat, lon], ...]
  start(corners) {
    this.corners = corners.map((corner) => [...corner]);
    this.letGo();
  }

  letGo() {
    this.chosen = null;
    this.show();
  }

  here() {
    const { lat, lng } = this.map.getCenter().wrap();
    return [lat, lng];
  }

  // Behind the chosen one, or at the end.
  set() {
    const place = this.chosen === null ? this.corners.length : this.chosen + 1;
    this.corners.splice(place, 0, this.here());
    this.letGo();
  }

  remove(index) {
    this.corners.splice(index, 1);
    this.letGo();
    (this.list.querySelectorAll('.corner')[Math.min(index, this.corners.length - 1)] ?? document.getElementById('set')).focus();
  }

  choose(index) {
    if (this.chosen === index) return this.letGo();
    this.chosen = null; // the map goes there first
    this.map.setView(this.corners[index], this.map.getZoom(), { animate: false });
    this.chosen = index;
    this.show();
  }

  // The map has moved, by a person's hand.
  moved() {
    if (this.chosen !== null) this.corners[this.chosen] = this.here();
  }

  show() {
    const focused = [...this.list.querySelectorAll('.corner')].indexOf(document.activeElement);
    this.list.replaceChildren(...this.corners.map((corner, index) => {
      const choose = button(`Corner ${index + 1}`, () => this.choose(index), 'corner');
      choose.setAttribute('aria-pressed', String(index === this.chosen));
      const remove = button('Remove', () => this.remove(index));
      remove.setAttribute('aria-label', `Remove corner ${index + 1}`);
      return make('li', {}, choose, remove);
    }));
    if (focused >= 0) this.list.querySelectorAll('.corner')[focused]?.focus();
    this.onChange();
  }
}
