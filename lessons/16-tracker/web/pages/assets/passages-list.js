// Who came to the places and who left them, the newest first, as it happens.

import { formatMoment } from './format.js';
import { Live } from './live.js';
import { keepInStep, make, name, setText } from './make.js';
import { read } from './session.js';

const element = (id) => document.getElementById(id);
const NOTHING = () => {};

export class PassagesList {
  constructor(tell) {
    this.tell = tell;
    this.events = [];
    this.below = null;
    element('earlier').addEventListener('click', () => this.readEarlier());
  }

  start() {
    this.live = new Live('/api/live', { open: () => this.readNewest(), reset: () => this.readNewest(),
      passages: () => this.readNewest(), devices: () => this.readNewest(), fixes: NOTHING, state: NOTHING });
    this.live.follow();
  }

  // One reading at a time; a wish during a reading is granted after it.
  async readNewest() {
    if (this.reading) {
      this.wanted = true;
      return;
    }
    this.reading = true;
    do {
      this.wanted = false;
      try {
        const { events, below } = await read('/api/places/events');
        // What was read further down stays, as long as there is no hole before it.
        const oldest = events.at(-1)?.event ?? 0;
        const earlier = below === null ? [] : this.events.filter(({ event }) => event < oldest);
        const isWhole = earlier.length === 0 || this.events.some(({ event }) => event === oldest);
        this.events = isWhole ? [...events, ...earlier] : events;
        if (earlier.length === 0 || !isWhole) this.below = below;
        this.show();
      } catch (error) {
        this.tell(error.message);
      }
    } while (this.wanted);
    this.reading = false;
  }

  async readEarlier() {
    try {
      const { events, below } = await read(`/api/places/events?below=${this.below}`);
      this.events = [...this.events, ...events];
      this.below = below;
      this.show();
    } catch (error) {
      this.tell(error.message);
    }
  }

  show() {
    element('earlier').hidden = this.below === null;
    element('no-events').hidden = this.events.length > 0;
    keepInStep(element('events'), this.events, ({ event }) => event, (row, event) => {
      row.append(make('span', { className: 'who' }, name(event.device_name),
        event.kind === 'enter' ? ' came to ' : ' left ', name(event.name)),
      make('time', { className: 'when', dateTime: new Date(event.time).toISOString() }));
    }, (row, { time }) => setText(row.querySelector('.when'), formatMoment(time, Date.now())));
  }
}
