// A long track comes with a part of its fixes. When somebody looks closer, the server is asked for
// what can be seen of it there, and until that has come the coarse line stays.

import { readTrack } from './api.js';
import { makeTrack } from './track.js';

const MOST_FIXES = 30000;
const STILL_MS = 200; // a map that is being moved asks for nothing
const RIM = 0.25;     // of the view, on each side: a short way to the side needs no new line
const CLOSER = 0.75;  // zoom levels

export class TrackDetail {
  // `tell` gets the words of a failure.
  constructor(map, layer, tell) {
    Object.assign(this, { map, layer, tell, shown: [], firstZoom: 0 });
    map.on('moveend', () => this.moved());
  }

  // Of { device, track }; `span` is { from, to } in ms. The map shows all of it now.
  setTracks(shown, span) {
    this.forget();
    Object.assign(this, { shown, span, firstZoom: this.map.getZoom() });
  }

  forget() {
    clearTimeout(this.timer);
    this.reading?.abort();
    this.seen = null;
    this.shown = [];
  }

  moved() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), STILL_MS);
  }

  async look() {
    const zoom = this.map.getZoom(), bounds = this.map.getBounds();
    if (this.seen && this.seen.zoom === zoom && this.seen.bounds.contains(bounds)) return;
    this.reading?.abort();
    this.reading = new AbortController();
    const { signal } = this.reading;
    const isClose = zoom >= this.firstZoom + CLOSER;
    this.seen = { zoom, bounds: bounds.pad(RIM) };
    const { shown, seen, span } = this;
    await Promise.all(shown.map(async ({ device, track }, index) => {
      if (!track.thinned) return;
      if (!isClose) return this.layer.setDetail(index, null);
      try {
        const columns = await readTrack(device, span.from, span.to, MOST_FIXES, signal, viewOf(seen));
        if (!signal.aborted) this.layer.setDetail(index, makeTrack(columns));
      } catch (error) {
        if (error.name === 'AbortError') return;
        this.seen = null;
        this.tell(error.message);
      }
    }));
    if (!signal.aborted) this.map.getContainer().dataset.detail = isClose ? String(zoom) : '';
  }
}

// As the server wants it: within the world, west above east across the date line.
export function viewOf({ zoom, bounds }) {
  const round = (degrees) => Number((degrees - 360 * Math.floor((degrees + 180) / 360)).toFixed(6));
  const inside = (degrees) => Number(Math.max(-90, Math.min(90, degrees)).toFixed(6));
  const isWorld = bounds.getEast() - bounds.getWest() >= 359;
  return {
    west: isWorld ? -180 : round(bounds.getWest()), east: isWorld ? 180 : round(bounds.getEast()),
    south: inside(bounds.getSouth()), north: inside(bounds.getNorth()), zoom: Math.max(0, Math.min(24, zoom)),
  };
}
