// The places of the household: a map of circles, and a list. One is chosen to be seen, and by an
// admin to be changed. A circle is moved by moving the map under a cross: that works by finger, by
// mouse and by keyboard alike.

import { formatCount, formatMetres } from './format.js';
import { addBase, createMap, rememberedView } from './map-view.js';
import { PlaceLayer } from './place-layer.js';
import { readPlaces, removePlace, savePlace } from './trips-api.js';

const NEW_RADIUS_M = 75;
const NEAR_ZOOM = 16;

const element = (id) => document.getElementById(id);

class PlacesPage {
  constructor() {
    this.map = createMap(element('map'));
    this.layer = new PlaceLayer('places', 420).addTo(this.map);
    this.places = [];
    this.chosen = null; // of the list
    this.edited = null; // { place?, name, radius_m }: what is in the form
    this.listen();
  }

  listen() {
    element('add').addEventListener('click', () => this.edit({ name: '', radius_m: NEW_RADIUS_M }));
    element('cancel').addEventListener('click', () => this.endEdit());
    element('remove').addEventListener('click', () => this.remove());
    element('radius').addEventListener('input', () => this.draw());
    element('edit').addEventListener('submit', (event) => {
      event.preventDefault();
      this.save();
    });
    this.map.on('move', () => this.edited && this.draw());
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
  }

  drawList() {
    element('list').replaceChildren(...this.places.map((place) => {
      const row = document.createElement('button');
      row.type = 'button';
      row.className = 'place-row';
      row.setAttribute('aria-pressed', String(place === this.chosen));
      for (const [className, text] of [['name', place.name], ['size', formatMetres(place.radius_m)]]) {
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

  circleOf({ lat, lon, radius_m: radius, name }) {
    return { lat, lon, radius_m: radius, name };
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
    element('radius').value = Math.round(place.radius_m);
    element('problem').textContent = '';
    this.draw();
    element('edit').scrollIntoView({ block: 'nearest' });
    element('name').focus({ preventScroll: true });
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
      others.push({ lat, lon: lng, radius_m: Number(element('radius').value) || 0, strong: true });
    }
    this.layer.setCircles(others);
  }

  async save() {
    // A place that was not moved stays where it is to the last digit.
    const middle = this.map.getCenter();
    const isMoved = !this.edited.place || !middle.equals(this.from);
    const { lat, lng } = isMoved ? middle.wrap() : { lat: this.edited.lat, lng: this.edited.lon };
    const place = { name: element('name').value.trim(), lat, lon: lng, radius_m: Number(element('radius').value) };
    if (this.edited.place) place.place = this.edited.place;
    await this.change(() => savePlace(place), `${place.name} is saved.`);
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
