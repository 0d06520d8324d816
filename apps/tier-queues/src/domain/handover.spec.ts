import type { Handover } from '@tierline/contracts';
import { handover } from './example.ts';
import { missingFields, requiredFields } from './handover.ts';

const forTier2 = ['symptom', 'since', 'affected', 'tried', 'reach', 'asked'];

it('asks the first tier for what was seen and tried', () => {
  expect(requiredFields(1, 2)).toEqual(forTier2);
  expect(missingFields(1, 2, {})).toEqual(forTier2);
});

it('asks for analysis and hypothesis on the way to specialists, from wherever it goes up', () => {
  expect(requiredFields(2, 3)).toEqual([...forTier2, 'analysis', 'hypothesis']);
  expect(requiredFields(1, 3)).toEqual([...forTier2, 'analysis', 'hypothesis']);
  expect(requiredFields(3, 4)).toEqual([...forTier2, 'analysis', 'hypothesis']);
});

it('asks nothing when the ticket does not go up', () => expect(requiredFields(2, 1)).toEqual([]));

it('misses nothing when all is there', () => {
  expect(missingFields(1, 2, handover)).toEqual([]);
  expect(missingFields(2, 3, { ...handover, analysis: 'store is full', hypothesis: 'quota' })).toEqual([]);
});

it.each(Object.keys(handover) as (keyof Handover)[])('names %s when it is missing', (field) =>
  expect(missingFields(1, 2, { ...handover, [field]: undefined })).toEqual([field]),
);
