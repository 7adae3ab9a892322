// The load of a run's server: how many are inside, wait and were refused, and how long a good client
// waits. A row for each, a column for each moment, the newest on the right; a row's tallest column is
// the most that there has been. Where a good client has no answer the column is hatched.

import { loadInWords, Loads, ROWS } from './loads.js';
import { Speaker } from './speaker.js';

const EMPTY = 'The load of the demo\'s server is drawn here while it runs.';

function element(name, className, text = '') {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

export class LoadPane {
  static selector = '.load';

  #element;
  #loads = new Loads();
  #speaker;
  #isStale = true;

  constructor(element_, { box }) {
    this.#element = element_;
    this.#speaker = new Speaker(box);
    this.show();
  }

  clear() {
    this.#loads.clear();
    this.#isStale = true;
  }

  hear(event) {
    this.#loads.hear(event);
    this.#isStale ||= event.name.startsWith('load');
  }

  show() {
    if (!this.#isStale) return;
    this.#isStale = false;
    const notes = this.#loads.refused.map((why) => element('p', 'rest', `Left out: ${why}.`));
    const moments = this.#loads.shown;
    if (moments.length === 0) return this.#element.replaceChildren(element('p', 'none', EMPTY), ...notes);
    const now = moments.at(-1);
    const picture = element('div', 'load-rows');
    picture.setAttribute('aria-hidden', 'true');
    picture.append(...ROWS.flatMap((row) => [element('span', 'name', row.name), this.#strip(row, moments), element('span', 'now', row.words(now))]));
    this.#element.replaceChildren(element('span', 'spoken', loadInWords(now)), picture, ...notes);
    // What must be scrolled can be reached with the keys.
    this.#element.tabIndex = this.#element.scrollHeight > this.#element.clientHeight ? 0 : -1;
    this.#speaker.say(loadInWords(now));
  }

  #strip(row, moments) {
    const strip = element('span', 'strip');
    strip.dataset.row = row.key;
    const most = this.#loads.largest[row.key];
    for (const moment of moments) {
      const value = row.value(moment);
      const column = element('span', 'moment');
      column.dataset.open = value === undefined;
      const part = value === undefined ? 1 : most === 0 ? 0 : value / most;
      column.style.setProperty('--part', part.toFixed(3));
      if (row.key === 'inside' && moment.limit !== undefined) column.style.setProperty('--limit', (moment.limit / most).toFixed(3));
      column.dataset.limited = row.key === 'inside' && moment.limit !== undefined;
      strip.append(column);
    }
    return strip;
  }
}
