import { scriptOf } from './script.ts';
import { aRow, logOf } from './testing/log-sample.ts';

const now = new Date('2026-01-05T08:09:10.999Z');
const log = logOf(aRow({ caseId: '1-1' }), aRow({ caseId: '1-2' }), aRow({ caseId: '1-3' }));
const ofLog = { kind: 'log', file: 'some.csv', concurrency: 1, limit: undefined, tenant: undefined } as const;
const ofDays = { kind: 'week', seed: 1, days: 1, concurrency: 1, tenant: undefined } as const;

describe('the script of a replay', () => {
  it('plays a log in a tenant of its own, named after the moment', () =>
    expect(scriptOf(ofLog, log, now)).toMatchObject({
      tenant: 'log-20260105-080910',
      run: 'log-20260105-080910',
      isAlone: true,
    }));

  it('names the source of the log', () =>
    expect(scriptOf(ofLog, log, now).remarks.join(' ')).toContain(
      'DOI 10.4121/uuid:c2c3b154-ab26-4b31-a0e8-8f2350ddac11',
    ));

  it('takes as many cases as are wanted, and counts those', () => {
    const { plans, count } = scriptOf({ ...ofLog, limit: 2 }, log, now);
    expect(plans.map(({ id }) => id)).toEqual(['1-1', '1-2']);
    expect(count.cases).toBe(2);
  });

  it('goes on in the tenant of an earlier run with the same keys', () =>
    expect(scriptOf({ ...ofLog, tenant: 'log-1' }, log, now)).toMatchObject({ tenant: 'log-1', run: 'log-1' }));

  it('plays a generated week in a tenant of its own, and the demo in that of the demo company', () => {
    expect(scriptOf(ofDays, '', now)).toMatchObject({ tenant: 'week-20260105-080910', isAlone: true });
    expect(scriptOf({ ...ofDays, kind: 'demo' }, '', now)).toMatchObject({
      tenant: 'acme',
      run: 'demo-1-1',
      isAlone: false,
    });
  });
});
