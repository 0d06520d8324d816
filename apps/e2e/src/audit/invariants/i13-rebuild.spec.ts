import { healthy } from '../example.ts';
import { rebuild } from './i13-rebuild.ts';

const before = new Map([
  ['history of acme/ticket-1', 'a'],
  ['fact of acme/ticket-1', 'b'],
]);
const judged = (after: [string, string][]) => rebuild(healthy({ rebuilt: { before, after: new Map(after) } }));

it('is ok when every digest is the same again', () => {
  expect(judged([...before])).toMatchObject({ state: 'ok', figure: '2 digests before = 2 after' });
});

it('names what is different, gone or new', () => {
  expect(
    judged([
      ['history of acme/ticket-1', 'x'],
      ['fact of acme/ticket-2', 'b'],
    ]).named,
  ).toEqual([
    'history of acme/ticket-1: different after the rebuild',
    'fact of acme/ticket-1: gone after the rebuild',
    'fact of acme/ticket-2: new after the rebuild',
  ]);
});

it('says that it was not run, or why it could not be', () => {
  expect(rebuild(healthy()).state).toBe('not run');
  const failed = rebuild(healthy({ rebuilt: { failure: 'reporting ended with 1 while it read again' } }));
  expect(failed).toMatchObject({ state: 'violated', named: ['reporting ended with 1 while it read again'] });
});
