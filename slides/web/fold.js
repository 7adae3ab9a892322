// Equal siblings are one box: "25 × worker, 51 threads each". Equal are those of which a slide would
// say the same, but for their numbers, and below whom nobody is drawn.

export const FEWEST = 4;
const FEWEST_GONE = 2; // they only tell what has been

const areFolded = (group, fewest) => group.length >= (group[0].state === 'gone' ? FEWEST_GONE : fewest);

// What a slide says of a process, its numbers left out. Of one that is gone nobody asks how many threads were seen last:
// that is a matter of when somebody looked.
export function saidOf({ role, state, how, threads }, facts) {
  const said = facts.map(({ label, words, alike }) => [label, alike ?? words]);
  return JSON.stringify([role, state, how, state === 'gone' ? 0 : threads, said]);
}

// Groups of processes, in the order of the first of each; `alike` gives what must be the same. `fewest` of who live are
// one box.
export function fold(siblings, alike, fewest = FEWEST) {
  const groups = new Map();
  for (const process of siblings) {
    const key = alike(process) ?? process;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(process);
  }
  return [...groups.values()].flatMap((group) => (areFolded(group, fewest) ? [group] : group.map((process) => [process])));
}

// "pids 4711–4735" if nobody is between, else "pids 4711 … 4801".
export function pidsOf(group) {
  const pids = group.map(({ pid }) => pid).sort((a, b) => a - b);
  const first = pids[0], last = pids.at(-1);
  return last - first === pids.length - 1 ? `pids ${first}–${last}` : `pids ${first} … ${last}`;
}
