// Keys in the tree of processes, as the ARIA practices ask for a tree: one item can be reached by
// Tab, the arrows, Home and End go from one to the next. The tree is drawn anew at each event, so the
// place is kept by the process's number.

export class TreeKeys {
  #element;
  #place = '';
  #isInside = false; // the focus was here when the tree was drawn anew

  constructor(element) {
    this.#element = element;
    element.addEventListener('keydown', (event) => this.#press(event));
    element.addEventListener('focusin', ({ target }) => {
      this.#place = this.#pidOf(target);
      this.#isInside = true;
    });
    // An element that is removed loses the focus to nobody, and says so to nobody.
    element.addEventListener('focusout', ({ relatedTarget }) => { if (relatedTarget) this.#isInside = element.contains(relatedTarget); });
  }

  // The tree has been drawn anew.
  renew() {
    const items = this.#items();
    const item = items.find((each) => this.#pidOf(each) === this.#place) ?? items[0];
    for (const each of items) each.tabIndex = each === item ? 0 : -1;
    if (this.#isInside && document.activeElement === document.body) item?.focus({ preventScroll: true });
  }

  #items() { return [...this.#element.querySelectorAll('[role=treeitem]')]; }

  #pidOf(item) { return item.querySelector(':scope > .process')?.dataset.pid ?? ''; }

  #press(event) {
    const items = this.#items();
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowLeft: items.indexOf(items[at]?.parentElement.closest('[role=treeitem]')),
      Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // reveal.js would go to another slide
    const item = items[Math.max(0, Math.min(to, items.length - 1))];
    for (const each of items) each.tabIndex = each === item ? 0 : -1;
    item?.focus();
  }
}
