// The card of the device that is looked at: all that is known of it, and what can be done about it.
// What is not known is left out, what is old says so.

import { ageNow, batteryText, isLow, isMoving, movementText } from './device-facts.js';
import { dayOf } from './day.js';
import { formatAge, formatCourse, formatDistance, formatMetres, formatMoment, formatPlace, formatShortTime } from './format.js';

const HEARD_LATER_MS = 60 * 1000; // than the position is: worth a line

const part = (id) => document.getElementById(`card-${id}`);

export class DeviceCard {
  // `on` has close() and follow(wanted).
  constructor(element, now, on) {
    this.element = element;
    this.now = now;
    part('close').addEventListener('click', () => on.close());
    part('follow').addEventListener('click', () => on.follow(!this.following));
    part('copy').addEventListener('click', () => this.copy());
    part('copy').hidden = !navigator.clipboard; // only where the connection is a safe one
  }

  // null: no device is looked at.
  show(device, following) {
    this.device = device;
    this.following = following;
    this.element.hidden = !device;
    this.update();
  }

  update() {
    if (!this.device?.last) return; // while positions are read anew
    const { name, last, trail } = this.device;
    const age = ageNow(last, this.now());
    part('name').textContent = name;
    part('when').textContent = `Position of ${formatMoment(last.time, this.now())}, ${formatAge(age)}`;
    const heardLater = last.seen !== null && last.seen - last.time > HEARD_LATER_MS;
    this.fact('heard', heardLater ? formatAge(this.now() - last.seen) : '');
    const way = isMoving(last, age) ? formatCourse(last.course) : '';
    this.fact('speed', [movementText(last, age), way].filter((text) => text !== '').join(', '));
    this.fact('accuracy', last.accuracy > 0 ? `± ${formatMetres(last.accuracy)}` : '');
    this.fact('battery', batteryText(last.battery));
    part('battery').classList.toggle('low', isLow(last.battery));
    this.fact('altitude', last.altitude === null ? '' : formatMetres(last.altitude));
    this.fact('today', trail.count > 1
      ? `${formatDistance(trail.distance())} since ${formatShortTime(trail.times[0])}` : '');
    this.fact('place', formatPlace(last.latitude, last.longitude));
    part('open').href = `geo:${last.latitude},${last.longitude}`;
    part('history').href = `/history?${new URLSearchParams({ device: this.device.id, day: dayOf(last.time) })}`;
    part('follow').setAttribute('aria-pressed', String(this.following));
  }

  fact(name, text) {
    if (part(name).textContent !== text) part(name).textContent = text;
    part(name).closest('div').hidden = text === '';
  }

  async copy() {
    if (!this.device?.last) return;
    const { latitude, longitude } = this.device.last;
    try {
      await navigator.clipboard.writeText(formatPlace(latitude, longitude));
      part('said').textContent = 'Copied.';
    } catch {
      part('said').textContent = 'The browser does not allow to copy.';
    }
  }
}
