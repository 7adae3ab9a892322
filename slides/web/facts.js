// Facts about a process in words: what a slide may choose by `show:` in its run block. A further kind
// is an entry here, and one in slides/server/process_facts.cc. Each gives rows of {label, words}; an
// empty row is left out. Rows that are equal let siblings be folded.

const row = (label, words) => (words.length > 0 ? [{ label, words }] : []);

function session({ pid, session: facts }) {
  if (!facts) return [];
  const leads = facts.session === pid ? ' (leads it)' : '';
  const group = facts.group === pid ? `${facts.group} (leads it)` : `${facts.group}`;
  return [
    { label: 'session', words: [`${facts.session}${leads}`] },
    { label: 'group', words: [facts.foreground ? `${group}, in the foreground` : group] },
    { label: 'terminal', words: [facts.terminal] },
  ];
}

function signals({ signals: sets, came = [] }) {
  if (!sets) return [];
  return [...row('pending', sets.pending), ...row('has come', came), ...row('blocked', sets.blocked),
    ...row('caught', sets.caught), ...row('ignored', sets.ignored)];
}

function threads({ doing }) {
  return (doing ?? []).map(({ does, count }) => ({ label: count > 1 ? `${count} threads` : 'thread', words: [does] }));
}

const ARROWS = { r: '←', w: '→', rw: '↔', '': '–' };

// Pipes and sockets get letters (edges.js); a terminal and files keep their names.
function descriptors({ descriptors: list }, { letterOf }) {
  const shown = (list ?? []).map(({ fd, what, way }) => `${fd} ${ARROWS[way] ?? way} ${letterOf(what) ?? what.replace('/dev/', '')}`);
  return row('descriptors', shown);
}

const KINDS = { session, signals, threads, descriptors };

// `kinds` are names as in `show:`.
export function factsOf(process, kinds, help) {
  return kinds.flatMap((kind) => KINDS[kind]?.(process, help) ?? []);
}
