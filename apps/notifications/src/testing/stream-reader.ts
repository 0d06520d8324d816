import { tokenFor, type TestPerson } from '@tierline/testing';

/** One event as a reader got it. */
export type StreamEvent = { id: string | null; event: string; data: Record<string, unknown> };

const eventOf = (block: string): StreamEvent | null => {
  const fields = new Map(
    block.split('\n').map((line): [string, string] => [line.split(': ')[0]!, line.slice(line.indexOf(': ') + 2)]),
  );
  const event = fields.get('event');
  if (event === undefined) return null;
  return {
    id: fields.get('id') ?? null,
    event,
    data: JSON.parse(fields.get('data') ?? '{}') as Record<string, unknown>,
  };
};

/** Reads a stream as a browser does: over fetch, with the token in a header. */
export const readStream = async (url: string, as: TestPerson, lastEventId?: string) => {
  const abort = new AbortController();
  const response = await fetch(url, {
    signal: abort.signal,
    headers: {
      authorization: `Bearer ${await tokenFor(as)}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  });
  const events: StreamEvent[] = [];
  const reader = { ended: false, at: [] as number[] };
  const read = async () => {
    const decoder = new TextDecoder();
    let text = '';
    for await (const bytes of response.body!) {
      text += decoder.decode(bytes as Uint8Array, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const event of blocks.flatMap((block) => eventOf(block) ?? [])) {
        events.push(event);
        reader.at.push(Date.now());
      }
    }
  };
  const finished = response.ok
    ? read().catch((error: Error) => {
        // Cut by the test itself, or by the other end.
        if (error.name !== 'AbortError' && error.name !== 'TypeError') throw error;
      })
    : Promise.resolve();
  void finished.then(() => (reader.ended = true));
  return {
    status: response.status,
    headers: response.headers,
    problem: async () => (await response.json()) as { code: string },
    events,
    reader,
    of: (name: string) => events.filter(({ event }) => event === name).map(({ data }) => data),
    /** The last position that the reader has. */
    position: () => events.findLast(({ id }) => id !== null)?.id ?? undefined,
    close: async () => {
      abort.abort();
      await finished;
    },
  };
};
export type OpenStream = Awaited<ReturnType<typeof readStream>>;
