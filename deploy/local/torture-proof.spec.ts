import { rowOf } from './torture-proof.ts';

const summary = (...lines: string[]) => ({ faults: 5, tickets: 70, audit: { lines } });
const sound = ['I1  ok        70 accepted', 'I7  ok        400 events taken'];
const torn = ['I7  VIOLATED  400 events taken', '    routing took it twice', 'I13 VIOLATED  5 digests'];

it('holds a sound run against all invariants', () => {
  expect(rowOf({ guard: null, code: 0 }, summary(...sound))).toEqual({
    text: 'nothing           none            none                     held       (5 faults, 70 tickets)',
    isProven: true,
  });
  expect(rowOf({ guard: null, code: 1 }, summary(...sound))).toMatchObject({ isProven: false });
});

it('wants a run without a guard to be named by the invariant of that guard', () => {
  const row = rowOf({ guard: 'inbox', code: 1 }, summary(...torn));
  expect(row.text).toContain('I7              I7 I13                   bitten');
  expect(row.isProven).toBe(true);
});

it('says where the audit found nothing, or something else', () => {
  expect(rowOf({ guard: 'inbox', code: 0 }, summary(...sound)).text).toContain('NOT BITTEN');
  expect(rowOf({ guard: 'position', code: 1 }, summary(...torn)).isProven).toBe(false);
});

it('proves nothing where a run did not end in an audit', () => {
  expect(rowOf({ guard: 'inbox', code: 1 }, null)).toMatchObject({ isProven: false });
});
