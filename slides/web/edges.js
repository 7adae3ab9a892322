// Pipes and sockets between processes, from their descriptors: "pipe A: parent 4 → child 1 3". Those
// that only one process has lead nowhere and are left out. The kernel's numbers of them are long and
// say nothing, so each gets a letter, in the order in which it is first seen. As many as can be told
// apart are drawn as lines (edge-lines.js), pipes first: a socket that was inherited is often in nobody's use.

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const MOST_LINES = 6;

export class Edges {
  #names = new Map();
  #ends = new Map();

  constructor(processes) {
    for (const process of processes) {
      for (const descriptor of process.descriptors ?? []) this.#take(process, descriptor);
    }
    const counts = { pipe: 0, socket: 0 };
    for (const [what, ends] of this.#ends) {
      const [kind] = what.split(':');
      if (new Set(ends.map(({ process }) => process)).size < 2) this.#ends.delete(what);
      else this.#names.set(what, `${kind} ${LETTERS[counts[kind]++ % LETTERS.length]}`);
    }
  }

  #take(process, { fd, what, way }) {
    if (!/^(pipe|socket):/.test(what)) return;
    if (!this.#ends.has(what)) this.#ends.set(what, []);
    this.#ends.get(what).push({ process, fd, way });
  }

  letterOf(what) { return this.#names.get(what); }

  // The letters of those that are drawn.
  get drawn() {
    const pipes = [...this.#names].filter(([what]) => what.startsWith('pipe:'));
    const chosen = this.#names.size <= MOST_LINES ? [...this.#names] : pipes.slice(0, MOST_LINES);
    return new Set(chosen.map(([, name]) => name));
  }

  // {edge, words} for each; `nameOf` names a process.
  inWords(nameOf) {
    return [...this.#ends].map(([what, ends]) => {
      const who = (way) => ends.filter((end) => end.way === way).map(({ process, fd }) => `${nameOf(process)} ${fd}`).join(', ');
      const [writers, readers, both] = [who('w'), who('r'), who('rw')];
      const oneWay = writers || readers ? `${writers || 'nobody'} → ${readers || 'nobody'}` : '';
      const edge = this.letterOf(what);
      return { edge, words: `${edge}: ${[oneWay, both].filter(Boolean).join('; ')}` };
    });
  }
}
