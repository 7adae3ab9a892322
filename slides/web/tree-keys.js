// Keys in a list whose items are drawn anew at each event: one item can be reached by Tab, the arrows,
// Home and End go from one to the next. The place is kept by a key of the item, not by the item. In a
// tree (ARIA practices) the arrow to the left goes to the item above.

export class RowKeys {
  #element;
  #place = '';
  #isInside = false; // the focus was here when the list was drawn anew

  constructor(element) {
    this.#element = element;
    element.addEventListener('keydown', (event) => this.#press(event));
    element.addEventListener('focusin', ({ target }) => {
      this.#place = this.keyOf(target);
      this.#isInside = true;
    });
    // An element that is removed loses the focus to nobody, and says so to nobody.
    element.addEventListener('focusout', ({ relatedTarget }) => { if (relatedTarget) this.#isInside = element.contains(relatedTarget); });
  }

  // What may have the focus, by what it is known again, and what is above it.
  get selector() { return 'li'; }
  keyOf(item) { return item.dataset.key ?? ''; }
  above() { return undefined; }

  // The list has been drawn anew.
  renew() {
    const items = this.#items();
    const item = items.find((each) => this.keyOf(each) === this.#place) ?? items[0];
    for (const each of items) each.tabIndex = each === item ? 0 : -1;
    if (this.#isInside && document.activeElement === document.body) item?.focus({ preventScroll: true });
  }

  #items() { return [...this.#element.querySelectorAll(this.selector)]; }

  #press(event) {
    const items = this.#items();
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowLeft: items.indexOf(this.above(items[at])),
      Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // reveal.js would go to another slide
    const item = items[Math.max(0, Math.min(to, items.length - 1))];
    for (const each of items) each.tabIndex = each === item ? 0 : -1;
    item?.focus();
  }
}

export class TreeKeys extends RowKeys {
  get selector() { return '[role=treeitem]'; }
  keyOf(item) { return item.querySelector(':scope > .process')?.dataset.pid ?? ''; }
  above(item) { return item?.parentElement.closest('[role=treeitem]'); }
}
