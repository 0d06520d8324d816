import { isTransient } from './failure.ts';
import { PatientClient } from './patient-client.ts';

it('of which nobody takes care does not end the process', () => {
  expect(() => new PatientClient().emit('error', new Error('terminating connection'))).not.toThrow();
});

it.each([
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'Connection terminated unexpectedly',
])('of which the driver says "%s" may be replaced', (message) => {
  expect(isTransient(new Error(message))).toBe(true);
});
