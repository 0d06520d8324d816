import { EventPattern } from '@nestjs/microservices';
import type { EventDefinition, EventOf } from '@tierline/contracts';
import type { Task } from './unit-of-work.ts';

type Handler<D extends EventDefinition> = (event: EventOf<D>) => Task | readonly Task[] | null;

/**
 * Marks the method that turns events of these types into work. The method decides nothing and touches nothing:
 * it gives a task, several, or null when the event means nothing here.
 */
export const On =
  <const D extends readonly EventDefinition[]>(...definitions: D) =>
  <M extends Handler<D[number]>>(target: object, name: string | symbol, method: TypedPropertyDescriptor<M>): void => {
    EventPattern(definitions.map(({ type }) => type))(target, name, method);
  };
