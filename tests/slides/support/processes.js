// Who descends from a process, from /proc (proc(5)): what a run has started, and what is left of it.

import fs from 'node:fs';

function processes() {
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const text = fs.readFileSync(`/proc/${name}/stat`, 'latin1');
      const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return [{ pid: Number(name), parent: Number(parent), state, name: text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')) }];
    } catch {
      return []; // gone while we looked
    }
  });
}

export function descendantsOf(ancestor) {
  const all = processes();
  const family = new Set([ancestor]);
  for (let grown = true; grown;) {
    grown = false;
    for (const { pid, parent } of all) {
      if (!family.has(parent) || family.has(pid)) continue;
      family.add(pid);
      grown = true;
    }
  }
  return all.filter(({ pid }) => pid !== ancestor && family.has(pid));
}

export const lives = (pid) => fs.existsSync(`/proc/${pid}`);

// Looks until `wanted` gives something, and returns that; throws after `limitMs`.
export async function until(wanted, what, limitMs = 120000) {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    const value = await wanted();
    if (value) return value;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  throw new Error(`not within ${limitMs} ms: ${what}`);
}
