// Hiding and deleting points on the history page. A person chooses points in one of four ways, sees
// them on the map and how many they are, and hides or deletes them; what is hidden can be shown
// again at once, and later on the page Corrections.

import { askFirst } from './ask-first.js';
import { ask, correct, correctPoints } from './correct-api.js';
import { boxText, localText, pointText, pointsWithin, spanOfTexts } from './correct-choice.js';
import { makeCorrectForm } from './correct-form.js';
import { ChoiceLayer } from './choice-layer.js';
import { drawBox } from './draw-box.js';
import { formatCount, formatDistance, formatSpeed, formatTime } from './format.js';
import { mercatorX, mercatorY } from './geo.js';
import { indexAt } from './track.js';

const MOST_RINGS = 2000;
const E7 = 1e7;

const element = (id) => document.getElementById(`correct-${id}`);

export class CorrectPanel {
  // `page` has device(), span() of what is shown ({ from, to } in ms), zone() whose clock is shown,
  // time() of the player, seek(time), and reload(), which reads the track anew.
  constructor(map, place, page) {
    this.map = map;
    this.page = page;
    this.place = place;
    makeCorrectForm(place);
    this.layer = new ChoiceLayer().addTo(map);
    this.jumps = [];
    this.listen();
  }

  listen() {
    this.place.addEventListener('toggle', () => {
      this.open();
      if (this.place.open) this.place.scrollIntoView({ block: 'nearest' });
    });
    element('way').addEventListener('change', () => this.chooseWay());
    for (const [id, step] of [['previous', -1], ['next', 1]]) {
      element(id).addEventListener('click', () => this.step(step));
    }
    for (const id of ['from', 'to']) {
      element(id).addEventListener('input', () => this.choose());
      element(`${id}-here`).addEventListener('click', () => {
        element(id).value = localText(this.page.time(), this.page.zone());
        this.choose();
      });
    }
    element('draw').addEventListener('click', () => this.draw());
    element('view').addEventListener('click', () => this.takeView());
    element('hide').addEventListener('click', () => this.attempt(() => this.hide()));
    element('delete').addEventListener('click', () => this.attempt(() => this.remove()));
    element('undo').addEventListener('click', () => this.attempt(() => this.undo()));
  }

  // The page has another track, or none.
  show(track) {
    this.track = track;
    if (!this.reloading) element('done').hidden = true;
    this.reloading = false;
    this.place.hidden = !track && element('done').hidden;
    this.box = null;
    this.jumps = [];
    element('all').href = `/corrections?device=${this.page.device()}`;
    if (!track) return this.layer.choose([], null);
    const zone = this.page.zone();
    element('from').value = localText(track.times[0], zone);
    element('to').value = localText(track.times[track.count - 1], zone);
    for (const place of this.place.querySelectorAll('.of-zone')) place.textContent = zone.isViewers ? '' : `, ${zone.name}`;
    if (this.place.open) this.open();
  }

  // The page shows another moment.
  moved() {
    if (this.place.open && this.track && element('way').value === 'point') this.choose();
  }

  open() {
    if (!this.place.open || !this.track) return this.layer.choose([], null);
    this.chooseWay();
    this.attempt(() => this.findJumps());
  }

  chooseWay() {
    const way = element('way').value;
    for (const other of ['jumps', 'point', 'span', 'box']) element(other).hidden = other !== way;
    this.choose();
  }

  async findJumps() {
    const device = this.page.device();
    const { outliers, more } = await ask('/api/corrections/outliers', { device, ...this.page.span() });
    this.jumps = outliers.map(([time, latitude, longitude, metres, speed]) => ({
      time, text: `${time},${latitude},${longitude}`, chosen: true,
      x: mercatorX(longitude / E7), y: mercatorY(latitude / E7), latitude: latitude / E7, longitude: longitude / E7,
      name: `${formatTime(time)} · ${formatDistance(metres)} away at ${formatSpeed(speed)}`,
    }));
    element('jumps-text').textContent = outliers.length === 0
      ? 'None: no point is a jump there and back at an impossible speed.'
      : `${more ? 'The first ' : ''}${formatCount(outliers.length, 'point', 'points')} that cannot be right. Take out of the choice what is right all the same.`;
    element('list').replaceChildren(...this.jumps.map((jump) => this.rowOf(jump)));
    this.choose();
  }

  rowOf(jump) {
    const row = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = jump.name;
    button.setAttribute('aria-pressed', 'true');
    button.addEventListener('click', () => {
      jump.chosen = !jump.chosen;
      button.setAttribute('aria-pressed', String(jump.chosen));
      this.choose();
    });
    row.append(button);
    return row;
  }

  step(by) {
    const index = Math.max(0, Math.min(this.track.count - 1, indexAt(this.track, this.page.time()) + by));
    this.page.seek(this.track.times[index]);
    this.choose();
  }

  async draw() {
    element('count').textContent = 'Drag over the map, from one corner to the other. Escape gives up.';
    const box = await drawBox(this.map, (drawn) => this.layer.choose([], drawn));
    if (box) this.box = box;
    this.choose();
  }

  takeView() {
    const bounds = this.map.getBounds();
    this.box = { south: bounds.getSouth(), west: bounds.getWest(), north: bounds.getNorth(), east: bounds.getEast() };
    this.choose();
  }

  // What is chosen: { points } by their texts, or { from, to, box }; null for nothing.
  chosen() {
    switch (element('way').value) {
      case 'jumps': {
        const points = this.jumps.filter(({ chosen }) => chosen).map(({ text }) => text);
        return points.length > 0 ? { points } : null;
      }
      case 'point':
        return { points: [pointText(this.track, indexAt(this.track, this.page.time()))] };
      case 'span':
        return spanOfTexts(element('from').value, element('to').value, this.page.zone());
      default:
        return this.box && { ...this.page.span(), box: boxText(this.box) };
    }
  }

  // Shows what is chosen, on the map and as a number.
  choose() {
    if (!this.track) return;
    const chosen = this.chosen();
    this.drawChosen(chosen);
    this.counting?.abort();
    this.counting = new AbortController();
    if (!chosen || chosen.points) this.tellCount(chosen ? chosen.points.length : 0);
    else this.attempt(() => this.countChosen(chosen, this.counting.signal));
  }

  drawChosen(chosen) {
    const way = element('way').value;
    const index = indexAt(this.track, this.page.time());
    if (way === 'point') {
      const speed = Number.isFinite(this.track.speeds[index]) ? ` · ${formatSpeed(this.track.speeds[index])}` : '';
      element('point-text').textContent = `${formatTime(this.track.times[index])}${speed}`;
    }
    const indexes = { jumps: [], point: [index],
      span: chosen ? pointsWithin(this.track, chosen, null, MOST_RINGS) : [],
      box: chosen ? pointsWithin(this.track, chosen, this.box, MOST_RINGS) : [] }[way];
    const points = way === 'jumps' ? this.jumps.filter((jump) => jump.chosen)
      : indexes.map((i) => ({ x: this.track.x[i], y: this.track.y[i] }));
    this.layer.choose(points, way === 'box' ? this.box : null);
  }

  async countChosen(chosen, signal) {
    const { points } = await ask('/api/corrections/count', { device: this.page.device(), ...chosen }, signal);
    this.tellCount(points);
  }

  tellCount(count) {
    this.count = count;
    const empty = { box: 'Draw a box, or take what the map shows.', span: 'There is no point in that time.' };
    element('count').textContent = count > 0 ? `${formatCount(count, 'point', 'points')} chosen`
      : empty[element('way').value] ?? 'Nothing is chosen.';
    element('hide').disabled = element('delete').disabled = count === 0;
  }

  async hide() {
    const device = this.page.device();
    const { correction, points } = await this.change('hide');
    this.hidden = { device, correction };
    this.said(points === 0 ? 'Nothing was hidden: it is not there any more.' : `${formatCount(points, 'point is', 'points are')} hidden.`,
      correction !== null);
  }

  async remove() {
    const name = formatCount(this.count, 'point', 'points');
    const sure = await askFirst(`Delete ${name}?`,
      'That is for good. What the phone sends once more does not come back.', `Delete ${name}`);
    if (!sure) return;
    const { points } = await this.change('delete');
    this.said(`${formatCount(points, 'point is', 'points are')} deleted.`, false);
  }

  async undo() {
    this.working(true);
    await correct('undo', this.hidden);
    this.said('Shown again.', false);
  }

  async change(action) {
    const chosen = this.chosen();
    const device = this.page.device();
    const progress = (points) => { element('progress').value = points; };
    this.working(true);
    element('progress').max = this.count;
    element('progress').value = 0;
    return chosen.points ? correctPoints(action, device, chosen.points, progress)
      : correct(action, { device, ...chosen }, progress);
  }

  working(on) {
    element('progress').hidden = !on;
    for (const id of ['hide', 'delete', 'undo']) element(id).disabled = on;
  }

  // What was done; the track is read anew. The focus stays near: on what can be done next.
  said(text, canUndo) {
    this.working(false);
    element('done').hidden = false;
    element('said').textContent = text;
    element('undo').hidden = !canUndo;
    if (canUndo) element('undo').focus();
    else this.place.querySelector('summary').focus();
    this.reloading = true;
    this.page.reload();
  }

  async attempt(action) {
    try {
      await action();
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.working(false);
      element('done').hidden = false;
      element('undo').hidden = true;
      element('said').textContent = error.message;
    }
  }
}
