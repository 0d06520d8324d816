import { DomainError, type Fact } from '@tierline/contracts';
import type { Decider } from '@tierline/messaging';

/** The moment at which specs happen unless they say otherwise: a Monday morning. */
export const monday = '2026-01-05T08:00:00.000Z';

/** A fact that happened at another time than `monday`. */
export const at = <F extends Fact>(time: string, fact: F) => ({ time, fact });

type Dated<F extends Fact> = F | { time: string; fact: F };

/**
 * Given / when / then over the pure rules of an aggregate:
 * `given(...facts).when(command, at?).then(...events)`, `.thenNothing()` or `.thenRefused(code)`.
 */
export const specFor = <S, C, E extends Fact, O extends Fact = never>(decider: Decider<S, C, E, O>) => {
  const fold = (facts: readonly Dated<E | O>[]): S =>
    facts.reduce<S>((state, dated) => {
      const { time, fact } = 'fact' in dated ? dated : { time: monday, fact: dated };
      return decider.evolve(state, fact, time);
    }, decider.initial);
  return {
    given: (...facts: Dated<E | O>[]) => ({
      /** The state after the given facts. */
      state: () => fold(facts),
      when: (command: C, time = monday) => {
        const decide = () => decider.decide(command, fold(facts), time);
        return {
          then: (...events: E[]) => expect(decide()).toEqual(events),
          thenNothing: () => expect(decide()).toEqual([]),
          thenRefused: (code: string, extras: object = {}) => {
            expect(refusalOf(decide)).toMatchObject({ code, extras });
          },
          /** What was decided, for assertions of one's own. */
          events: decide,
        };
      },
    }),
  };
};

const refusalOf = (decide: () => unknown): DomainError => {
  try {
    decide();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('the command was not refused');
};
