// What a program prints, in a <pre>: text with colour codes (ECMA-48, SGR); every other control
// sequence is left out. What comes between two frames is drawn at once, and only the last lines are
// kept, so a program that floods its terminal does not stop the page.

const MOST_LINES = 2000;
const CONTROL = /\x1b\[([0-9;?]*)([A-Za-z])|\r/g;

export class Screen {
  static selector = '.screen';

  #element;
  #place;
  #waiting = '';
  #colours = new Set();
  #row;

  // `place` is the number of the program that prints here: 0 is the demo, 1 its client.
  constructor(element, { place }) {
    this.#element = element;
    this.#place = place;
  }

  // The client's screen shows its last call.
  hear(event) {
    if (event.pane !== this.#place) return;
    if (event.name === 'program') this.clear();
    if (event.name === 'output') this.write(event.text);
  }

  clear() {
    this.#element.replaceChildren();
    this.#waiting = '';
    this.#colours.clear();
    this.#row = undefined;
  }

  write(text) {
    if (this.#waiting === '') requestAnimationFrame(() => this.draw());
    this.#waiting += text;
  }

  // What is waiting, at once: a page that nobody looks at may get no frame for long.
  draw() {
    const text = this.#waiting;
    this.#waiting = '';
    let place = 0;
    for (const match of text.matchAll(CONTROL)) {
      this.#print(text.slice(place, match.index));
      if (match[2] === 'm') this.#colour(match[1]);
      place = match.index + match[0].length;
    }
    this.#print(text.slice(place));
    while (this.#element.childElementCount > MOST_LINES) this.#element.firstElementChild.remove();
    this.#toTheEnd();
  }

  // With a whole row at the upper edge: what is cut there cannot be read.
  #toTheEnd() {
    const { style } = this.#element;
    style.paddingBottom = '';
    const { scrollHeight, clientHeight } = this.#element;
    if (scrollHeight <= clientHeight) return;
    style.paddingBottom = `${clientHeight % parseFloat(getComputedStyle(this.#element).lineHeight)}px`;
    this.#element.scrollTop = this.#element.scrollHeight;
  }

  #colour(codes) {
    for (const code of (codes || '0').split(';')) {
      if (Number(code) === 0) this.#colours.clear();
      else this.#colours.add(`a${Number(code)}`);
    }
  }

  #print(text) {
    text.split('\n').forEach((part, i, parts) => {
      const ends = i < parts.length - 1;
      if (part === '' && !ends) return;
      if (!this.#row) this.#element.append(this.#row = document.createElement('span'));
      const piece = document.createElement('span');
      piece.className = [...this.#colours].join(' ');
      piece.textContent = ends ? `${part}\n` : part;
      this.#row.append(piece);
      if (ends) this.#row = undefined;
    });
  }
}
