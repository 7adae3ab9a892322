// What the live map knows: the devices, where each one is, its trail of today. Takes what the
// server sends and believes none of it: rows that are no places are left out. Pure.

import { isPlace } from './geo.js';
import { Trail } from './trail.js';

const optional = (value) => (Number.isFinite(value) ? value : null);

export class Fleet {
  constructor() {
    this.devices = new Map(); // by number, in the server's order
  }

  setDevices(list) {
    const previous = this.devices;
    this.devices = new Map();
    for (const { id, name } of list) {
      if (!Number.isInteger(id)) continue;
      const device = previous.get(id) ?? { id, last: null, trail: new Trail(), trailRead: false };
      device.name = String(name ?? id);
      device.colour = this.devices.size;
      this.devices.set(id, device);
    }
  }

  setPositions(positions) {
    for (const p of positions) {
      const device = this.devices.get(p.device);
      // The same position, but a phone that sends signs of life from there.
      if (device?.last && device.last.time === p.time) {
        device.last.battery = optional(p.battery_pct) ?? device.last.battery;
        device.last.seen = optional(p.seen);
      }
      this.moveTo(p.device, {
        time: p.time, latitude: p.lat, longitude: p.lon, speed: optional(p.speed_mps),
        course: optional(p.course_deg), altitude: optional(p.altitude_m),
        accuracy: optional(p.accuracy_m), battery: optional(p.battery_pct),
        seen: optional(p.seen),
      });
    }
  }

  // Rows as the stream sends them. Returns the numbers of the devices that changed; a number that
  // is not known is in `strangers`: the list of devices has to be read again.
  applyRows(rows, trailFrom) {
    const changed = new Set(), strangers = new Set();
    for (const row of rows) {
      if (!Array.isArray(row)) continue;
      const [device, time, latitude, longitude, speed, course, altitude, accuracy, battery] = row;
      if (!this.devices.has(device)) {
        if (Number.isInteger(device)) strangers.add(device);
        continue;
      }
      const fix = { time, latitude, longitude, speed: optional(speed), course: optional(course),
        altitude: optional(altitude), accuracy: optional(accuracy), battery: optional(battery), seen: null };
      if (this.moveTo(device, fix)) changed.add(device);
      if (this.extendTrail(device, fix, trailFrom)) changed.add(device);
    }
    return { changed, strangers };
  }

  // An older fix than the one that is shown does not move the device.
  moveTo(id, fix) {
    const device = this.devices.get(id);
    if (!device || !Number.isFinite(fix.time) || !isPlace(fix.latitude, fix.longitude)) return false;
    if (device.last && device.last.time >= fix.time) return false;
    device.last = { ...fix, battery: fix.battery ?? device.last?.battery ?? null };
    return true;
  }

  extendTrail(id, fix, trailFrom) {
    const device = this.devices.get(id);
    if (!device || !(fix.time >= trailFrom) || !isPlace(fix.latitude, fix.longitude)) return false;
    return device.trail.add(fix.time, fix.latitude, fix.longitude);
  }

  // From when on the track has to be read: what was read before is not asked for again. (What a
  // phone sends late, while nobody looks at the page, is missed until the page is loaded again.)
  trackWanted(id, midnight) {
    const { trail, trailRead } = this.devices.get(id);
    return trailRead && trail.count > 0 ? trail.times[trail.count - 1] : midnight;
  }

  // A track that was read from the server, as decodeColumns() gives it.
  addTrack(id, columns) {
    const device = this.devices.get(id);
    if (device) device.trailRead = true;
    for (let i = 0; i < columns.count; i++) {
      this.extendTrail(id, { time: columns.times[i],
        latitude: columns.latitudeE7[i] / 1e7, longitude: columns.longitudeE7[i] / 1e7 }, -Infinity);
    }
  }

  clearTrails() {
    for (const device of this.devices.values()) {
      device.trail = new Trail();
      device.trailRead = false;
    }
  }

  // Where everybody is may not be so any more: a point may have been hidden, and an older one is the last.
  forgetPlaces() {
    this.clearTrails();
    for (const device of this.devices.values()) device.last = null;
  }

  placed() {
    return [...this.devices.values()].filter((device) => device.last);
  }
}
