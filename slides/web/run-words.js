// What a pane says about its run, in words.

export const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;

// The state of a run after its events so far, as one line.
export class RunWords {
  #ended = '';
  #living = new Set();

  clear() {
    this.#ended = '';
    this.#living.clear();
    this.words = 'not started';
    this.end = ''; // how it ended, without the time that it took
    this.isAtStep = false;
  }

  constructor() { this.clear(); }

  hear(event) {
    const { name } = event;
    if (name === 'fork' || name === 'program') this.#living.add(event.pid);
    if (name === 'exit' || name === 'collected') this.#living.delete(event.pid);
    if (name === 'source') this.words = 'running';
    if (name === 'step') this.words = `step ${event.number}: Next goes on`;
    if (name === 'next') this.words = 'running';
    if (name === 'step' || name === 'next') this.isAtStep = name === 'step';
    if (name === 'ended' && event.pane === 0) this.end = event.words;
    if (name === 'finished' && event.reason !== '') this.end += `; ${event.reason}`;
    if (name === 'ended' && event.pane === 0) this.#ended = `${event.words} after ${seconds(event.milliseconds)}`;
    if (name === 'stopped') this.words = 'stopped';
    else if (name === 'finished') this.words = [this.#ended, event.reason].filter(Boolean).join('; ');
    else if (this.#ended !== '') this.words = this.#ended + this.#whoGoesOn();
  }

  #whoGoesOn() {
    const count = this.#living.size;
    return count > 0 ? `; ${count} ${count === 1 ? 'process is' : 'processes are'} left` : '';
  }
}

// Why a run is impossible, or broke off. fetch() says "Failed to fetch", "NetworkError" and other
// things when nobody answers.
export function wordsOf(error) {
  if (error.name === 'AbortError') return 'stopped';
  if (error instanceof TypeError) return 'The slide server does not answer: ./waymark slides starts it.';
  return error.message;
}
