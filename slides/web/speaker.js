// Says in words what a picture shows, for screen readers: a live region, and not oftener than every
// two seconds, because each change would otherwise wait in a queue long after the run is over.

const BETWEEN_MS = 2000;

export class Speaker {
  #region;
  #next = '';
  #timer;

  constructor(box) {
    this.#region = document.createElement('p');
    this.#region.className = 'spoken';
    this.#region.setAttribute('aria-live', 'polite');
    box.append(this.#region);
  }

  say(words) {
    this.#next = words;
    if (this.#timer) return;
    this.#speak();
    this.#timer = setInterval(() => this.#speak(), BETWEEN_MS);
  }

  #speak() {
    if (this.#region.textContent !== this.#next) {
      this.#region.textContent = this.#next;
      return;
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
