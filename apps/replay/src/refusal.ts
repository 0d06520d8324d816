/** The replay cannot be done; the message is one sentence for the person who asked for it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
