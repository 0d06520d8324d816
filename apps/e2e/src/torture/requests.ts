import { Agent, request } from 'undici';

/** A request of somebody; answers come as they are, of whatever status. */
export type Asking = {
  url: string;
  method: 'GET' | 'POST' | 'PUT';
  headers: Record<string, string>;
  body?: string;
  /** How long to wait for an answer, in milliseconds. */
  patience: number;
};
export type Spoken = { status: number; text: string };
/** `refused`: nobody took the request. `lost`: nobody knows whether it was done. */
export type Unanswered = 'refused' | 'lost';

/** Fetch takes four times as much of a core for a request, and a run makes some hundred each second. */
const agent = new Agent({ connect: { timeout: 4_000 } });

/** Sends a request over a connection that is kept for the next one. */
export const send = async ({ url, patience, ...asking }: Asking): Promise<Spoken | Unanswered> => {
  try {
    const limits = { headersTimeout: patience, bodyTimeout: patience };
    const { statusCode: status, body } = await request(url, { ...asking, ...limits, dispatcher: agent });
    return { status, text: await body.text() };
  } catch (error) {
    return (error as { code?: string }).code === 'ECONNREFUSED' ? 'refused' : 'lost';
  }
};
