// What lies on the outline of the world, as the server says: streets from a file of its own,
// pictures of another server, or nothing. Whatever of it is missing, late or broken, the outline is
// still there, and a line on the map says why.

import { readMap } from './api.js';
import { asHtml } from './attribution.js';
import { Streets } from './streets.js';

const { L } = window;

const PANE = 'ground', PANE_ORDER = 170; // above the graticule, under the tracks

// `link` has readMap() and fields, for who has no account.
export async function addGround(map, link = { readMap, fields: {} }) {
  map.createPane(PANE).style.zIndex = PANE_ORDER;
  const note = new MapNote(map);
  let ground;
  try {
    ground = await link.readMap();
  } catch (error) {
    note.tell(`The streets are missing: ${error.message}`);
    return;
  }
  if (ground.problem) note.tell(`There are no streets: ${ground.problem}`);
  if (ground.streets) await new Streets(map, PANE, note, link).show(ground.streets.url);
  if (ground.tiles) addPictures(map, ground.tiles, note);
}

// Pictures that do not come are transparent. It is told while none comes.
function addPictures(map, { url, host, attribution }, note) {
  const layer = L.tileLayer(url, { pane: PANE, className: 'picture', maxZoom: 22, maxNativeZoom: 19,
    attribution: asHtml(attribution), referrerPolicy: 'strict-origin-when-cross-origin' });
  layer.on('tileerror', () => note.tell(`${host} sends no map pictures; this is the outline of the world.`));
  layer.on('tileload', () => note.tell(''));
  layer.addTo(map);
}

// A line at the edge of the map.
class MapNote {
  constructor(map) {
    this.map = map;
    this.element = L.DomUtil.create('p', 'map-note');
    this.element.setAttribute('role', 'status');
    this.element.hidden = true;
    const control = L.control({ position: 'topleft' });
    control.onAdd = () => this.element;
    control.addTo(map);
  }

  tell(text) {
    if (this.element.textContent !== text) this.element.textContent = text;
    this.element.hidden = text === '';
  }
}
