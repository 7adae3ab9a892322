// The frames of a run as a sequence diagram: a column for each who takes part, a row for each frame, an arrow
// from sender to receiver. A frame that was lost ends on its way.

import { Frames, frameInWords, timeInWords } from './frames.js';
import { Speaker } from './speaker.js';
import { RowKeys } from './tree-keys.js';

const EMPTY = 'The frames of the demo are drawn here while it runs.';
const LOST_AT = 0.6; // so far a lost one comes

function element(name, className, text = '') {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

const percent = (part) => `${(100 * part).toFixed(2)}%`;

export class FramesPane {
  static selector = '.frames';

  #element;
  #frames = new Frames();
  #keys;
  #speaker;
  #isStale = true;

  constructor(element_, { box }) {
    this.#element = element_;
    this.#keys = new RowKeys(element_);
    this.#speaker = new Speaker(box);
    this.show();
  }

  clear() {
    this.#frames.clear();
    this.#isStale = true;
  }

  hear(event) {
    this.#frames.hear(event);
    this.#isStale ||= event.name.startsWith('frame');
  }

  show() {
    if (!this.#isStale) return;
    this.#isStale = false;
    const { all, actors, refused } = this.#frames;
    const notes = refused.map((why) => element('p', 'rest', `Left out: ${why}.`));
    if (all.length === 0) return this.#element.replaceChildren(element('p', 'none', EMPTY), ...notes);
    const list = element('ol', 'sequence');
    list.setAttribute('aria-label', this.#element.getAttribute('aria-label'));
    list.append(...all.map((frame, i) => this.#row(frame, i)));
    this.#element.replaceChildren(this.#heads(actors), list, ...notes);
    this.#keys.renew();
    if (!this.#element.contains(document.activeElement)) this.#element.scrollTop = this.#element.scrollHeight;
    this.#speaker.say(frameInWords(all.at(-1)));
  }

  #heads(actors) {
    const row = element('div', 'heads');
    row.setAttribute('aria-hidden', 'true');
    row.append(element('span', 'when'), this.#track(actors.map((actor, i) => {
      const head = element('span', 'actor', actor);
      head.style.left = percent((i + 0.5) / actors.length);
      return head;
    })));
    return row;
  }

  // What is drawn between the columns.
  #track(inside) {
    const track = element('span', 'track');
    const count = this.#frames.actors.length;
    for (let i = 0; i < count; ++i) {
      const line = element('span', 'lifeline');
      line.style.left = percent((i + 0.5) / count);
      track.append(line);
    }
    track.append(...inside);
    return track;
  }

  #row(frame, i) {
    const item = element('li', 'frame');
    item.dataset.key = i;
    item.dataset.lost = frame.lost;
    const picture = element('div', 'picture');
    picture.setAttribute('aria-hidden', 'true');
    picture.append(element('span', 'when', timeInWords(frame.at)), this.#track([this.#arrow(frame)]));
    item.append(element('span', 'spoken', frameInWords(frame)), picture);
    return item;
  }

  #arrow({ first, last, what, lost }) {
    const count = this.#frames.actors.length;
    const arrow = element('span', 'arrow');
    arrow.dataset.way = first === last ? 'self' : first < last ? 'right' : 'left';
    arrow.append(element('span', 'what', what), element('span', 'shaft'));
    const width = Math.max(Math.abs(last - first), first === last ? 0.5 : 1) / count;
    arrow.style.left = percent((Math.min(first, last) + 0.5) / count);
    arrow.style.width = percent(width);
    arrow.style.setProperty('--reach', lost ? percent(LOST_AT) : '100%');
    return arrow;
  }
}
