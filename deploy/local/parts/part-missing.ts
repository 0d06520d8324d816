import { Refusal } from '../refusal.ts';

/** A part of Tierline cannot run on this machine. The message is one sentence that says what to do. */
export class PartMissing extends Refusal {
  override readonly name = 'PartMissing';
}
