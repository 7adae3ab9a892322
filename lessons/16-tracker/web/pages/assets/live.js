// The stream of new fixes (server-sent events). EventSource reconnects by itself and tells the
// server the last event that it has seen; this adds what it leaves out:
//   - a stream only while the page is looked at: a browser opens six connections to a server, and
//     six forgotten tabs would lock out the seventh;
//   - after a refusal (EventSource gives up then), another try with growing pauses;
//   - `onOpen` for every stream that starts anew, so that the page reads again what it missed. The
//     page reads after the stream is open: what comes twice does no harm, what falls between would.

import { goToLogIn } from './session.js';

const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30000;

// A refusal does not say why: the session may have ended.
async function leaveIfLoggedOut() {
  const response = await fetch('/api/session', { cache: 'no-store' }).catch(() => null);
  if (response?.status === 401) goToLogIn();
}

export class Live {
  // `on` has open(), fixes(rows), devices(), reset(), state('live' | 'reconnecting' | 'paused'), and
  // passages() where the page shows who comes and goes.
  constructor(path, on) {
    this.path = path;
    this.on = on;
    this.pause = FIRST_PAUSE_MS;
    document.addEventListener('visibilitychange', () => this.follow());
    window.addEventListener('pagehide', () => this.close());
    window.addEventListener('pageshow', () => this.follow());
  }

  // Opens or closes according to whether the page can be seen.
  follow() {
    if (document.hidden) {
      this.close();
      this.on.state('paused');
    } else if (!this.source) {
      this.open();
    }
  }

  open() {
    clearTimeout(this.timer);
    const source = new EventSource(this.path);
    this.source = source;
    let fresh = true;
    source.addEventListener('open', () => {
      this.pause = FIRST_PAUSE_MS;
      this.on.state('live');
      if (fresh) this.on.open();
      fresh = false;
    });
    source.addEventListener('fixes', (event) => this.receive(event));
    source.addEventListener('devices', () => this.on.devices());
    source.addEventListener('passages', () => this.on.passages?.());
    source.addEventListener('reset', () => this.on.reset());
    source.addEventListener('error', () => this.recover(source));
  }

  receive(event) {
    let rows;
    try {
      rows = JSON.parse(event.data);
    } catch {
      return; // one odd message must not end the stream
    }
    if (Array.isArray(rows)) this.on.fixes(rows);
  }

  recover(source) {
    if (source !== this.source) return;
    this.on.state('reconnecting');
    if (source.readyState !== EventSource.CLOSED) return;
    this.close();
    leaveIfLoggedOut();
    this.timer = setTimeout(() => this.follow(), this.pause);
    this.pause = Math.min(2 * this.pause, LONGEST_PAUSE_MS);
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }
}
