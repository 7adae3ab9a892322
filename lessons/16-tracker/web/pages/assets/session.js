// Who is logged in, and how pages ask the server to change something. A failure is an Error whose
// message can be shown; `status` is the answer's. Who is not logged in any more comes to the log-in
// and from there back to this page.

export function goToLogIn() {
  const here = location.pathname + location.search + location.hash;
  location.replace(here === '/' ? '/login' : `/login?next=${encodeURIComponent(here)}`);
}

// Where to go after the log-in: a place on this server, whatever the address says. Whole, with the
// server's name: the path of '/.//evil.example' is '//evil.example', which alone is another server.
export function placeAfterLogIn(search, origin) {
  const next = new URLSearchParams(search).get('next') ?? '/';
  try {
    const address = new URL(next, origin);
    if (next.startsWith('/') && address.origin === origin) return address.href;
  } catch { /* no address: the map */ }
  return `${origin}/`;
}

async function answerOf(response) {
  let answer = null;
  try {
    answer = await response.json();
  } catch { /* no JSON: the status has to do */ }
  if (response.ok && answer) return answer;
  const words = typeof answer?.error === 'string' && answer.error !== ''
    ? answer.error : `The server answered with status ${response.status}.`;
  throw Object.assign(new Error(asSentence(words)), { status: response.status });
}

function asSentence(words) {
  return words[0].toUpperCase() + words.slice(1) + (/[.!?]$/.test(words) ? '' : '.');
}

async function ask(path, options) {
  try {
    return await fetch(path, { cache: 'no-store', ...options });
  } catch {
    throw new Error('The server does not answer. Try again.');
  }
}

// For those who are logged in.
export async function read(path) {
  const response = await ask(path);
  if (response.status === 401) return goToLogIn(), new Promise(() => {});
  return answerOf(response);
}

// `body` becomes JSON; without one there is none.
export async function send(path, body) {
  const options = { method: 'POST' };
  if (body !== undefined) {
    options.headers = { 'Content-Type': 'application/json' };
    options.body = JSON.stringify(body);
  }
  const response = await ask(path, options);
  const isWayIn = ['/api/log-in', '/api/welcome'].some((way) => path.startsWith(way));
  if (response.status === 401 && !isWayIn) return goToLogIn(), new Promise(() => {});
  return answerOf(response);
}
