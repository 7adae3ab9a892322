// What is made of the event stream of a run, without a browser: sums, words, lanes.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lanesOf } from '../../../slides/web/edge-lines.js';
import { Edges } from '../../../slides/web/edges.js';
import { factsOf } from '../../../slides/web/facts.js';
import { fold, pidsOf, saidOf } from '../../../slides/web/fold.js';
import { parseRecording, Player } from '../../../slides/web/player.js';
import { Processes } from '../../../slides/web/processes.js';
import { wordsOf } from '../../../slides/web/run-words.js';

globalThis.requestAnimationFrame = (draw) => draw();

const BEGIN = [
  { name: 'source', at: 0, keeper: 10, events: 'kernel' },
  { name: 'program', at: 0, pane: 0, pid: 11, demo: '1-a-name-that-is-long' },
  { name: 'fork', at: 1, pid: 11, parent: 10 },
];

function family(events, roles) {
  const processes = new Processes(roles);
  for (const event of [...BEGIN, ...events]) processes.hear(event);
  return processes;
}

test('a role comes from the place in the family, a number where there are several', () => {
  const processes = family([
    { name: 'fork', pid: 12, parent: 11 },
  ]);
  assert.equal(processes.nameOf(processes.get(11)), 'program');
  assert.equal(processes.nameOf(processes.get(12)), 'child');
  processes.hear({ name: 'fork', pid: 13, parent: 11 });
  processes.hear({ name: 'fork', pid: 14, parent: 13 });
  assert.equal(processes.nameOf(processes.get(12)), 'child 1');
  assert.equal(processes.nameOf(processes.get(13)), 'child 2');
  assert.equal(processes.nameOf(processes.get(14)), 'grandchild');
});

test('a slide may give the roles, and who executes another program is called by it', () => {
  const processes = family([
    { name: 'fork', pid: 12, parent: 11 },
    { name: 'fork', pid: 13, parent: 11 },
    { name: 'exec', pid: 13, command: 'ps' },
    { name: 'exec', pid: 12, command: '1-a-name-that-i' }, // its own name once more
  ], ['server', 'worker']);
  assert.deepEqual([11, 12, 13].map((pid) => processes.nameOf(processes.get(pid))), ['server', 'worker 1', 'ps']);
});

test('as many roles may be given as there are generations', () => {
  const born = [12, 13, 14, 15].map((pid) => ({ name: 'fork', pid, parent: pid - 1 }));
  const processes = family(born, ['demo', 'shell', 'command', 'between', 'daemon']);
  assert.equal(processes.nameOf(processes.get(15)), 'daemon');
  assert.equal(family(born).get(15).role, 'great-grandchild');
});

test('an orphan keeps its role under the keeper, and the dead are told by what is known of their end', () => {
  const processes = family([
    { name: 'fork', pid: 12, parent: 11 },
    { name: 'exit', pid: 11 },
    { name: 'collected', pid: 11, how: 'exit status 0' },
    { name: 'look', processes: [{ pid: 12, parent: 10, state: 'sleeps', command: '1-a-name-that-i', threads: 1 }] },
  ]);
  const orphan = processes.get(12);
  assert.deepEqual([orphan.parent, orphan.bornOf, orphan.role], [10, 11, 'child']);
  assert.deepEqual([processes.get(11).state, processes.get(11).how], ['gone', 'exit status 0']);
  assert.deepEqual(processes.living, [orphan]);
});

test('a signal that was pending and is not any more has come', () => {
  const look = (pending) => ({ name: 'look', processes: [{ pid: 11, parent: 10, state: 'sleeps', command: '1-a-name-that-i', signals: { pending, blocked: ['USR1'], caught: [], ignored: [] } }] });
  const processes = family([look(['USR1'])]);
  assert.deepEqual(factsOf(processes.get(11), ['signals']).map(({ label }) => label), ['pending', 'blocked']);
  processes.hear(look([]));
  assert.deepEqual(factsOf(processes.get(11), ['signals'])[0], { label: 'has come', words: ['USR1'] });
});

test('facts are told when the slide has chosen them, and not otherwise', () => {
  const process = { pid: 5, session: { session: 5, group: 5, terminal: 'none', foreground: false }, doing: [{ does: 'waits in poll', count: 8 }] };
  assert.deepEqual(factsOf(process, []), []);
  assert.deepEqual(factsOf(process, ['threads']), [{ label: '8 threads in', words: ['poll'] }]);
  assert.equal(factsOf(process, ['session'])[0].words[0], '5, leads');
  const busy = { pid: 5, doing: [{ does: 'waits in accept4 on descriptor 3, socket:[99]', count: 1 }, { does: 'runs and does not wait', count: 2 }] };
  assert.deepEqual(factsOf(busy, ['threads']), [{ label: 'in', words: ['accept4 on descriptor 3'] }, { label: '2 threads', words: ['runs and does not wait'] }]);
});

test('a pipe is an edge between who writes it and who reads it', () => {
  const edges = new Edges([
    { role: 'parent', descriptors: [{ fd: 1, what: '/dev/pts/0', way: 'rw' }, { fd: 4, what: 'pipe:[99]', way: 'w' }] },
    { role: 'child', descriptors: [{ fd: 3, what: 'pipe:[99]', way: 'r' }] },
  ]);
  assert.deepEqual(edges.inWords(({ role }) => role), [{ edge: 'pipe A', words: 'pipe A: parent 4 → child 3' }]);
  assert.equal(edges.letterOf('/dev/pts/0'), undefined);
  const sockets = (process) => ({ ...process, descriptors: [...process.descriptors, ...[1, 2, 3, 4, 5, 6].map((number) => ({ fd: 10 + number, what: `socket:[${number}]`, way: 'rw' }))] });
  assert.deepEqual([...edges.drawn], ['pipe A']);
  const many = new Edges([
    sockets({ descriptors: [{ fd: 4, what: 'pipe:[99]', way: 'w' }] }),
    sockets({ descriptors: [{ fd: 3, what: 'pipe:[99]', way: 'r' }] }),
  ]);
  assert.equal(many.inWords(({ role }) => role).length, 7);
  assert.deepEqual([...many.drawn], ['pipe A'], 'more than can be told apart: pipes only');
  const alone = { descriptors: [0, 1, 2].map((fd) => ({ fd, what: '/dev/pts/0', way: 'rw' })).concat({ fd: 3, what: 'pipe:[7]', way: 'r' }, { fd: 4, what: 'pipe:[99]', way: 'w' }) };
  assert.equal(new Edges([alone, alone]).letterOf('pipe:[7]'), undefined, 'one process has both ends');
  const [{ words }] = factsOf(alone, ['descriptors'], { letterOf: (what) => (what === 'pipe:[99]' ? 'pipe A' : undefined) });
  assert.deepEqual(words, ['4 → pipe A', '1 more']);
});

test('descriptors: what is the same is told together, the terminal not at all, and the dead have none', () => {
  const letterOf = (what) => (what === 'socket:[5]' ? 'socket A' : undefined);
  const of = (list, state = 'sleeps') => factsOf({ state, descriptors: list }, ['descriptors'], { letterOf });
  const terminal = [0, 1, 2].map((fd) => ({ fd, what: '/dev/pts/4', way: 'rw' }));
  const socket = [{ fd: 3, what: 'socket:[5]', way: 'rw' }, { fd: 4, what: 'socket:[5]', way: 'rw' }];
  assert.deepEqual(of(terminal), []);
  assert.deepEqual(of([...terminal, { fd: 7, what: '/tmp/a', way: 'r' }])[0].words, ['1 descriptor']);
  const [{ words, ends }] = of([...terminal, ...socket]);
  assert.deepEqual([words, ends], [['3, 4 ↔ socket A'], [{ edge: 'socket A', way: 'rw' }]]);
  const daemon = [{ fd: 0, what: '/dev/null', way: 'rw' }, { fd: 1, what: 'pipe:[6]', way: 'w' }, { fd: 2, what: '/dev/null', way: 'rw' }];
  assert.deepEqual(of(daemon)[0].words, ['0, 2 ↔ null', '1 → pipe']);
  for (const state of ['ended', 'zombie', 'gone']) assert.deepEqual(of(socket, state), [], state);
});

test('lines that do not meet share a lane, and short ones are nearer to the boxes', () => {
  assert.deepEqual(lanesOf([{ top: 0, bottom: 100 }, { top: 10, bottom: 20 }, { top: 30, bottom: 40 }]), [1, 0, 0]);
  assert.deepEqual(lanesOf([{ top: 0, bottom: 20 }, { top: 20, bottom: 40 }]), [0, 1], 'they touch');
  assert.deepEqual(lanesOf([]), []);
});

test('those that are gone are alike, whatever number of threads was seen last', () => {
  const worker = (threads, state, how = 'exit status 0') => saidOf({ pid: threads, role: 'worker', state, how, threads }, []);
  assert.equal(worker(51, 'gone'), worker(29, 'gone'));
  assert.notEqual(worker(51, 'sleeps'), worker(29, 'sleeps'));
  assert.notEqual(worker(51, 'gone'), worker(51, 'gone', 'killed by SIGKILL'));
});

test('four equal siblings are folded; three, different ones and parents are not', () => {
  const siblings = [1, 2, 3, 4].map((pid) => ({ pid, kind: 'a' }));
  const alike = ({ kind }) => kind;
  assert.deepEqual(fold(siblings, alike).map(({ length }) => length), [4]);
  assert.deepEqual(fold(siblings.slice(1), alike).map(({ length }) => length), [1, 1, 1]);
  assert.deepEqual(fold(siblings.slice(1), alike, 2).map(({ length }) => length), [3], 'where it is tight');
  assert.deepEqual(fold([...siblings, { pid: 5, kind: 'b' }], alike).map(({ length }) => length), [4, 1]);
  assert.deepEqual(fold(siblings, () => undefined).map(({ length }) => length), [1, 1, 1, 1]);
  assert.equal(pidsOf([{ pid: 7 }, { pid: 8 }]), 'pids 7–8');
  assert.equal(pidsOf([{ pid: 7 }, { pid: 9 }]), 'pids 7 … 9');
});

// A pane that keeps what it hears.
function listener() {
  return { heard: [], clear() { this.heard = []; }, hear({ at }) { this.heard.push(at); } };
}

test('a place in the events shows those before it, forwards and back', () => {
  const heard = listener();
  const player = new Player([heard]);
  player.load(parseRecording('{"name":"a","at":1}\n{"name":"b","at":2}\n{"name":"c","at":3}\n'));
  assert.deepEqual(heard.heard, [1, 2, 3]);
  player.show(1);
  assert.deepEqual(heard.heard, [1]);
  player.add({ name: 'd', at: 4 });
  assert.deepEqual(heard.heard, [1], 'who looks back is not pulled along');
  player.show(4);
  player.add({ name: 'e', at: 5 });
  assert.deepEqual(heard.heard, [1, 2, 3, 4, 5]);
});

test('what a browser says of a lost server is told in words', () => {
  assert.equal(wordsOf(new TypeError('Failed to fetch')), 'The slide server does not answer: ./waymark slides starts it.');
  assert.equal(wordsOf(new Error('This demo is not built: ./waymark build')), 'This demo is not built: ./waymark build');
});
