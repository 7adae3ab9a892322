// What a run's events say of frames, added up: who takes part, in the order in which they are first named,
// and what was sent to whom. No document in it.

export class Frames {
  #actors = [];

  constructor() { this.clear(); }

  clear() {
    this.#actors = [];
    this.all = [];
    this.refused = []; // why
  }

  get actors() { return this.#actors; }

  hear(event) {
    if (event.name === 'frame_refused') this.refused.push(event.why);
    if (event.name !== 'frame') return;
    const { at, from, to, what, lost = false } = event;
    for (const actor of [from, to]) if (!this.#actors.includes(actor)) this.#actors.push(actor);
    this.all.push({ at, from, to, what, lost, first: this.#actors.indexOf(from), last: this.#actors.indexOf(to) });
  }
}

export const timeInWords = (at) => `${(at / 1000).toFixed(3)} s`;

// One sentence for a frame.
export function frameInWords({ at, from, to, what, lost }) {
  return `${timeInWords(at)}, ${from} to ${to}${lost ? ', lost' : ''}: ${what}`;
}
