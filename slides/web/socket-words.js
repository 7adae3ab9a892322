// Sockets in words: for who cannot see the picture, and what is wrong with one for everybody.

const UNITS = ['B', 'KB', 'MB', 'GB'];

export function bytesInWords(bytes) {
  let value = bytes, unit = 0;
  for (; value >= 1000 && unit < UNITS.length - 1; ++unit) value /= 1000;
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

const portOf = (address = '') => /:\d+$/.exec(address)?.[0] ?? '';
const times = (count) => (count === 1 ? 'once' : `${count} times`);

// The kernel lets one more wait than listen() was told.
export const isFull = ({ state, waiting, backlog }) => state === 'LISTEN' && backlog !== undefined && waiting > backlog;
export const isStalled = ({ probing, send }) => Boolean(probing) && send > 0;
export const isHeld = ({ holders }) => holders.length > 0;

export function queueInWords({ waiting, backlog }) {
  const many = waiting === 0 ? 'nobody waits' : `${waiting} ${waiting === 1 ? 'waits' : 'wait'}`;
  return `${many}${backlog === undefined ? '' : `, backlog ${backlog}`}`;
}

// So many copies of one socket are named; the others are counted.
const MOST_NAMED = 2;

// Names come from `nameOf(pid)`. Where one process plays both sides, `ends` says what the side that has connected is
// called, and the one that listens and accepts: ['client', 'server']; without a name there it is that of the process.
export class SocketWords {
  #nameOf;
  #ends;

  constructor(nameOf, ends = []) {
    this.#nameOf = nameOf;
    this.#ends = ends;
  }

  #name(socket, pid) {
    const accepts = socket.accepted || [socket.state, socket.was].includes('LISTEN');
    return (accepts ? this.#ends[1] : socket.peer && this.#ends[0]) || this.#nameOf(pid);
  }

  // "parent 4, child 4": each copy with its descriptor; who held it last, of one that was closed.
  holder(socket) {
    const { held, holds } = socket;
    const copies = [...new Set(held.slice(0, MOST_NAMED).map(({ pid, fd }) => `${this.#name(socket, pid)} ${fd}`))];
    const more = holds - Math.min(held.length, MOST_NAMED);
    return copies.join(', ') + (more > 0 ? ` and ${more} more` : '');
  }

  // Without the descriptor.
  who(socket) { return socket.held[0] ? this.#name(socket, socket.held[0].pid) : 'nobody'; }

  #other(end, other) {
    return other?.held.length > 0 ? this.who(other) : end.peer || 'the other side';
  }

  // How an end is called in the picture, or so many that are alike: {name, address}.
  label(socket, count) {
    const { local = '', state, was, held } = socket;
    const isWhole = state === 'LISTEN' || was === 'LISTEN'; // of others the port is enough
    const host = local.slice(0, Math.max(0, local.lastIndexOf(':'))) || local;
    const many = count > 1 ? `${count} × ` : '';
    const address = isWhole || socket.protocol === 'unix' ? local : portOf(local);
    const own = many ? '' : address;
    if (held.length > 0) return { name: many ? many + this.who(socket) : this.holder(socket), address: own };
    if (this.#isQueued(socket)) return { name: `${many}in the accept queue`, address: portOf(local) };
    return { name: many + (many ? host : local), address: '' };
  }

  #isQueued({ accepted, state, was, held }) { return accepted && held.length === 0 && (was ?? state) === 'ESTABLISHED'; }

  // What is remarkable about an end, in few words; "" if nothing is.
  remark(end) {
    const { state, resent } = end;
    if (isFull(end)) return 'full: the next ones get no answer';
    if (state === 'gone') return '';
    if (isStalled(end)) return 'stalled';
    if (state === 'CLOSE_WAIT' && isHeld(end)) return 'not closed here';
    if (state === 'SYN_SENT') return resent ? `no answer, asked again ${times(resent)}` : 'no answer yet';
    if (state === 'SYN_RECV') return 'not in the queue';
    if (resent) return `no answer, sent again ${times(resent)}`;
    return isHeld(end) || end.protocol !== 'tcp' || this.#isQueued(end) ? '' : 'closed';
  }

  // The same with all that there is to say.
  #explanation(end, other) {
    const name = this.#other(end, other);
    if (end.state === 'gone') return '';
    if (isStalled(end)) return `stalled: ${name} does not read`;
    if (end.state === 'CLOSE_WAIT' && isHeld(end)) return `${name} has closed, ${this.who(end)} has not`;
    if (end.state === 'TIME_WAIT') return 'closed, and the kernel keeps the addresses for a minute';
    if (this.#isQueued(end)) return 'in the accept queue';
    return this.remark(end);
  }

  #end(end, other) {
    const parts = [this.holder(end) || 'no process', end.local ?? 'no address', end.was ? `gone, was ${end.was}` : end.state];
    if (end.receive > 0) parts.push(`${bytesInWords(end.receive)} not read`);
    if (end.send > 0) parts.push(`${bytesInWords(end.send)} not acknowledged`);
    return [...parts, this.#explanation(end, other)].filter(Boolean).join(', ');
  }

  // One sentence for a lane.
  lane({ kind, left, right }) {
    if (kind === 'listener') {
      const queue = left.state === 'gone' ? '' : `accept queue: ${queueInWords(left)}`;
      return ['Listener', this.#end(left), queue].filter(Boolean).join(', ');
    }
    if (kind === 'lone') return `Socket, ${left.protocol}, ${this.#end(left)}`;
    return `Connection, ${left.protocol}. ${this.#end(left, right)}. Other end: ${right ? this.#end(right, left) : left.peer ?? 'not known'}`;
  }

  // What is wrong now, each with a key by which it is the same later, how much it is, and words for it.
  faults({ lanes, more }) {
    const found = [];
    const leaks = new Map();
    for (const { state, left, right } of lanes) {
      if (state === 'gone') continue;
      if (isFull(left)) found.push({ key: `full ${left.id}`, size: left.waiting, say: (waiting) => `full accept queue of ${this.who(left)}: ${queueInWords({ ...left, waiting })}` });
      for (const [end, other] of [[left, right], [right, left]]) {
        if (!end) continue;
        if (isStalled(end)) {
          found.push({ key: `stalled ${end.id}`, size: end.send, say: (size) => `stalled send queue of ${this.who(end)}, ${bytesInWords(size)}: ${this.#other(end, other)} does not read` });
        }
        if (end.state === 'CLOSE_WAIT' && isHeld(end)) leaks.set(this.who(end), (leaks.get(this.who(end)) ?? 0) + 1);
      }
    }
    for (const [who, count] of leaks) {
      const all = count + (leaks.size === 1 ? more.states.CLOSE_WAIT ?? 0 : 0);
      if (all >= FEWEST_LEAKED) found.push({ key: `leak ${who}`, size: all, say: (size) => `CLOSE_WAIT leak: ${size} connections whose other side has closed, and ${who} has not` });
    }
    return found;
  }
}

// One or two are on their way to be closed.
const FEWEST_LEAKED = 3;

// What was wrong at some time, in the order in which it came, each with the most that it has been. The
// names are those of the last time: a process may have been seen later than its socket.
export class Findings {
  #all = new Map();

  clear() { this.#all.clear(); }

  // All that is wrong `at` that time.
  hear(faults, at) {
    for (const finding of this.#all.values()) finding.isNow = false;
    for (const { key, size, say } of faults) {
      const before = this.#all.get(key);
      const most = Math.max(size, before?.most ?? 0);
      this.#all.set(key, { at: before?.at ?? at, most, words: say(most), isNow: true });
    }
  }

  get all() { return [...this.#all.values()]; }
}
