// Plays a stretch of time: a clock that runs `rate` times as fast as the wall's, from one frame to
// the next. Knows no map and no page.

const LONGEST_FRAME_MS = 250; // a page that was hidden goes on where it was

export const RATES = [1, 10, 60, 300, 1800, 7200, 86400, 604800];
const LONGEST_MS = 3 * 60 * 1000;

// `rate`, or the next one at which `span` is played in three minutes.
export function rateFor(span, rate) {
  return RATES.find((one) => one >= rate && span / one <= LONGEST_MS) ?? RATES.at(-1);
}

export class Player {
  // `on` has time(ms) and playing(boolean).
  constructor(on) {
    this.on = on;
    this.rate = 60;
    this.load(0, 0);
  }

  load(first, last) {
    this.pause();
    this.first = first;
    this.last = last;
    this.time = first;
  }

  toggle() {
    if (this.running) this.pause();
    else this.play();
  }

  play() {
    if (this.running || this.last <= this.first) return;
    if (this.time >= this.last) this.time = this.first;
    this.running = true;
    this.on.playing(true);
    this.previous = performance.now();
    requestAnimationFrame((now) => this.step(now));
  }

  pause() {
    if (!this.running) return;
    this.running = false;
    this.on.playing(false);
  }

  seek(time) {
    this.time = Math.max(this.first, Math.min(this.last, time));
    this.on.time(this.time);
  }

  step(now) {
    if (!this.running) return;
    const passed = Math.max(0, Math.min(LONGEST_FRAME_MS, now - this.previous));
    this.previous = now;
    this.seek(this.time + passed * this.rate);
    if (this.time >= this.last) this.pause();
    else requestAnimationFrame((next) => this.step(next));
  }
}
