// What the holder of a share link may ask for (web_app/shared_api.hh). The secret goes in a field of
// the request, never in an address. A failure is an Error whose message can be shown; `isOver` says
// that no other try will help.

import { decodeColumns } from './columns.js';

const OVER = [404, 410];
const FIRST_PAUSE_MS = 2000, LONGEST_PAUSE_MS = 30000;

export class SharedLink {
  constructor(secret) {
    this.fields = { Authorization: `Bearer ${secret}` };
  }

  async get(path, signal) {
    let response;
    try {
      response = await fetch(`/api/shared${path}`, { cache: 'no-store', headers: this.fields, signal });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new Error('The server does not answer.');
    }
    if (response.ok) return response;
    const words = await response.json().then(({ error }) => error, () => `The server answered with status ${response.status}.`);
    throw Object.assign(new Error(words), { isOver: OVER.includes(response.status) });
  }

  about = async () => (await this.get('')).json();
  readMap = async () => (await this.get('/map')).json();

  // From `since` on (ms), as columns.
  async track(since = 0) {
    return decodeColumns(await (await this.get(`/track?since=${since}`)).arrayBuffer());
  }
}

// The bell of a live link. EventSource can send no field, so the stream is read by hand: of each
// event its name, which is all there is. While the page cannot be seen there is no stream.
export class Bell {
  // `on` has open(), news(), reset(), ended() and state('live' | 'reconnecting' | 'paused').
  constructor(link, on) {
    this.link = link;
    this.on = on;
    this.pause = FIRST_PAUSE_MS;
    document.addEventListener('visibilitychange', () => this.follow());
    window.addEventListener('pagehide', () => this.close());
    window.addEventListener('pageshow', () => this.follow());
  }

  follow() {
    if (this.isOver) return;
    if (document.hidden) {
      this.close();
      this.on.state('paused');
    } else if (!this.stopper) {
      this.run();
    }
  }

  async run() {
    const stopper = new AbortController();
    this.stopper = stopper;
    try {
      const response = await this.link.get('/live', stopper.signal);
      this.pause = FIRST_PAUSE_MS;
      this.on.state('live');
      this.on.open();
      await this.listen(response.body.pipeThrough(new TextDecoderStream()).getReader());
    } catch (error) {
      if (error.isOver) this.end(error.message);
    }
    if (stopper.signal.aborted || this.isOver) return;
    this.close();
    this.on.state('reconnecting');
    this.timer = setTimeout(() => this.follow(), this.pause);
    this.pause = Math.min(2 * this.pause, LONGEST_PAUSE_MS);
  }

  async listen(reader) {
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split('\n');
      rest = lines.pop();
      for (const line of lines) this.hear(line);
    }
  }

  hear(line) {
    if (line === 'event: news') this.on.news();
    else if (line === 'event: reset') this.on.reset();
    else if (line === 'event: ended') this.end('This link has ended. Ask whoever sent it for another one.');
  }

  end(words) {
    this.isOver = true;
    this.close();
    this.on.ended(words);
  }

  close() {
    clearTimeout(this.timer);
    this.stopper?.abort();
    this.stopper = null;
  }
}
