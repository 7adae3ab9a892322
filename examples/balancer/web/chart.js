// One small chart of the last two minutes: a line with its area, and a mark at the foot for each step
// in which something failed. What it shows stands as text beside it, for those who do not see it.

const WIDTH = 120, HEIGHT = 40, SVG = 'http://www.w3.org/2000/svg';
export const STEPS = 120;

function shape(name) {
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('class', name);
  return path;
}

export class Chart {
  // `format` makes a text of a number.
  constructor(kind, label, format) {
    this.format = format;
    this.label = label;
    this.figure = document.createElement('figure');
    this.figure.className = kind;
    const caption = document.createElement('figcaption');
    this.value = document.createElement('b');
    this.most = document.createElement('span');
    const figures = document.createElement('span');
    figures.append(this.value, this.most);
    caption.append(label, figures);
    this.svg = document.createElementNS(SVG, 'svg');
    this.svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
    this.svg.setAttribute('preserveAspectRatio', 'none');
    this.svg.setAttribute('role', 'img');
    this.area = shape('area');
    this.line = shape('line');
    this.bad = shape('bad');
    this.svg.append(this.area, this.line, this.bad);
    this.figure.append(caption, this.svg);
  }

  // `values` and `failures` of each step, the newest last.
  draw(values, failures = []) {
    const highest = Math.max(0, ...values);
    const most = Math.max(1, highest);
    const x = (i) => WIDTH - (values.length - 1 - i) * WIDTH / (STEPS - 1);
    const y = (value) => HEIGHT - 1 - value / most * (HEIGHT - 3);
    const points = values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join('L');
    this.line.setAttribute('d', points && `M${points}`);
    this.area.setAttribute('d', points && `M${x(0).toFixed(1)},${HEIGHT}L${points}L${WIDTH},${HEIGHT}Z`);
    this.bad.setAttribute('d', failures.map((count, i) => (count > 0 ? `M${x(i).toFixed(1)},${HEIGHT}v-8` : '')).join(''));
    this.value.textContent = this.format(values.at(-1) ?? 0);
    this.most.textContent = `, most ${this.format(highest)}`;
    const failed = failures.reduce((sum, count) => sum + count, 0);
    this.svg.setAttribute('aria-label', `${this.label}: now ${this.format(values.at(-1) ?? 0)}, at most ${this.format(highest)} in the last two minutes`
      + (failed > 0 ? `, ${failed} failures` : ''));
  }
}
