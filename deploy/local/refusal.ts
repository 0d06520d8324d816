/**
 * Tierline cannot go on, for a reason that a person can act on. The message begins with that reason in one
 * sentence; the output that proves it may follow.
 */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
}
