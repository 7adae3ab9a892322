// A small chart of one figure over the last minutes: an area and a line in an SVG, its newest value
// in words above it. A gap in the samples (null) is a gap in the line. Its text alternative is the
// sentence below its name: newest, least and most.

const WIDTH = 600, HEIGHT = 120, TOP = 6;
const SVG = 'http://www.w3.org/2000/svg';

function svg(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

// The end of an axis: 1, 2 or 5 times a power of ten, so that it does not jump with each sample.
export function roundedUp(most) {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((factor) => factor * power).find((end) => end >= most);
}

// Of [time, value or null] the paths of the line and of the area below it. A value with gaps at both
// sides is a dot: a line of no length, with round ends.
export function pathsOf(points, from, to, end) {
  const x = (time) => ((time - from) / (to - from) * WIDTH).toFixed(1);
  const y = (value) => (HEIGHT - value / end * (HEIGHT - TOP)).toFixed(1);
  let line = '', area = '', begin = null, last = null;
  const close = () => { if (begin !== null) area += `L${x(last)},${HEIGHT}L${x(begin)},${HEIGHT}Z`; };
  for (const [time, value] of points) {
    if (value === null) {
      close();
      begin = null;
      continue;
    }
    const step = `${begin === null ? 'M' : 'L'}${x(time)},${y(value)}`;
    line += begin === null ? `${step}h0` : step;
    area += step;
    begin ??= time;
    last = time;
  }
  close();
  return { line, area };
}

export class LiveChart {
  // `format` writes a value with its unit.
  constructor(name, format) {
    this.format = format;
    this.element = document.createElement('figure');
    this.element.className = 'live-chart';
    const caption = document.createElement('figcaption');
    const title = document.createElement('span');
    title.textContent = name;
    this.newest = document.createElement('strong');
    caption.append(title, this.newest);
    this.picture = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' });
    this.area = svg('path', { class: 'area' });
    this.line = svg('path', { class: 'line' });
    this.picture.append(svg('path', { class: 'base', d: `M0,${HEIGHT}H${WIDTH}M0,${TOP}H${WIDTH}` }), this.area, this.line);
    this.range = document.createElement('p');
    this.range.className = 'range';
    this.element.append(caption, this.picture, this.range);
  }

  show(points, from, to) {
    const values = points.map(([, value]) => value).filter((value) => value !== null);
    this.newest.textContent = values.length === 0 ? '–' : this.format(values.at(-1));
    const end = roundedUp(Math.max(0, ...values));
    this.range.textContent = values.length === 0 ? 'No samples yet.'
      : `from ${this.format(Math.min(...values))} to ${this.format(Math.max(...values))}; the upper line is ${this.format(end)}`;
    const { line, area } = pathsOf(points, from, to, end);
    this.line.setAttribute('d', line);
    this.area.setAttribute('d', area);
  }
}
