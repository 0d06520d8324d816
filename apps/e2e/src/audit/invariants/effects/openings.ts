import { OpeningAsked, TicketOpened } from '@tierline/contracts';
import type { Evidence } from '../../evidence.ts';
import type { Wrongs } from '../../findings.ts';
import { setAside } from '../../views.ts';

type Asked = { readonly id: string; readonly aggregate: string; readonly opens: string | undefined };

/** A ticket that the desk asked for is opened once. */
export const followOpenings = () => {
  const asked: Asked[] = [];
  /** Of tickets that say whom they come from: only those may have been asked for. */
  const opened = new Map<string, number>();
  return {
    note: ({ journal, requests }: Evidence): void => {
      const derived = new Set(requests.flatMap(({ ticket, isDerived }) => (isDerived ? [ticket] : [])));
      for (const { id, type, aggregate, said } of journal) {
        if (type === OpeningAsked.type) asked.push({ id, aggregate, opens: said.opens });
        if (type === TicketOpened.type && derived.has(aggregate))
          opened.set(aggregate, (opened.get(aggregate) ?? 0) + 1);
      }
    },
    check: (whole: Evidence, wrong: Wrongs): number => {
      const parked = setAside(whole).intake.events;
      for (const { id, aggregate, opens } of asked) {
        const times = opened.get(opens ?? '') ?? 0;
        if (times !== 1 && !parked.has(id))
          wrong(`${id} of ticket ${aggregate} asked for ticket ${opens}, opened ${times} times`);
      }
      return asked.length;
    },
  };
};
