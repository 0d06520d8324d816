import { decide, restUntil, usualWaits, type Attempted, type Outcome, type Terms } from './delivery.ts';

const at = '2026-01-05T08:00:00.000Z';
const terms = (more: Partial<Terms> = {}): Terms => ({ at, chance: 0, waits: usualWaits.webhook, ...more });
const webhook = (step = 0): Attempted => ({
  channel: 'webhook',
  step,
  failuresOfTarget: step,
  createdAt: at,
});
const mail = (more: Partial<Attempted> = {}): Attempted => ({
  channel: 'mail',
  step: 0,
  failuresOfTarget: 0,
  createdAt: at,
  ...more,
});
const refused: Outcome = { kind: 'refused', reason: 'the target answered 503', status: 503 };

describe('decide', () => {
  it('is done when the target takes it', () => {
    expect(decide({ kind: 'taken', status: 204 }, webhook(), terms())).toEqual({ state: 'sent' });
  });

  it.each([
    [0, '2026-01-05T08:00:05.000Z'],
    [1, '2026-01-05T08:05:00.000Z'],
    [2, '2026-01-05T08:30:00.000Z'],
    [5, '2026-01-05T18:00:00.000Z'],
    [8, '2026-01-06T08:00:00.000Z'],
  ])('tries a webhook again by the table after %i earlier failures', (step, nextAttemptAt) => {
    expect(decide(refused, webhook(step), terms())).toEqual({
      state: 'waiting',
      nextAttemptAt,
      reason: 'the target answered 503',
    });
  });

  it('spreads retries by up to a fifth, never earlier than the table', () => {
    expect(decide(refused, webhook(1), terms({ chance: 0.5 }))).toMatchObject({
      nextAttemptAt: '2026-01-05T08:05:30.000Z',
    });
  });

  it('tries ten times, over about three days', () => {
    expect(usualWaits.webhook).toHaveLength(9);
    expect(usualWaits.webhook.reduce((sum, wait) => sum + wait, 0) / 3_600).toBeCloseTo(75.6, 1);
  });

  it('gives a webhook up after the last try and says that its subscription stops', () => {
    expect(decide(refused, webhook(9), terms())).toEqual({
      state: 'failed',
      reason: '10 tries failed, the last one: the target answered 503',
      disables: '10 tries failed, the last one: the target answered 503',
    });
  });

  it('gives up one that a target refuses for good while it takes others, and leaves its subscription alone', () => {
    expect(decide(refused, { ...webhook(9), failuresOfTarget: 8 }, terms())).toMatchObject({
      state: 'failed',
      disables: null,
    });
  });

  it('waits as long as the target asks, if that is longer than the table', () => {
    const asked = (retryAfterSeconds: number) => decide({ ...refused, retryAfterSeconds }, webhook(), terms());
    expect(asked(90)).toMatchObject({ nextAttemptAt: '2026-01-05T08:01:30.000Z' });
    expect(asked(1)).toMatchObject({ nextAttemptAt: '2026-01-05T08:00:05.000Z' });
    expect(asked(40 * 86_400)).toMatchObject({ nextAttemptAt: '2026-01-06T08:00:00.000Z' });
  });

  it('stops the subscription at once when the target is gone', () => {
    const gone: Outcome = { kind: 'gone', reason: 'the target answered 410 Gone', status: 410 };
    expect(decide(gone, webhook(), terms())).toEqual({
      state: 'failed',
      reason: 'the target answered 410 Gone',
      disables: 'the target answered 410 Gone',
    });
  });

  it('gives a trial one try and lets the subscription be', () => {
    const trial: Attempted = { channel: 'test', step: 0, failuresOfTarget: 0, createdAt: at };
    expect(decide(refused, trial, terms({ waits: usualWaits.test }))).toMatchObject({
      state: 'failed',
      disables: null,
    });
    expect(decide({ kind: 'gone', reason: 'gone', status: 410 }, trial, terms())).toMatchObject({ disables: null });
  });

  it('gives a mail up at once when it cannot ever be delivered', () => {
    const outcome: Outcome = { kind: 'impossible', reason: 'the person has no e-mail address' };
    expect(decide(outcome, mail(), terms())).toEqual({
      state: 'failed',
      reason: 'the person has no e-mail address',
      disables: null,
    });
  });

  describe('while the person of a mail is unknown', () => {
    const unready: Outcome = { kind: 'unready', reason: 'the person is not known here' };
    const created = (createdAt: string) => decide(unready, mail({ createdAt }), terms());

    it('looks again soon, later less often', () => {
      expect(created('2026-01-05T08:00:00.000Z')).toMatchObject({ nextAttemptAt: '2026-01-05T08:00:02.000Z' });
      expect(created('2026-01-05T07:59:50.000Z')).toMatchObject({ nextAttemptAt: '2026-01-05T08:00:10.000Z' });
      expect(created('2026-01-05T07:00:00.000Z')).toMatchObject({ nextAttemptAt: '2026-01-05T08:01:00.000Z' });
    });

    it('gives up after three days', () => {
      expect(created('2026-01-02T07:59:59.000Z')).toMatchObject({
        state: 'failed',
        reason: 'the person is not known here, for 3 days',
      });
    });
  });
});

describe('a target that fails', () => {
  it('once or twice in a row does not rest: only the ticket of the event waits', () => {
    expect([1, 2].map((failures) => restUntil(failures, terms()))).toEqual([null, null]);
  });

  it('more often than that rests, at most five minutes', () => {
    expect(restUntil(3, terms())).toBe('2026-01-05T08:00:05.000Z');
    expect(restUntil(4, terms())).toBe('2026-01-05T08:05:00.000Z');
    expect(restUntil(50, terms())).toBe('2026-01-05T08:05:00.000Z');
    expect(restUntil(3, terms({ waits: [] }))).toBe('2026-01-05T08:05:00.000Z');
  });
});
