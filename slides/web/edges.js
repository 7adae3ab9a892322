// Pipes and sockets between processes, from their descriptors: "pipe A: parent 4 → child 1 3". Those
// that only one process has lead nowhere and are left out. The kernel's numbers of them are long and
// say nothing, so each gets a letter, in the order in which it is first seen.

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export class Edges {
  #names = new Map();
  #ends = new Map();

  constructor(processes) {
    for (const process of processes) {
      for (const descriptor of process.descriptors ?? []) this.#take(process, descriptor);
    }
    for (const [what, ends] of this.#ends) {
      if (new Set(ends.map(({ process }) => process)).size < 2) this.#ends.delete(what);
      else this.#names.set(what, `${what.split(':')[0]} ${LETTERS[this.#names.size % LETTERS.length]}`);
    }
  }

  #take(process, { fd, what, way }) {
    if (!/^(pipe|socket):/.test(what)) return;
    if (!this.#ends.has(what)) this.#ends.set(what, []);
    this.#ends.get(what).push({ process, fd, way });
  }

  letterOf(what) { return this.#names.get(what); }

  // A line for each; `nameOf` names a process.
  inWords(nameOf) {
    return [...this.#ends].map(([what, ends]) => {
      const who = (way) => ends.filter((end) => end.way === way).map(({ process, fd }) => `${nameOf(process)} ${fd}`).join(', ');
      const [writers, readers, both] = [who('w'), who('r'), who('rw')];
      const oneWay = writers || readers ? `${writers || 'nobody'} → ${readers || 'nobody'}` : '';
      return `${this.letterOf(what)}: ${[oneWay, both].filter(Boolean).join('; ')}`;
    });
  }
}
