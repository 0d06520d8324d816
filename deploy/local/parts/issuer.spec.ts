import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { findFreePort } from '../ports.ts';
import { loadKey, startIssuer } from './issuer.ts';
import type { Issuer } from './issuer.ts';

describe('the local token issuer', () => {
  let folder: string;
  let keyFile: string;
  let issuer: Issuer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tierline-issuer-'));
    keyFile = join(folder, 'deep', 'key.json');
    issuer = await startIssuer({ port: await findFreePort(), keyFile });
  });
  afterAll(async () => {
    await issuer.stop();
    await rm(folder, { recursive: true });
  });

  it('signs tokens that verify against the keys it serves', async () => {
    const roles = ['lead', 'agent'] as const;
    const person = { subject: 'lea.fischer', tenant: 'acme', roles, name: 'Lea', email: 'lea@acme.example' };
    const token = await issuer.signToken({ ...person, expiresIn: '5m' });
    const keys = createRemoteJWKSet(new URL(issuer.jwksUrl));
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: 'https://issuer.tierline.local',
      audience: 'tierline',
      algorithms: ['EdDSA'],
      typ: 'at+jwt',
    });
    expect(payload).toMatchObject({
      sub: 'lea.fischer',
      tenant: 'acme',
      roles,
      name: 'Lea',
      email: 'lea@acme.example',
    });
    expect(payload.exp! - payload.iat!).toBe(300);
    expect(protectedHeader.kid).toBeDefined();
  });

  it('serves no private part', async () => {
    const { keys } = (await (await fetch(issuer.jwksUrl)).json()) as { keys: object[] };
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });

  it('describes itself as OpenID Connect discovery asks', async () => {
    const response = await fetch(`${issuer.url}/.well-known/openid-configuration`);
    expect(await response.json()).toMatchObject({ issuer: 'https://issuer.tierline.local', jwks_uri: issuer.jwksUrl });
  });

  it('keeps one key, hidden from other users, also when two ask for the first at once', async () => {
    const file = join(folder, 'raced.json');
    const [one, two] = await Promise.all([loadKey(file), loadKey(file)]);
    expect(one).toEqual(two);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});
