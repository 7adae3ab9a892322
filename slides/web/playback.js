// The row under a run's panes: a slider through its events, and a button that plays them once more in
// their own time. It knows nothing of where they come from.

const words = (event, shown, count) => {
  const time = event ? `${(event.at / 1000).toFixed(2)} s` : 'before the start';
  return `${time}, event ${shown} of ${count}`;
};

// A pause in a run, while a step was looked at, is not waited for again.
const LONGEST_PAUSE_MS = 1500;

export class Playback {
  #row;
  #player;
  #timer;

  constructor(row, player) {
    this.#row = row;
    this.#player = player;
    this.#slider.addEventListener('input', () => {
      this.stop();
      player.show(Number(this.#slider.value));
    });
    this.#button.addEventListener('click', () => (this.#timer ? this.stop() : this.play()));
    // reveal.js takes the arrows for other slides.
    row.addEventListener('keydown', (event) => event.stopPropagation());
    this.renew();
  }

  get #slider() { return this.#row.querySelector('input'); }
  get #button() { return this.#row.querySelector('button'); }

  // There are more events, or others are shown.
  renew() {
    const { count, shown, last } = this.#player;
    this.#slider.max = count;
    this.#slider.value = shown;
    this.#slider.disabled = this.#button.disabled = count === 0;
    const text = words(last, shown, count);
    this.#slider.setAttribute('aria-valuetext', text);
    this.#row.querySelector('.place').textContent = count === 0 ? '' : text;
  }

  play() {
    if (this.#player.isAtEnd) this.#player.show(0);
    this.#button.textContent = 'Pause';
    this.#next();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#button.textContent = 'Play';
  }

  #next() {
    const { events, shown, last } = this.#player;
    if (shown === events.length) return this.stop();
    const pause = Math.min(events[shown].at - (last?.at ?? 0), LONGEST_PAUSE_MS);
    this.#timer = setTimeout(() => {
      // What came in the same millisecond is shown at once.
      let count = shown + 1;
      while (count < events.length && events[count].at === events[shown].at) ++count;
      this.#player.show(count);
      this.#next();
    }, pause);
  }
}
