// What a run's events say of its processes, added up: who there is, who forked whom, what each is
// (its role), how it ended. No document in it: tests feed it with events.

export const DEFAULT_ROLES = ['program', 'child', 'grandchild', 'great-grandchild'];

// The name that the kernel keeps of a program's file: 15 letters.
const KEPT = 15;

export class Processes {
  #roles;
  #all = new Map();

  // `roles`: of the program that is run, of its children, of theirs.
  constructor(roles = []) {
    const deepest = Math.max(roles.length, DEFAULT_ROLES.length);
    this.#roles = Array.from({ length: deepest }, (_, i) => roles[i] ?? roles.at(-1) ?? DEFAULT_ROLES[i]);
    this.clear();
  }

  clear() {
    this.#all.clear();
    this.keeper = 0;
    this.source = undefined;
    this.missed = 0;
  }

  // Those that were collected, too.
  get all() { return [...this.#all.values()]; }
  get living() { return this.all.filter(({ state }) => state !== 'gone'); }
  get(pid) { return this.#all.get(pid); }

  hear(event) {
    const deed = { source: '_source', program: '_program', fork: '_fork', exec: '_exec', exit: '_exit',
      collected: '_collected', look: '_look', missed: '_missed', stopped: '_stopped' }[event.name];
    if (deed) this[deed](event);
  }

  _source({ keeper, events }) {
    this.keeper = keeper;
    this.source = events;
  }

  _stopped() {
    for (const process of this.living) Object.assign(process, { state: 'gone', how: 'stopped' });
  }

  _missed({ count }) { this.missed += count; }

  _program({ pid, pane, demo }) {
    const process = this.#known(pid, this.keeper);
    process.command = demo.slice(0, KEPT);
    process.role = pane === 0 ? this.#roles[0] : 'client';
    process.depth = 0;
    process.number = 0;
  }

  _fork({ pid, parent }) { this.#known(pid, parent); }

  // A process that gives itself a name, or executes another program, is called so.
  _exec({ pid, command }) {
    const process = this.#all.get(pid);
    if (!process) return;
    const root = this.#rootOf(process);
    if (process.depth > 0 && command !== root?.command) this.#rename(process, command);
    process.command = command;
  }

  _exit({ pid, how }) {
    const process = this.#all.get(pid);
    if (process) Object.assign(process, { state: 'ended', how });
  }

  _collected({ pid, how }) {
    const process = this.#all.get(pid);
    if (process) Object.assign(process, { state: 'gone', how: how ?? process.how });
  }

  _look({ processes }) {
    for (const facts of processes) {
      const process = this.#known(facts.pid, facts.parent);
      const came = arrived(process.signals, facts.signals);
      if (facts.command !== process.command) this._exec(facts);
      Object.assign(process, facts, { came, how: facts.exit ?? process.how });
    }
  }

  #known(pid, parent) {
    const known = this.#all.get(pid);
    // The number of one that is gone has been given to another.
    if (known && known.state !== 'gone') return known;
    const above = this.#all.get(parent);
    const depth = above ? above.depth + 1 : 0;
    const process = { pid, parent, bornOf: parent, depth, state: 'new', threads: 1, command: above?.command ?? '', children: 0,
      role: this.#roles[Math.min(depth, this.#roles.length - 1)], number: 0 };
    if (above) process.number = above.children += 1;
    this.#all.delete(pid);
    this.#all.set(pid, process);
    return process;
  }

  #rename(process, command) {
    process.role = command;
    process.isNamed = true;
  }

  #rootOf(process) {
    let root = process;
    while (root.depth > 0) root = this.#all.get(root.bornOf);
    return root;
  }

  // "worker 3"; without the number where there is only one.
  nameOf({ role, number, bornOf, isNamed }) {
    const siblings = this.#all.get(bornOf)?.children ?? 0;
    return isNamed || siblings < 2 ? role : `${role} ${number}`;
  }
}

// What was pending and is no longer: it has come to the process meanwhile.
function arrived(before, now) {
  if (!before || !now) return [];
  return before.pending.filter((name) => !now.pending.includes(name));
}
