import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CryptoKey, JWK, JWTPayload } from 'jose' with { 'resolution-mode': 'import' };

const jose = import('jose');

export interface SigningKey {
  kid: string;
  alg: string;
  privateKey: CryptoKey;
  publicJwk: JWK;
}

export async function newSigningKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { generateKeyPair, exportJWK } = await jose;
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** A login server of a test's own, on loopback: signs tokens, publishes its keys, and counts how often they are fetched. */
export interface Issuer {
  url: string;
  key: SigningKey;
  /** Paths that were asked for, in order. */
  requests: string[];
  /** What it publishes; change it to rotate. */
  published: JWK[];
  /** Refuses all requests while true. */
  isDown: boolean;
  /** What it answers at a path instead, with which status and headers. */
  replies: Record<string, { status?: number; headers?: Record<string, string>; text: string }>;
  /** A token as the platform's login makes it; `claims` and `header` replace or, when undefined, remove parts. */
  sign(claims?: JWTPayload, header?: Record<string, unknown>, key?: SigningKey): Promise<string>;
  stop(): Promise<void>;
}

const HOUR_S = 3_600;
export const AUDIENCE = 'avara-express';

export async function startIssuer(): Promise<Issuer> {
  const { SignJWT } = await jose;
  const key = await newSigningKey('first');
  const issuer = {
    url: '',
    key,
    requests: [] as string[],
    published: [key.publicJwk],
    isDown: false,
    replies: {} as Issuer['replies'],
  };
  const server = createServer((request, response) => {
    issuer.requests.push(request.url!);
    if (issuer.isDown) return void response.writeHead(503).end();
    const reply = issuer.replies[request.url!];
    if (reply) return void response.writeHead(reply.status ?? 200, reply.headers).end(reply.text);
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` },
      '/jwks': { keys: issuer.published },
    };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(documents[request.url!] ?? {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(issuer, {
    sign: (claims: JWTPayload = {}, header: Record<string, unknown> = {}, signWith = key) => {
      const now = Math.floor(Date.now() / 1_000);
      const payload = { iss: issuer.url, aud: AUDIENCE, iat: now, exp: now + HOUR_S, level: 'owner', ...claims };
      return new SignJWT(payload)
        .setProtectedHeader({ alg: signWith.alg, kid: signWith.kid, typ: 'JWT', ...header })
        .sign(signWith.privateKey, { crit: { 'urn:test': true } });
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}
