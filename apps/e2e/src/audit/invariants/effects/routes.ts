import { TicketEscalated, TicketOpened, TicketRouted } from '@tierline/contracts';
import type { Evidence } from '../../evidence.ts';
import type { Wrongs } from '../../findings.ts';
import { storiesOf, takenCounts } from '../../views.ts';

const asksForRoute = ({ type }: { type: string }) => type === TicketOpened.type || type === TicketEscalated.type;

/** One hop for the opening and one for each escalation; at most one route decided for each hop, but for those asked for again. */
export const checkRoutes = (evidence: Evidence, wrong: Wrongs): number => {
  const asked = takenCounts(evidence, 'routing', asksForRoute, () => 'hops');
  const stories = storiesOf(evidence).routing;
  for (const { ticket, hop } of evidence.routes) {
    const due = asked.get(`${ticket} hops`) ?? 0;
    if (hop !== due) wrong(`routing counts ${hop} hops of ticket ${ticket}, ${due} were asked for`);
    const routed = (stories.get(ticket) ?? []).filter(({ type, said }) => type === TicketRouted.type && !said.again);
    const hops = Map.groupBy(routed, ({ said }) => said.hop);
    for (const [number, same] of hops)
      if (same.length > 1)
        wrong(
          `hop ${number} of ticket ${ticket} was routed ${same.length} times: ${same.map(({ id }) => id).join(', ')}`,
        );
  }
  return evidence.routes.reduce((sum, { hop }) => sum + hop, 0);
};
