// The picture of a run's processes: who has which parent, what each is and does, how it ended, and
// the facts that the slide has chosen. What was collected stays in sight, folded, so that the last
// picture tells what has been.

import { EdgeLines, roomFor } from './edge-lines.js';
import { Edges } from './edges.js';
import { factsOf, hasEnded } from './facts.js';
import { FEWEST, fold, pidsOf, saidOf } from './fold.js';
import { Processes } from './processes.js';
import { Speaker } from './speaker.js';
import { TreeKeys } from './tree-keys.js';

function element(name, className, text = '') {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function groupedByParent(processes) {
  const groups = new Map();
  for (const process of processes) {
    if (!groups.has(process.parent)) groups.set(process.parent, []);
    groups.get(process.parent).push(process);
  }
  return groups;
}

const FEWEST_WHERE_TIGHT = 2;
const MARGIN_BELOW = 8;

const wordsIn = (text = '') => text.split(',').map((word) => word.trim()).filter(Boolean);

export class ProcessPane {
  static selector = '.tree';

  #element;
  #shows;
  #processes;
  #edges;
  #drawn; // letters of those that are lines
  #lines;
  #keys;
  #speaker;
  #children = new Map();
  #fewest = FEWEST;
  #isStale = true;

  constructor(element_, { box }) {
    this.#element = element_;
    this.#shows = wordsIn(box.dataset.show);
    this.#processes = new Processes(wordsIn(box.dataset.roles));
    this.#keys = new TreeKeys(element_);
    this.#speaker = new Speaker(box);
    this.show();
  }

  clear() {
    this.#processes.clear();
    this.#isStale = true;
  }

  hear(event) {
    this.#processes.hear(event);
    this.#isStale ||= event.name !== 'output';
  }

  show() {
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#lines?.end();
    const { all } = this.#processes;
    this.#children = groupedByParent(all);
    if (all.length === 0) {
      this.#element.replaceChildren(element('p', '', 'The processes of the demo are drawn here while it runs.'));
      return;
    }
    this.#edges = new Edges(this.#processes.living.filter((process) => !hasEnded(process)));
    this.#drawn = this.#shows.includes('descriptors') ? this.#edges.drawn : new Set();
    this.#fit();
    this.#lines = new EdgeLines(this.#element.querySelector('ul'), this.#drawn);
    this.#keys.renew();
    this.#speaker.say(this.#inOneSentence());
  }

  #draw(fewest) {
    const { all } = this.#processes;
    this.#fewest = fewest;
    const list = element('ul', '');
    list.setAttribute('role', 'tree');
    list.setAttribute('aria-label', this.#element.getAttribute('aria-label'));
    list.append(this.#keeper(all));
    list.style.paddingRight = `${roomFor(this.#drawn.size)}px`;
    this.#element.replaceChildren(list, ...this.#footer());
  }

  // What does not fit is told in fewer words, then equal ones in one box; and where that does not do either, who was born last is in view: that is whom
  // the step is about. Not while somebody goes through the tree by keys.
  #fit() {
    const tree = this.#element;
    const isTooHigh = () => tree.scrollHeight > tree.clientHeight + 1;
    tree.classList.remove('is-tight');
    this.#draw(FEWEST);
    tree.classList.toggle('is-tight', isTooHigh());
    if (isTooHigh()) this.#draw(FEWEST_WHERE_TIGHT);
    const youngest = this.#processes.living.filter((process) => !hasEnded(process)).at(-1);
    const box = youngest && tree.querySelector(`.process[data-pid="${youngest.pid}"]`);
    if (!box || !isTooHigh() || tree.contains(document.activeElement)) return;
    // In pixels of the window, which are not those of the slide.
    const scale = tree.getBoundingClientRect().height / tree.offsetHeight;
    const below = (box.getBoundingClientRect().bottom - tree.getBoundingClientRect().bottom) / scale;
    tree.scrollTop += Math.max(0, below + MARGIN_BELOW);
  }

  // Whose parent is gone is drawn under the keeper, who has taken it in.
  #keeper(all) {
    const box = element('span', 'process keeper');
    const takesIn = all.some(({ parent, bornOf }) => bornOf !== parent && parent === this.#processes.keeper) ? ', takes in orphans' : '';
    box.append(element('span', 'name', 'keeper'), element('span', 'numbers', `pid ${this.#processes.keeper}${takesIn}`));
    const known = new Set(all.map(({ pid }) => pid));
    return this.#item(box, all.filter(({ parent }) => !known.has(parent)));
  }

  #item(box, below) {
    const item = element('li', '');
    item.setAttribute('role', 'treeitem');
    item.append(box);
    if (below.length > 0) {
      const list = element('ul', '');
      list.setAttribute('role', 'group');
      const groups = fold(below, (process) => this.#alike(process), this.#fewest);
      // Who lives comes first: what has been may be scrolled to.
      for (const isGone of [false, true]) {
        for (const group of groups.filter(([{ state }]) => (state === 'gone') === isGone)) list.append(this.#group(group));
      }
      item.append(list);
      item.setAttribute('aria-expanded', 'true');
    }
    return item;
  }

  #group(group) {
    return this.#item(this.#box(group), group.length > 1 ? [] : this.#below(group[0]));
  }

  #below({ pid }) {
    return this.#children.get(pid) ?? [];
  }

  #facts(process) {
    if (process.state === 'gone') return [];
    const drawnLetter = (what) => {
      const letter = this.#edges.letterOf(what);
      return this.#drawn.has(letter) ? letter : undefined;
    };
    return factsOf(process, this.#shows, { letterOf: drawnLetter });
  }

  // Nothing for one that has somebody below: it is not folded.
  #alike(process) {
    if (this.#below(process).length > 0) return undefined;
    return saidOf(process, this.#facts(process));
  }

  #box(group) {
    const [process] = group;
    const { state, pid, parent, threads, how, bornOf } = process;
    const box = element('span', 'process');
    box.dataset.state = state;
    box.dataset.pid = pid;
    const isOne = group.length === 1;
    const name = isOne ? this.#processes.nameOf(process) : `${group.length} × ${process.role}`;
    const isTakenIn = bornOf !== parent;
    // Beside descriptors there is no room for what the tree says.
    const tellsParent = isOne && !this.#shows.includes('descriptors');
    const numbers = [isOne ? `pid ${pid}` : pidsOf(group)];
    if (isOne && isTakenIn) numbers.push('taken in');
    if (threads > 1 && (isOne || state !== 'gone')) numbers.push(isOne ? `${threads} threads` : `${group.length} × ${threads} threads`);
    box.append(element('span', 'name', name), element('span', 'word', state));
    if (how) box.append(element('span', 'how', how));
    const row = element('span', 'numbers', numbers[0]);
    if (tellsParent) row.append(element('span', 'parent', `, parent ${parent}`));
    row.append(numbers.slice(1).map((each) => `, ${each}`).join(''));
    box.append(row);
    for (const fact of this.#facts(process)) box.append(factRow(fact));
    return box;
  }

  // An edge that is drawn is in words for who does not see it.
  #footer() {
    const { source, missed } = this.#processes;
    const edges = this.#shows.includes('descriptors') ? this.#edges.inWords((process) => this.#processes.nameOf(process)) : [];
    const notes = edges.map(({ edge, words }) => element('p', this.#drawn.has(edge) ? 'edge spoken' : 'edge', words));
    if (source === 'looks') notes.push(element('p', 'source', 'Seen by looking at /proc: what lives for a moment only may be missing.'));
    if (missed > 0) notes.push(element('p', 'source', `${missed} more events came too fast to be told.`));
    return notes;
  }

  // For who cannot see the picture: how many there are of which role and state.
  #inOneSentence() {
    const counts = new Map();
    for (const { role, state } of this.#processes.living) {
      const words = `${role} ${state}`;
      counts.set(words, (counts.get(words) ?? 0) + 1);
    }
    return [...counts].map(([words, count]) => `${count} ${words}`).join(', ') || 'No process is left.';
  }
}

function factRow({ label, words, ends = [] }) {
  const line = element('span', 'fact');
  line.dataset.fact = label;
  if (label && label !== 'descriptors') line.append(element('span', 'label', label));
  const items = words.map((word) => element('span', 'item', word));
  ends.forEach(({ edge, way }, i) => { if (edge) Object.assign(items[i].dataset, { edge, way }); });
  line.append(...items);
  return line;
}
