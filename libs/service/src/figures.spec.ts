import { Figures } from './figures.ts';

it('leaves out a gauge that cannot be read, and gives the others', async () => {
  const figures = new Figures();
  figures.gauge('open_doors', 'A figure that is known.', [], async () => [{ value: 3 }]);
  figures.gauge('silent', 'Nobody answers.', [], () => new Promise(() => undefined));
  figures.gauge('broken', 'Asking fails.', [], () => Promise.reject(new Error('connection refused')));
  figures.gauge('lag', 'Nobody answers, with labels.', ['topic'], () => new Promise(() => undefined));
  const text = await figures.registry.metrics();
  expect(text).toMatch(/^tierline_open_doors 3$/m);
  expect(text).not.toMatch(/^tierline_(silent|broken|lag)[ {]/m);
  expect(await figures.registry.metrics()).toMatch(/^tierline_gauges_unread_total\{gauge="silent"\} [1-9]/m);
});
