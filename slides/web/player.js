// The events of one run, in order, and the panes that show them. An event goes to every pane; what a
// pane shows is what the events up to the place that is shown add up to. So a live run, a slider that
// is moved back, a recording and a page for print are the same thing: events, and a place in them.

export class Player {
  #panes;
  #events = [];
  #shown = 0;
  #changed;
  #waits = false;

  // `changed` is called when there are more events, or others are shown.
  constructor(panes, changed = () => {}) {
    this.#panes = panes;
    this.#changed = changed;
  }

  get count() { return this.#events.length; }
  get shown() { return this.#shown; }
  get last() { return this.#events[this.#shown - 1]; }
  get events() { return this.#events; }
  get isAtEnd() { return this.#shown === this.#events.length; }

  clear() {
    this.#events = [];
    this.#shown = 0;
    for (const pane of this.#panes) pane.clear();
    this.#changed();
  }

  // A viewer that looks at an earlier place stays there. What comes between two frames is drawn at
  // once: a run may tell of a thousand processes in a second.
  add(event) {
    const follows = this.isAtEnd;
    this.#events.push(event);
    if (follows) this.#hearUpTo(this.count);
    if (this.#waits) return;
    this.#waits = true;
    requestAnimationFrame(() => this.draw());
  }

  // What is waiting, at once: a page that nobody looks at may get no frame for long.
  draw() {
    this.#waits = false;
    for (const pane of this.#panes) pane.show?.();
    this.#changed();
  }

  load(events) {
    this.clear();
    this.#events = [...events];
    this.show(this.count);
  }

  // Shows the first `count` events. Panes only know how to go on, so back is: from the beginning.
  show(count) {
    if (count < this.#shown) {
      for (const pane of this.#panes) pane.clear();
      this.#shown = 0;
    }
    this.#hearUpTo(Math.min(count, this.count));
    this.draw();
  }

  #hearUpTo(count) {
    for (; this.#shown < count; ++this.#shown) {
      for (const pane of this.#panes) pane.hear(this.#events[this.#shown]);
    }
  }
}

// A recording as the server has written it: an event a line.
export function parseRecording(text) {
  return text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}
