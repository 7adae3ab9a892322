// The question of a run: choices before it, the answer after it. The room's hands are counted with the
// buttons, by typing a number, or with keys 1 to 4 (with Shift one hand less); the numbers stay while
// the deck is open. The pane of the run is the next element and is not told: its button Run cannot be
// pressed while it runs.

const LETTERS = 'ABCD';

class Question {
  #box;
  #choices;

  constructor(box) {
    this.#box = box;
    this.#choices = [...box.querySelectorAll('.choices li')];
    for (const choice of this.#choices) {
      choice.querySelector('.hand').addEventListener('click', () => this.count(LETTERS.indexOf(choice.dataset.letter), 1));
    }
    // reveal.js takes the space bar for the next slide, also from a button.
    box.addEventListener('keydown', (event) => {
      if (event.target.matches('button') && [' ', 'Enter'].includes(event.key)) event.stopPropagation();
    });
    this.#followRun(box.nextElementSibling?.querySelector('.go'));
    box.dataset.state = 'asked';
  }

  count(place, hands) {
    const number = this.#choices[place]?.querySelector('input');
    if (number) number.value = Math.max(0, Number(number.value) + hands);
  }

  #followRun(go) {
    if (!go) return;
    new MutationObserver(() => (go.disabled ? this.#begin() : this.#answer()))
      .observe(go, { attributes: true, attributeFilter: ['disabled'] });
  }

  #begin() {
    this.#box.dataset.state = 'running';
    this.#tell('');
  }

  // Empty until now, so that who only hears the page hears it at this moment.
  #answer() {
    this.#box.dataset.state = 'answered';
    this.#tell(this.#box.querySelector('.right').dataset.words);
    for (const choice of this.#choices) choice.classList.toggle('is-right', choice.dataset.letter === this.#box.dataset.answer);
  }

  #tell(words) {
    this.#box.querySelector('.right').textContent = words;
  }
}

export function prepareQuestions(boxes) {
  const questions = new Map([...boxes].map((box) => [box, new Question(box)]));
  document.addEventListener('keydown', (event) => {
    const place = /^(?:Digit|Numpad)([1-4])$/.exec(event.code)?.[1];
    if (!place || event.ctrlKey || event.altKey || event.metaKey || event.target.matches('input, textarea')) return;
    questions.get(document.querySelector('section.present .question'))?.count(place - 1, event.shiftKey ? -1 : 1);
  });
}
