// The picture of a run's processes: who has which parent, and what state each is in. A process that
// is gone stays in sight for a moment, or nobody would see the short-lived ones.

const GONE_FOR_MS = 1500;

function element(name, className, text = '') {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function box({ pid, parent, state, name, threads }) {
  const made = element('span', 'process');
  made.dataset.state = state;
  made.dataset.pid = pid;
  made.append(element('span', 'name', name), element('span', 'word', state),
    element('span', 'numbers', `pid ${pid}, parent ${parent}${threads > 1 ? `, ${threads} threads` : ''}`));
  return made;
}

export class ProcessTree {
  #element;
  #keeper = 0;
  #processes = [];
  #gone = [];

  constructor(element_) {
    this.#element = element_;
    this.clear();
  }

  clear() {
    this.#processes = this.#gone = [];
    this.#element.replaceChildren(element('p', '', 'The processes of the demo are drawn here while it runs.'));
  }

  get count() {
    return this.#processes.length;
  }

  show({ keeper, processes }) {
    this.#keeper = keeper;
    const still = new Set(processes.map(({ pid }) => pid));
    const until = performance.now() + GONE_FOR_MS;
    for (const process of this.#processes) {
      if (!still.has(process.pid)) this.#gone.push({ ...process, state: 'gone', threads: 1, until });
    }
    this.#processes = processes;
    this.#draw();
    setTimeout(() => this.#draw(), GONE_FOR_MS + 50);
  }

  #draw() {
    const now = performance.now();
    this.#gone = this.#gone.filter(({ until }) => until > now);
    const all = [...this.#processes, ...this.#gone];
    const known = new Set(all.map(({ pid }) => pid));
    const keeper = element('span', 'process keeper');
    keeper.append(element('span', 'name', 'keeper'), element('span', 'numbers', `pid ${this.#keeper}, takes in orphans`));
    const item = document.createElement('li');
    // Whose parent is gone and forgotten is drawn under the keeper.
    item.append(keeper, this.#list(all, (process) => !known.has(process.parent)));
    const list = document.createElement('ul');
    list.append(item);
    this.#element.replaceChildren(all.length > 0 ? list : element('p', '', 'No process is left.'));
  }

  #list(all, belongs) {
    const list = document.createElement('ul');
    for (const process of all.filter(belongs)) {
      const item = document.createElement('li');
      item.append(box(process));
      const below = this.#list(all, ({ parent }) => parent === process.pid);
      if (below.childElementCount > 0) item.append(below);
      list.append(item);
    }
    return list;
  }
}
