import { keyHash } from './key-hash.ts';

// From the tests of Kafka's Java client, sign bit cleared.
it.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('hashes %s as Kafka does', (key, murmur2) => {
  expect(keyHash(key)).toBe(murmur2 & 0x7fffffff);
  expect(keyHash(Buffer.from(key))).toBe(murmur2 & 0x7fffffff);
});

it('hashes the UTF-8 bytes of a key', () => {
  expect(keyHash('Größe 😀')).toBe(keyHash(Buffer.from('Größe 😀', 'utf8')));
});
