// One run of a demo, as a request: POST starts it, the answer's body tells what happens, abort()
// stops it. Not EventSource: that one comes back by itself when a stream ends, and each time the
// server would start the program again.

function headers() {
  return {
    'Content-Type': 'application/json',
    'X-Waymark-Token': document.querySelector('meta[name="run-token"]').content,
  };
}

function post(address, body, signal) {
  return fetch(address, { method: 'POST', headers: headers(), body: JSON.stringify(body), signal });
}

// "event: NAME" and "data: JSON" lines, as in HTML's text/event-stream; others are passed over.
export function parseEvent(text) {
  const event = { name: '', data: '' };
  for (const line of text.split('\n')) {
    if (line.startsWith('event: ')) event.name = line.slice(7);
    if (line.startsWith('data: ')) event.data += line.slice(6);
  }
  return event.name === '' ? undefined : { name: event.name, ...JSON.parse(event.data) };
}

async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n\n');
    rest = parts.pop();
    for (const part of parts) {
      const event = parseEvent(part);
      if (event) yield event;
    }
  }
}

export class RunRequest {
  #abort = new AbortController();
  #number;
  #typed = Promise.resolve();

  // Calls `hear` with each event until the run is over. Throws an Error with the server's words if
  // it is refused, and one with the name AbortError when it is stopped.
  async follow({ lesson, demo, show }, hear) {
    const response = await post('/api/runs', { lesson, demo, show: show ?? '' }, this.#abort.signal);
    if (!response.ok) throw new Error((await response.text()).trim());
    for await (const event of eventsOf(response.body)) {
      if (event.name === 'started') this.#number = event.run;
      hear(event);
    }
  }

  stop() {
    this.#abort.abort();
  }

  // After "started": before that nobody knows where to send it. A line waits for the one before it:
  // two requests at once may arrive in either order.
  type(line) {
    const send = () => post(`/api/runs/${this.#number}/input`, { line });
    this.#typed = this.#typed.then(send, send);
    return this.#typed;
  }

  // After "started", too.
  callClient() {
    return post(`/api/runs/${this.#number}/client`, {});
  }

  // Who waits at the end of a step goes on.
  next() {
    return post(`/api/runs/${this.#number}/next`, {});
  }
}
