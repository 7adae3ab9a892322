// What a run's events say of its sockets, added up: each socket, and lanes: a listener is one, a
// connection with both its ends is one, whatever else there is is one, too. No document in it: tests
// feed it with events.

// What has been is kept, and tells afterwards what there was; so many of it.
const MOST_GONE = 40;

const portOf = (address = '') => address.slice(address.lastIndexOf(':'));
const isLocal = (address = '') => /^(127\.|\[::1\])/.test(address);
const endsKey = (protocol, first, second) => `${protocol} ${first} ${second}`;

export class Sockets {
  #all = new Map();
  #gone = [];

  constructor() { this.clear(); }

  clear() {
    this.#all.clear();
    this.#gone = [];
    this.more = { count: 0, states: {} };
    this.largest = 0; // the most bytes in a queue so far
  }

  get living() { return [...this.#all.values()]; }
  get gone() { return this.#gone; }

  hear(event) {
    if (event.name === 'stopped') this.#end([...this.#all.keys()]);
    if (event.name !== 'sockets') return;
    this.#end(event.gone ?? []);
    for (const facts of event.sockets) {
      const before = this.#all.get(facts.id);
      this.#all.set(facts.id, { ...facts, accepted: before?.accepted ?? false, holders: facts.holders ?? [],
        // Who has closed it is still its name.
        held: facts.holders?.length > 0 ? facts.holders : before?.held ?? [], holds: facts.held ?? facts.holders?.length ?? 0 });
      this.largest = Math.max(this.largest, facts.receive ?? 0, facts.send ?? 0);
    }
    if (event.more) this.more = event.more;
    this.#findAccepted();
  }

  #end(ids) {
    for (const id of ids) {
      const socket = this.#all.get(id);
      this.#all.delete(id);
      // What never had an address or another end tells nothing.
      if (socket && (socket.local || socket.pair)) this.#gone.push({ ...socket, state: 'gone', was: socket.state });
    }
    this.#gone.splice(0, this.#gone.length - MOST_GONE);
  }

  // The end of a connection that came by a listener; it is drawn on the right also when the listener
  // has been closed.
  #findAccepted() {
    const listeners = new Set(this.living.filter(({ state }) => state === 'LISTEN').map(({ protocol, local }) => `${protocol} ${local}`));
    const cameBy = ({ protocol, local }) => [local, `0.0.0.0${portOf(local)}`, `[::]${portOf(local)}`].some((each) => listeners.has(`${protocol} ${each}`));
    for (const socket of this.living) {
      if (socket.state !== 'LISTEN' && socket.local && socket.protocol !== 'unix') socket.accepted ||= cameBy(socket);
      if (socket.protocol === 'unix' && socket.pair) socket.accepted = Boolean(socket.local);
    }
  }

  // {kind: 'listener' | 'connection' | 'lone', state, left, right}: a connection without "right" has its
  // other end elsewhere. Who lives comes first, and listeners first of all.
  get lanes() {
    return [...lanesOf(this.living), ...lanesOf(this.#gone)];
  }
}

function lanesOf(sockets) {
  const byEnds = new Map();
  for (const socket of sockets) {
    if (!socket.peer || socket.protocol === 'unix') continue;
    const key = endsKey(socket.protocol, socket.local, socket.peer);
    byEnds.set(key, [...(byEnds.get(key) ?? []), socket]);
  }
  const byId = new Map(sockets.map((socket) => [socket.id, socket]));
  const otherOf = (socket) => {
    if (socket.protocol === 'unix') return byId.get(socket.pair);
    const others = byEnds.get(endsKey(socket.protocol, socket.peer, socket.local)) ?? [];
    // Each network namespace has a loopback of its own.
    return others.find((other) => other !== socket && (!isLocal(socket.local) || other.space === socket.space));
  };
  const drawn = new Set();
  const lanes = [];
  for (const socket of sockets) {
    if (drawn.has(socket)) continue;
    const other = socket.state !== 'LISTEN' && (socket.peer || socket.pair) ? otherOf(socket) : undefined;
    const [left, right] = other && socket.accepted && !other.accepted ? [other, socket] : [socket, other];
    for (const each of [left, right]) drawn.add(each);
    const isConnection = socket.peer || other;
    lanes.push({ kind: socket.state === 'LISTEN' || socket.was === 'LISTEN' ? 'listener' : isConnection ? 'connection' : 'lone',
      state: socket.state === 'gone' ? 'gone' : 'here', left, right });
  }
  // Unix sockets are mostly how a demo keeps its processes in step.
  const rank = ({ kind, left }) => (kind === 'listener' ? 0 : left.protocol === 'unix' ? 2 : 1);
  return lanes.sort((a, b) => rank(a) - rank(b));
}
