import { startReceiver, type Answer, type Receiver } from './receiver.ts';

export const integrator = { subject: 'sync', roles: ['integrator'] } as const;
export const stranger = { subject: 'sync', roles: ['integrator'], tenant: 'globex' } as const;

export type Subscription = { id: string; secret: string; state: string };
export type Delivery = {
  id: string;
  state: string;
  attempts: number;
  lastStatus: number;
  nextAttemptAt: string | null;
};

type Ask = (
  method: string,
  path: string,
  request: { as: typeof integrator; body?: unknown },
) => Promise<{ status: number; body: unknown }>;

/** What specs about webhooks do as an integrator: start targets, subscribe them, look at their deliveries. */
export const subscriber = (request: Ask) => {
  const receivers: Receiver[] = [];
  const look = async <T>(path: string): Promise<T> => (await request('GET', path, { as: integrator })).body as T;
  return {
    look,
    receiver: async (answer?: Answer): Promise<Receiver> => {
      const started = await startReceiver(answer);
      receivers.push(started);
      return started;
    },
    add: async (url: string, more: object = {}): Promise<Subscription> => {
      const { status, body } = await request('POST', '/subscriptions', { as: integrator, body: { url, ...more } });
      expect(status).toBe(201);
      return body as Subscription;
    },
    deliveries: async (id: string, query = ''): Promise<Delivery[]> =>
      (await look<{ items: Delivery[] }>(`/subscriptions/${id}/deliveries${query}`)).items,
    ask: (path: string) => request('POST', path, { as: integrator }),
    stopReceivers: async (): Promise<void> => {
      for (const receiver of receivers.splice(0)) await receiver.stop();
    },
  };
};
