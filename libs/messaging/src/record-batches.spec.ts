import { nextAfter, recordsOf } from './record-batches.ts';

const record = (offsetDelta: number, key: Buffer | null, value: Buffer | null) => ({
  offsetDelta,
  key,
  value,
  headers: [
    [Buffer.from('name'), Buffer.from('first')],
    [Buffer.from('name'), Buffer.from('second')],
    [Buffer.from('none'), null],
  ] as [Buffer, Buffer | null][],
});
const batch = (firstOffset: number, texts: string[], more: { attributes?: number; producerId?: bigint } = {}) => ({
  firstOffset: BigInt(firstOffset),
  lastOffsetDelta: texts.length - 1,
  attributes: 0,
  producerId: -1n,
  records: texts.map((text, index) => record(index, null, Buffer.from(text))),
  ...more,
});
const transactional = (firstOffset: number, producerId: bigint, texts: string[]) =>
  batch(firstOffset, texts, { attributes: 0x10, producerId });
const marker = (firstOffset: number, producerId: bigint, kind: 'abort' | 'commit') => ({
  ...batch(firstOffset, [''], { attributes: 0x30, producerId }),
  records: [record(0, Buffer.from([0, 0, 0, kind === 'abort' ? 0 : 1]), null)],
});
const texts = (...given: Parameters<typeof recordsOf>) => recordsOf(...given).map(({ value }) => value!.toString());

describe('the records of fetched batches', () => {
  it('begin at the offset that was asked for', () => {
    expect(recordsOf([batch(10, ['a', 'b', 'c'])], [], 11n).map(({ offset }) => offset)).toEqual([11n, 12n]);
  });

  it('keep null apart from empty, and of several headers with one name the first', () => {
    const [read] = recordsOf([{ ...batch(0, ['x']), records: [record(0, null, Buffer.alloc(0))] }], [], 0n);
    expect(read).toMatchObject({ key: null, headers: { name: 'first', none: '' } });
    expect(read!.value).toHaveLength(0);
  });

  it('leave out what a transaction took back, also when its marker was not fetched yet', () => {
    const batches = [transactional(0, 7n, ['gone']), batch(1, ['plain']), transactional(2, 8n, ['kept'])];
    expect(texts(batches, [{ producerId: 7n, firstOffset: 0n }], 0n)).toEqual(['plain', 'kept']);
  });

  it('hold what the same producer committed before it took something back, and after', () => {
    const batches = [
      transactional(0, 7n, ['before']),
      marker(1, 7n, 'commit'),
      transactional(2, 7n, ['gone']),
      marker(3, 7n, 'abort'),
      transactional(4, 7n, ['after']),
      marker(5, 7n, 'commit'),
    ];
    expect(texts(batches, [{ producerId: 7n, firstOffset: 2n }], 0n)).toEqual(['before', 'after']);
  });
});

describe('the offset to fetch next', () => {
  it('passes markers and gaps at the end of what was fetched', () => {
    expect(nextAfter([batch(0, ['a']), marker(1, 7n, 'commit')], 0n)).toBe(2n);
    expect(nextAfter([{ ...batch(5, ['a']), lastOffsetDelta: 4 }], 5n)).toBe(10n);
  });

  it('stays when nothing was fetched', () => {
    expect(nextAfter([], 3n)).toBe(3n);
  });
});
