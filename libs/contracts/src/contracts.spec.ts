import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { Line, Text, asyncApi, events, topics } from './index.ts';

const golden = new URL('../golden/', import.meta.url);
const fileOf = (type: string) => new URL(`${type}.json`, golden);
const types = [...events.keys()];

describe('published events', () => {
  it.each(types)('%s reads its golden example as it was published', (type) => {
    const file = fileOf(type);
    if (!existsSync(file))
      throw new Error(`${type} is new: write its example to golden/${type}.json, once and for all`);
    const published: unknown = JSON.parse(readFileSync(file, 'utf8'));
    expect(events.get(type)!.schema.parse(published)).toEqual(published);
  });

  it.each(types)('%s has an example of its own shape, and tolerates fields that come later', (type) => {
    const { schema, example } = events.get(type)!;
    const parsed = schema.parse(example);
    expect(schema.parse({ ...(example as object), addedLater: true })).toEqual(parsed);
  });

  it('keeps every version that was ever published', () => {
    const published = readdirSync(golden).map((name) => name.replace(/\.json$/, ''));
    expect(types).toEqual(expect.arrayContaining(published));
  });
});

describe('asyncApi', () => {
  it('describes every event in the channel of its topic', () => {
    const { channels, components } = asyncApi('desk');
    for (const { type, topic } of events.values()) {
      const name = type.replaceAll('.', '_');
      expect(channels[topic]!.messages).toHaveProperty(name);
      expect(components.messages[name]).toMatchObject({ name: type, payload: { schema: { type: 'object' } } });
    }
    expect(channels.tickets!.address).toBe(`desk.${topics.tickets.name}`);
  });
});

describe('text of people', () => {
  it.each(['a\u0000b', 'half \ud83d of a pair'])('that no database stores is refused: %j', (text) => {
    expect(Text.safeParse(text).success).toBe(false);
    expect(Line.safeParse(text).success).toBe(false);
  });

  it('of any script and with emoji is taken, without the blanks around it', () => {
    expect(Text.parse('  Größe 漢字 👩‍💻 ')).toBe('Größe 漢字 👩‍💻');
  });
});
