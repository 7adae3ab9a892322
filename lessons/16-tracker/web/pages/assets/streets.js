// Streets from one file, read by parts as the map moves (pmtiles) and drawn here (protomaps-leaflet):
// no other machine is asked, and no font is loaded. The file is that of a region; outside of it, and
// where it is seen from too far, nothing is drawn.

import { sourceOf } from './attribution.js';
import { isWithin, regionOf } from './region.js';
import { streetRules } from './street-rules.js';
import { onThemeChange, theme } from './theme.js';

const { L } = window;

const LIBRARIES = ['pmtiles/pmtiles.js', 'protomaps-leaflet/protomaps-leaflet.js'];
const TRY_AGAIN_MS = 10000;
const LEAST_PIXEL_RATIO = 2; // pictures are stretched between two zooms, and must stay sharp

// Only a server that has streets costs their weight.
function loadLibrary(name) {
  const address = `/assets/vendor/${name}`;
  const script = document.createElement('script');
  script.src = address;
  return new Promise((resolve, reject) => {
    script.addEventListener('load', resolve);
    script.addEventListener('error', () => reject(new Error(`${address} cannot be loaded.`)));
    document.head.append(script);
  });
}

export class Streets {
  // `link` is how to ask the server: readMap(), and fields that go with a request.
  constructor(map, pane, note, link) {
    this.map = map;
    this.link = link;
    this.pane = pane;
    this.note = note;
    this.triedAt = -Infinity;
    onThemeChange(() => this.restyle());
  }

  // `url` names one state of the file. A failure is told on the map, not thrown.
  async show(url) {
    this.url = url;
    try {
      if (!window.protomapsL) await Promise.all(LIBRARIES.map(loadLibrary));
      const archive = openArchive(url, this.link.fields, { read: () => this.note.tell(''), failed: (error) => this.failed(error) });
      const header = await archive.getHeader();
      const source = await sourceOf(archive);
      if (this.url !== url) return; // another one by now
      this.remove();
      this.layer = this.makeLayer(archive, regionOf(header), source).addTo(this.map);
    } catch (error) {
      this.note.tell(`The streets cannot be read: ${error.message}`);
      this.failed(error);
    }
  }

  makeLayer(archive, region, attribution) {
    const layer = window.protomapsL.leafletLayer({ url: archive, pane: this.pane, attribution,
      maxDataZoom: region.greatestZoom, minZoom: region.leastZoom, maxZoom: 24, ...streetRules(theme()),
      devicePixelRatio: Math.max(LEAST_PIXEL_RATIO, window.devicePixelRatio || 1) });
    // Leaflet's own bounds know one copy of the world only.
    const isValid = layer._isValidTile;
    layer._isValidTile = (coords) => isValid.call(layer, coords) && isWithin(region, coords);
    return layer;
  }

  restyle() {
    if (!this.layer) return;
    Object.assign(this.layer, streetRules(theme()));
    this.layer.clearLayout();
    this.layer.rerenderTiles();
  }

  // The file may be another one by now, the server away for a while, or the file broken. Many tiles
  // fail together; it is looked into once, and after that at times.
  failed(error) {
    if (this.timer) return;
    const wait = Date.now() - this.triedAt > TRY_AGAIN_MS ? 0 : TRY_AGAIN_MS;
    this.timer = setTimeout(() => this.tryAgain(error), wait);
  }

  async tryAgain(error) {
    this.triedAt = Date.now();
    let ground;
    try {
      ground = await this.link.readMap();
    } catch { /* the server is away: `error` says so as well */ }
    this.timer = null;
    if (ground?.streets && (ground.streets.url !== this.url || !this.layer)) {
      await this.show(ground.streets.url);
      return;
    }
    if (ground && !ground.streets) this.remove();
    this.note.tell(`The streets cannot be read: ${ground?.problem ?? error.message}`);
    // What failed is not kept: to draw anew is to ask anew.
    if (this.layer) this.layer.rerenderTiles();
    else this.failed(error);
  }

  remove() {
    this.layer?.remove();
    this.layer = null;
  }
}

// `on` has read() for each part that came, and failed(error).
function openArchive(url, fields, on) {
  const { FetchSource, PMTiles, ResolvedValueCache } = window.pmtiles;

  class Source extends FetchSource {
    async getBytes(offset, length, signal, tag) {
      try {
        const part = await super.getBytes(offset, length, signal, tag);
        on.read();
        return part;
      } catch (error) {
        if (error.name === 'AbortError') throw error;
        on.failed(error instanceof TypeError ? new Error('the server does not answer.') : error);
        // Not to be told on the console for each tile.
        throw new DOMException(error.message, 'AbortError');
      }
    }
  }

  // pmtiles' own cache would keep a failure for ever. What is asked for twice is fetched once, for
  // whoever wants it, so that a tile that is not wanted any more takes it from no other.
  class Directories extends ResolvedValueCache {
    coming = new Map();

    getDirectory(source, offset, length, header) {
      if (!this.coming.has(offset)) {
        const directory = super.getDirectory(source, offset, length, header)
          .finally(() => this.coming.delete(offset));
        this.coming.set(offset, directory);
      }
      return this.coming.get(offset);
    }
  }

  return new PMTiles(new Source(new URL(url, window.location.href).href, new Headers(fields)), new Directories());
}
