// Pipes and sockets between processes as lines: from the descriptor in each box to a lane of its own on
// the right, along it, and into the descriptors of the others. A tip is where somebody reads, a dot where
// somebody writes or may do both. Who cannot see it has the same in words (edges.js).

const BESIDE = 16, BETWEEN = 13; // px: from the widest box to the first lane, from lane to lane
const TIP = 9, DOT = 4.5;
const STYLES = 4; // colours and dashes, in run-pane.css
const SVG = 'http://www.w3.org/2000/svg';

// For spans {top, bottom} the lane of each, from 0, the nearest to the boxes. Short ones are inside, so
// that few cross; two that do not meet share a lane.
export function lanesOf(spans) {
  const lanes = [];
  const chosen = new Map();
  const meet = (one, other) => one.top <= other.bottom && other.top <= one.bottom;
  for (const span of [...spans].sort((a, b) => (a.bottom - a.top) - (b.bottom - b.top) || a.top - b.top)) {
    let lane = lanes.findIndex((others) => !others.some((other) => meet(span, other)));
    if (lane < 0) lane = lanes.push([]) - 1;
    lanes[lane].push(span);
    chosen.set(span, lane);
  }
  return spans.map((span) => chosen.get(span));
}

// In px of the list; getBoundingClientRect() would tell of a slide that is scaled.
function placeIn(list, element) {
  let left = 0, top = 0;
  for (let each = element; each && each !== list; each = each.offsetParent) {
    left += each.offsetLeft;
    top += each.offsetTop;
  }
  return { left, top };
}

function make(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// Where the line of a descriptor leaves its box. Of several in one row each has a height of its own.
function endOf(list, item, inRow) {
  const box = item.closest('.process');
  const row = placeIn(list, item).top;
  const before = inRow.get(box)?.get(row) ?? 0;
  if (!inRow.has(box)) inRow.set(box, new Map());
  inRow.get(box).set(row, before + 1);
  return { way: item.dataset.way, x: placeIn(list, box).left + box.offsetWidth, y: row + item.offsetHeight / 2 + before * 7 };
}

function spansOf(list, drawn) {
  const spans = new Map();
  const inRow = new Map();
  for (const item of list.querySelectorAll('.item[data-edge]')) {
    const { edge } = item.dataset;
    if (!drawn.has(edge)) continue;
    if (!spans.has(edge)) spans.set(edge, { edge, boxes: new Set(), ends: [] });
    spans.get(edge).boxes.add(item.closest('.process'));
    spans.get(edge).ends.push(endOf(list, item, inRow));
  }
  return [...spans.values()].filter(({ boxes }) => boxes.size > 1).map((span) => {
    const heights = span.ends.map(({ y }) => y);
    return { ...span, top: Math.min(...heights), bottom: Math.max(...heights) };
  });
}

function lineOf(span, x, number) {
  const line = make('g', { class: 'line', 'data-edge': span.edge, 'data-style': number % STYLES });
  const stubs = span.ends.map((end) => `M${end.x} ${end.y}H${x}`).join('');
  line.append(make('path', { class: 'way', d: `M${x} ${span.top}V${span.bottom}${stubs}` }));
  for (const { way, x: at, y } of span.ends) {
    line.append(way === 'r' ? make('path', { class: 'tip', d: `M${at} ${y}l${TIP} ${-TIP / 2}v${TIP}z` })
      : make('circle', { class: 'dot', cx: at + DOT, cy: y, r: DOT }));
  }
  return line;
}

// Draws the lines of a list whose items are there, of the edges `drawn`, and draws them anew when its
// size changes: a slide that is not shown has none.
export class EdgeLines {
  #list;
  #drawn;
  #observer;

  constructor(list, drawn) {
    this.#list = list;
    this.#drawn = drawn;
    this.#observer = new ResizeObserver(() => this.#draw());
    this.#observer.observe(list);
    this.#draw();
  }

  end() { this.#observer.disconnect(); }

  #draw() {
    this.#list.querySelector(':scope > .lines')?.remove();
    const spans = spansOf(this.#list, this.#drawn);
    if (spans.length === 0 || this.#list.offsetWidth === 0) return;
    const widest = Math.max(...[...this.#list.querySelectorAll('.process')].map((box) => placeIn(this.#list, box).left + box.offsetWidth));
    const lanes = lanesOf(spans);
    const picture = make('svg', { class: 'lines', 'aria-hidden': 'true', width: this.#list.offsetWidth, height: this.#list.offsetHeight });
    spans.forEach((span, i) => picture.append(lineOf(span, widest + BESIDE + lanes[i] * BETWEEN, i)));
    this.#list.append(picture);
  }
}

// The room that so many lines need on the right of the boxes.
export const roomFor = (lines) => (lines > 0 ? BESIDE + lines * BETWEEN : 0);
