// The buttons of a demo (slides/server/buttons.hh): which of them have been pressed up to the place that is
// shown, the last one marked. What a press does is told by run-pane.js.

export class ButtonsPane {
  static selector = '.deeds';

  #buttons;

  constructor(element) {
    this.#buttons = [...element.querySelectorAll('button')];
  }

  clear() {
    for (const button of this.#buttons) delete button.dataset.pressed;
  }

  hear({ name, line }) {
    if (name !== 'typed') return;
    for (const button of this.#buttons) {
      if (button.dataset.pressed === 'last') button.dataset.pressed = 'before';
      if (button.dataset.line === line) button.dataset.pressed = 'last';
    }
  }
}
