import { isTransient } from './failure.ts';
import { PatientClient } from './patient-client.ts';

it('of which nobody takes care does not end the process', () => {
  expect(() => new PatientClient().emit('error', new Error('terminating connection'))).not.toThrow();
});

it('that was given up may serve later', () => {
  const message =
    'Database connection provided by a query runner was already released, cannot continue to use its querying methods anymore.';
  expect(isTransient(new Error(message))).toBe(true);
});
