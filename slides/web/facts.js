// Facts about a process in words: what a slide may choose by `show:` in its run block. A further kind
// is an entry here, and one in slides/server/process_facts.cc. Each gives rows of {label, words}; an
// empty row is left out. Rows that are equal let siblings be folded. `ends`, in the order of the words, says
// which of them lead to other processes: {edge, way}.

const row = (label, words) => (words.length > 0 ? [{ label, words }] : []);

// `alike` is compared when siblings are folded: two leaders of a session each are alike.
function session({ pid, session: facts }) {
  if (!facts) return [];
  const leads = (number) => (number === pid ? ', leads' : '');
  const terminal = facts.foreground ? `${facts.terminal}, foreground` : facts.terminal;
  return [
    { label: 'session', words: [`${facts.session}${leads(facts.session)}`], alike: leads(facts.session) },
    { label: 'group', words: [`${facts.group}${leads(facts.group)}`], alike: leads(facts.group) },
    { label: 'terminal', words: [terminal] },
  ];
}

function signals({ signals: sets, came = [] }) {
  if (!sets) return [];
  return [...row('pending', sets.pending), ...row('has come', came), ...row('blocked', sets.blocked),
    ...row('caught', sets.caught), ...row('ignored', sets.ignored)];
}

// "waits in accept4 on descriptor 3, socket:[4711]": the kernel's number of the socket says nothing.
function threads({ doing }) {
  return (doing ?? []).map(({ does, count }) => {
    const many = count > 1 ? `${count} threads ` : '';
    const call = /^waits in (.*?)(, (?:socket|pipe):.*)?$/.exec(does)?.[1];
    return { label: `${many}${call ? 'in' : ''}`.trim(), words: [call ?? does] };
  });
}

const ARROWS = { r: '←', w: '→', rw: '↔', '': '–' };
const STANDARD = 3; // 0, 1, 2

// "3, 4 ↔ socket A": those that are the same are told together.
function together(list) {
  const ways = new Map();
  for (const each of list) {
    const key = `${each.what} ${each.way}`;
    if (!ways.has(key)) ways.set(key, { ...each, fds: [] });
    ways.get(key).fds.push(each.fd);
  }
  return [...ways.values()];
}

// What is drawn as a line to other processes has a letter (edges.js); of the three standard ones it is
// told what they are, unless they are the terminal, as those of most; the rest is counted.
function descriptors({ descriptors: list = [] }, { letterOf }) {
  const standard = list.filter(({ fd }) => fd < STANDARD);
  const isTerminal = standard.every(({ what }) => what.startsWith('/dev/pts/'));
  const others = list.filter(({ fd }) => fd >= STANDARD);
  const edges = others.filter(({ what }) => letterOf(what));
  const shown = together([...(isTerminal ? [] : standard), ...edges]);
  const name = ({ what }) => letterOf(what) ?? what.replace('/dev/', '').replace(/:\[\d+\]$/, '');
  const words = shown.map((each) => `${each.fds.join(', ')} ${ARROWS[each.way] ?? each.way} ${name(each)}`);
  const rest = others.length - edges.length;
  if (rest > 0) words.push(words.length > 0 ? `${rest} more` : `${rest} ${rest === 1 ? 'descriptor' : 'descriptors'}`);
  return row('descriptors', words).map((each) => ({ ...each, ends: shown.map(({ what, way }) => ({ edge: letterOf(what), way })) }));
}

const KINDS = { session, signals, threads, descriptors };
const OF_THE_DEAD = ['session']; // a zombie still is in one; it has no descriptors any more, and waits in nothing

export const hasEnded = ({ state }) => ['ended', 'zombie', 'gone'].includes(state);

// `kinds` are names as in `show:`.
export function factsOf(process, kinds, help) {
  const told = hasEnded(process) ? kinds.filter((kind) => OF_THE_DEAD.includes(kind)) : kinds;
  return told.flatMap((kind) => KINDS[kind]?.(process, help) ?? []);
}
