// The places of the household: a map of circles and polygons, and a list. One is chosen to be seen,
// and by an admin to be changed. A circle is moved by moving the map under a cross, and a corner is
// set there: that works by finger, by mouse and by keyboard alike. Below it, who came and went.

import { CornerEdit, FEWEST_CORNERS } from './corner-edit.js';
import { formatCount, formatMetres } from './format.js';
import { HooksPanel } from './hooks-panel.js';
import { addBase, createMap, rememberedView } from './map-view.js';
import { PassagesList } from './passages-list.js';
import { PlaceLayer } from './place-layer.js';
import { readPlaces, removePlace, savePlace } from './trips-api.js';

const NEW_RADIUS_M = 75;
const NEAR_ZOOM = 16;
const HINTS = {
  circle: 'Move the map until the cross is on the place.',
  corners: 'Move the map until the cross is on a corner, and set it; go around the place. A corner that is chosen moves with the map.',
};

const element = (id) => document.getElementById(id);

class PlacesPage {
  constructor() {
    this.map = createMap(element('map'));
    this.layer = new PlaceLayer('places', 420).addTo(this.map);
    this.places = [];
    this.chosen = null; // of the list
    this.edited = null; // { place?, name, radius_m, corners? }: what is in the form
    this.corners = new CornerEdit(this.map, { list: element('corners'), set: element('set') }, () => this.draw());
    this.passages = new PassagesList((text) => this.tell(text));
    this.hooks = new HooksPanel((number) => this.places.find(({ place }) => place === number)?.name ?? '');
    this.listen();
  }

  listen() {
    element('add').addEventListener('click', () => this.edit({ name: '', radius_m: NEW_RADIUS_M }));
    element('cancel').addEventListener('click', () => this.endEdit());
    element('remove').addEventListener('click', () => this.remove());
    element('radius').addEventListener('input', () => this.draw());
    for (const id of ['as-circle', 'as-corners']) element(id).addEventListener('change', () => this.showShape());
    element('edit').addEventListener('submit', (event) => {
      event.preventDefault();
      this.save();
    });
    this.map.on('move', () => {
      if (!this.edited) return;
      this.corners.moved();
      this.draw();
    });
    document.addEventListener('keydown', ({ key }) => { if (key === 'Escape' && this.edited) this.endEdit(); });
  }

  async start() {
    addBase(this.map, (text) => this.tell(text));
    const view = rememberedView('waymark.map.view');
    if (view) this.map.setView([view[0], view[1]], view[2]);
    try {
      await this.read();
    } catch (error) {
      this.tell(error.message);
    }
    const asked = Number(new URLSearchParams(window.location.search).get('place'));
    const place = this.places.find((each) => each.place === asked);
    if (place) this.choose(place);
    else this.fitAll();
    this.passages.start();
  }

  async read() {
    const { places, may_change: mayChange } = await readPlaces();
    this.places = places;
    this.mayChange = mayChange === true;
    element('add').hidden = !this.mayChange;
    element('empty').hidden = places.length > 0;
    element('empty').textContent = this.mayChange
      ? 'No place has a name yet. Add one here, or name a stay on the history page.'
      : 'No place has a name yet. An admin can add places here.';
    this.drawList();
    this.draw();
    this.hooks.setPlaces(places);
    await this.hooks.read();
  }

  drawList() {
    element('list').replaceChildren(...this.places.map((place) => {
      const row = document.createElement('button');
      row.type = 'button';
      row.className = 'place-row';
      row.setAttribute('aria-pressed', String(place === this.chosen));
      for (const [className, text] of [['name', place.name], ['size', place.corners ? formatCount(place.corners.length, 'corner', 'corners') : formatMetres(place.radius_m)]]) {
        const part = document.createElement('span');
        part.className = className;
        part.textContent = text;
        row.append(part);
      }
      row.addEventListener('click', () => this.choose(place));
      const item = document.createElement('li');
      item.append(row);
      return item;
    }));
  }

  choose(place) {
    this.chosen = place;
    this.drawList();
    this.map.setView([place.lat, place.lon], NEAR_ZOOM, { animate: false });
    const fits = this.circleOf(place);
    if (fits.radius_m > 300) this.map.fitBounds(this.boundsOf([place]), { animate: false });
    if (this.mayChange) this.edit(place);
    else this.draw();
  }

  circleOf({ lat, lon, radius_m: radius, name, corners }) {
    return { lat, lon, radius_m: radius, name, corners };
  }

  boundsOf(places) {
    return places.reduce((bounds, { lat, lon, radius_m: radius }) =>
      bounds.extend(window.L.latLng(lat, lon).toBounds(radius * 2)), window.L.latLngBounds([]));
  }

  fitAll() {
    if (this.places.length > 0) this.map.fitBounds(this.boundsOf(this.places).pad(0.15), { animate: false, maxZoom: NEAR_ZOOM });
  }

  edit(place) {
    this.edited = place;
    this.from = this.map.getCenter();
    element('edit').hidden = element('cross').hidden = false;
    element('edit-title').textContent = place.place ? 'Change this place' : 'New place';
    element('remove').hidden = !place.place;
    element('name').value = place.name;
    element('radius').value = place.corners ? NEW_RADIUS_M : Math.round(place.radius_m);
    element(place.corners ? 'as-corners' : 'as-circle').checked = true;
    this.corners.start(place.corners ?? []);
    this.showShape();
    element('problem').textContent = '';
    this.draw();
    element('edit').scrollIntoView({ block: 'nearest' });
    element('name').focus({ preventScroll: true });
  }

  hasCorners() {
    return element('as-corners').checked;
  }

  showShape() {
    const hasCorners = this.hasCorners();
    element('corner-box').hidden = !hasCorners;
    element('radius-field').hidden = hasCorners;
    element('radius').disabled = hasCorners;
    element('edit-hint').textContent = HINTS[hasCorners ? 'corners' : 'circle'];
    this.draw();
  }

  endEdit() {
    const number = this.edited?.place;
    this.edited = this.chosen = null;
    element('edit').hidden = element('cross').hidden = true;
    this.drawList();
    this.draw();
    const index = this.places.findIndex((each) => each.place === number);
    (element('list').querySelectorAll('button')[index] ?? element('add')).focus();
  }

  // What is edited is drawn where the cross is, as large as the form says.
  draw() {
    const others = this.places.filter((place) => place !== this.edited)
      .map((place) => ({ ...this.circleOf(place), strong: place === this.chosen }));
    if (this.edited) {
      const { lat, lng } = this.map.getCenter();
      const { corners, chosen } = this.corners;
      if (!this.hasCorners()) others.push({ lat, lon: lng, radius_m: Number(element('radius').value) || 0, strong: true });
      else if (corners.length > 0) others.push({ lat: corners[0][0], lon: corners[0][1], radius_m: 0, corners, chosen, strong: true });
    }
    this.layer.setCircles(others);
  }

  // A place that was not moved stays where it is to the last digit.
  shape() {
    if (this.hasCorners()) {
      const { corners } = this.corners;
      if (corners.length < FEWEST_CORNERS) throw new Error(`Set ${FEWEST_CORNERS} corners at least.`);
      return { corners };
    }
    const middle = this.map.getCenter();
    const isMoved = !this.edited.place || this.edited.corners || !middle.equals(this.from);
    const { lat, lng } = isMoved ? middle.wrap() : { lat: this.edited.lat, lng: this.edited.lon };
    return { lat, lon: lng, radius_m: Number(element('radius').value) };
  }

  async save() {
    const name = element('name').value.trim();
    const number = this.edited.place;
    await this.change(() => savePlace({ name, ...this.shape(), ...(number ? { place: number } : {}) }), `${name} is saved.`);
  }

  async remove() {
    const { place, name } = this.edited;
    await this.change(() => removePlace(place), `${name} is removed.`);
  }

  // What was typed stays in the form if it is refused.
  async change(action, done) {
    try {
      await action();
      await this.read();
    } catch (error) {
      element('problem').textContent = error.message;
      return;
    }
    this.endEdit();
    element('status').textContent = `${done} ${formatCount(this.places.length, 'place', 'places')}.`;
  }

  tell(text) {
    element('notice').textContent = text;
    element('notice').hidden = text === '';
  }
}

const page = new PlacesPage();
await page.start();
document.documentElement.dataset.ready = 'places';
