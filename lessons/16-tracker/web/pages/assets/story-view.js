// Trips and stays on the history page: the list, and what is chosen in it on the map and the chart.

import { boundsOf } from './geo.js';
import { fit } from './map-view.js';
import { PartLayer, partOf } from './part-layer.js';
import { PlaceLayer } from './place-layer.js';
import { TripList } from './trip-list.js';

const STAY_RADIUS_M = 50; // half the square of a stay (trip_rules.hh)
const STAY_REACH_DEGREES = 0.001;

export class StoryView {
  // `page` has track(), moment(), seek(time), alone(device) and chart.
  constructor(map, section, page) {
    this.map = map;
    this.page = page;
    this.part = new PartLayer().addTo(map);
    this.circle = new PlaceLayer('stay', 416).addTo(map);
    this.list = new TripList(section, {
      choose: (segment) => this.choose(segment), moment: () => page.moment(), showMap: () => this.showMap(),
      alone: (device) => page.alone(device),
    });
  }

  // Reads the story of what the page shows. A failure is the caller's to tell.
  async show(device, span, signal) {
    this.forget();
    await this.list.show(device, span, signal);
  }

  showSeveral(devices) {
    this.forget();
    this.list.showSeveral(devices);
  }

  clear() {
    this.forget();
    this.list.clear();
  }

  momentChanged() {
    this.list.momentChanged();
  }

  showMap() {
    const box = this.map.getContainer();
    box.scrollIntoView({ block: 'start' });
    box.focus({ preventScroll: true });
  }

  forget() {
    this.part.setPart(null);
    this.circle.setCircles([]);
  }

  choose(segment) {
    this.forget();
    const track = this.page.track();
    if (!segment || !track) {
      this.zoomChart(track, -Infinity, Infinity);
      return;
    }
    const part = partOf(track, segment.begin, segment.end);
    if (segment.kind === 'stay') {
      const { lat, lon } = segment.at;
      this.circle.setCircles([{ lat, lon, radius_m: STAY_RADIUS_M, strong: true }]);
      fit(this.map, [[lat - STAY_REACH_DEGREES, lon - STAY_REACH_DEGREES], [lat + STAY_REACH_DEGREES, lon + STAY_REACH_DEGREES]]);
    } else if (part.count > 0) {
      this.part.setPart(track, segment.begin, segment.end);
      fit(this.map, boundsOf(part.latitudes, part.longitudes));
    }
    this.zoomChart(track, segment.begin, segment.end);
    // After the chart has its new scale, which uPlot gives it in a microtask of its own.
    queueMicrotask(() => this.page.seek(Math.max(segment.begin, track.times[0])));
  }

  zoomChart(track, from, to) {
    const { chart } = this.page;
    if (!chart.plot || !track) return;
    const at = (time) => chart.positionAt(Math.max(track.times[0], Math.min(track.times[track.count - 1], time)));
    if (at(to) > at(from)) chart.plot.setScale('x', { min: at(from), max: at(to) });
  }
}
