// Marks the lines of code that each step names. A step is an empty element that reveal.js counts as
// a fragment; the first is there when the slide is, the others come as the presenter goes on. The
// other lines keep their full contrast: a dimmed line cannot be read from the back of a room.

function mark(figure) {
  const steps = [...figure.querySelectorAll('.step')];
  if (steps.length === 0) return;
  const shown = steps.filter((step) => step.classList.contains('visible'));
  const { step } = (shown.at(-1) ?? steps[0]).dataset;
  const lines = [...figure.querySelectorAll('.line')];
  for (const line of lines) line.classList.toggle('on', (line.dataset.steps ?? '').split(' ').includes(step));
  lines.find((line) => line.classList.contains('on'))?.scrollIntoView?.({ block: 'nearest' });
}

export const Steps = {
  id: 'steps',
  init(deck) {
    for (const figure of document.querySelectorAll('.code')) {
      const [, ...later] = figure.querySelectorAll('.step');
      for (const step of later) step.classList.add('fragment');
      mark(figure);
    }
    const markAll = () => {
      for (const figure of deck.getCurrentSlide()?.querySelectorAll('.code') ?? []) mark(figure);
    };
    for (const event of ['fragmentshown', 'fragmenthidden', 'slidechanged', 'ready']) deck.on(event, markAll);
  },
};
