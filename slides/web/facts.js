// Facts about a process in words: what a slide may choose by `show:` in its run block. A further kind
// is an entry here, and one in slides/server/process_facts.cc. Each gives rows of {label, words}; an
// empty row is left out. Rows that are equal let siblings be folded.

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

// What leads to other processes is shown by its letter (edges.js), the three standard ones by what
// they are; the rest is counted.
function descriptors({ descriptors: list = [] }, { letterOf }) {
  const arrow = ({ way }) => ARROWS[way] ?? way;
  const standard = list.filter(({ fd }) => fd < STANDARD);
  const same = standard.length === STANDARD && standard.every(({ what, way }) => what === standard[0].what && way === standard[0].way);
  const name = ({ what }) => letterOf(what) ?? what.replace('/dev/', '');
  const first = same ? [`0–2 ${arrow(standard[0])} ${name(standard[0])}`] : standard.map((each) => `${each.fd} ${arrow(each)} ${name(each)}`);
  const others = list.filter(({ fd }) => fd >= STANDARD);
  const edges = others.filter(({ what }) => letterOf(what));
  const rest = others.length - edges.length;
  return row('descriptors', [...first, ...edges.map((each) => `${each.fd} ${arrow(each)} ${name(each)}`), ...(rest > 0 ? [`${rest} more`] : [])]);
}

const KINDS = { session, signals, threads, descriptors };

// `kinds` are names as in `show:`.
export function factsOf(process, kinds, help) {
  return kinds.flatMap((kind) => KINDS[kind]?.(process, help) ?? []);
}
