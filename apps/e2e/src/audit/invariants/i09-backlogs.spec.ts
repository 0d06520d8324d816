import { changed, healthy } from '../example.ts';
import { backlogs } from './i09-backlogs.ts';

const good = healthy();

it('is ok when nothing waits to go out', () => {
  expect(backlogs(good)).toMatchObject({ state: 'ok', figure: '5 outgoing tables; worst age of an event 40 ms' });
});

it('names an outbox in which rows wait', () => {
  const broken = healthy({ backlogs: changed(good.backlogs, ({ service }) => service === 'routing', { rows: 3 }) });
  expect(backlogs(broken)).toMatchObject({ state: 'violated', named: ['routing: 3 rows wait in outbox'] });
});

it('does not call that quiet which never came to rest', () => {
  const broken = healthy({ unrest: 'somebody writes events all the time' });
  expect(backlogs(broken).named).toEqual(['it did not come to rest: somebody writes events all the time']);
});
