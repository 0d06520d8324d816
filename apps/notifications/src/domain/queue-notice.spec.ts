import { QueueUnserved, type EventOf } from '@tierline/contracts';
import { queueNotices, queueTitle } from './queue-notice.ts';

const notBefore = '2026-01-05T08:00:00.000Z';
const event = (more: Partial<Parameters<typeof QueueUnserved>[0]> = {}) =>
  ({ data: { ...QueueUnserved.example, ...more } }) as EventOf<typeof QueueUnserved>;

it('tells of a queue that nobody will serve whom the desk wants told, and for whom', () => {
  expect(queueTitle(event())).toBe('Nobody will serve the queue Network');
  expect(queueNotices(event())).toMatchObject([
    {
      to: { person: 'lea.fischer' },
      gathers: true,
      notBefore,
      text: expect.stringContaining('3 tickets are open in it, and new ones come.'),
    },
  ]);
  const again = event({ since: '2026-01-04T08:00:00.000Z' });
  expect(queueTitle(again)).toBe('Still nobody will serve the queue Network');
  expect(queueNotices(again)[0]!.text).toContain(
    'It has been so since 2026-01-04 08:00 UTC. You hear of it once a day',
  );
  const tell = [{ who: 'lead' as const, agentId: 'tom', team: 'network', notBefore, standsInFor: 'lea' }];
  const [standIn] = queueNotices(event({ tell, openTickets: 1, isTarget: false }));
  expect(standIn!.text).toMatch(/1 ticket is open in it\.\n/);
  expect(standIn!.text).toMatch(/This is for lea, who is away\.$/);
  expect(queueNotices(event({ tell: [{ who: 'lead', agentId: null, team: 'network', notBefore }] }))).toMatchObject([
    { to: { lead: 'network' } },
  ]);
});
