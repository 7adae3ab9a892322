// What a run's events say of the load of its server, added up: a moment for each, and what they say in
// words. No document in it: tests feed it with events.

const MOST_SHOWN = 60; // the last ones

// "1.8 ms", "340 ms", "2.1 s".
export function timeInWords(milliseconds) {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${milliseconds >= 10 ? Math.round(milliseconds) : milliseconds.toFixed(1)} ms`;
}

const limitOf = ({ limit }) => (limit === undefined ? ', no limit' : ` of ${limit}`);

// What is drawn of a moment: a row for each. `value` is undefined where a good client still waits.
export const ROWS = [
  { key: 'inside', name: 'inside', value: ({ inside }) => inside, words: (moment) => `${moment.inside}${limitOf(moment)}` },
  { key: 'waiting', name: 'in the queue', value: ({ waiting }) => waiting, words: ({ waiting }) => `${waiting}` },
  { key: 'refused', name: 'refused', value: ({ refused }) => refused, words: ({ refused }) => `${refused}` },
  { key: 'answer', name: 'a good client waits', value: ({ answer_ms: answer }) => answer,
    words: ({ answer_ms: answer }) => (answer === undefined ? 'no answer yet' : timeInWords(answer)) },
];

export class Loads {
  constructor() { this.clear(); }

  clear() {
    this.all = [];
    this.refused = []; // why
    this.largest = Object.fromEntries(ROWS.map(({ key }) => [key, 0]));
  }

  hear(event) {
    if (event.name === 'load_refused') this.refused.push(event.why);
    if (event.name !== 'load') return;
    this.all.push(event);
    for (const { key, value } of ROWS) this.largest[key] = Math.max(this.largest[key], value(event) ?? 0);
    this.largest.inside = Math.max(this.largest.inside, event.limit ?? 0);
  }

  get shown() { return this.all.slice(-MOST_SHOWN); }
}

// One sentence for a moment.
export function loadInWords(moment) {
  const [inside, waiting, refused, answer] = ROWS.map(({ words }) => words(moment));
  return `Inside: ${inside}; ${waiting} in the queue, ${refused} refused. A good client: ${answer}`;
}
