import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { PageInfo } from '../../shared/page-info.type.js';
import { DateTimeScalar } from '../../shared/scalars.js';
import type { Actor, OperatorActor } from '../actor.js';
import { getKeyState, type ApiKeyEntity } from '../api-key.entity.js';
import { formatTokenPrefix } from '../api-key-token.js';

export enum ExpressApiKeyState {
  ACTIVE = 'ACTIVE',
  EXPIRED = 'EXPIRED',
  REVOKED = 'REVOKED',
}

registerEnumType(ExpressApiKeyState, {
  name: 'ExpressApiKeyState',
  description: 'Whether an API key is accepted.',
  valuesConfig: {
    ACTIVE: { description: 'It is accepted.' },
    EXPIRED: { description: 'It has been refused since expiresAt.' },
    REVOKED: { description: 'It has been refused since revokedAt.' },
  },
});

@ObjectType({ description: 'An API key of the clinic. Its token is shown once, by the mutation that creates it.' })
export class ExpressApiKey {
  @Field(() => ID, { description: 'Unique identifier: a UUID.' })
  apiKeyId!: string;

  @Field({ description: 'What the key is for.' })
  description!: string;

  @Field({ description: 'How the token of the key begins: avk_ and 43 characters, of which none is secret.' })
  tokenPrefix!: string;

  @Field(() => [String], { description: 'What the key allows: express:read, express:write, keys:manage.' })
  scopes!: string[];

  @Field(() => ExpressApiKeyState, { description: 'Whether the key is accepted.' })
  state!: ExpressApiKeyState;

  @Field({ description: 'Whether this call was made with the key.' })
  isCallersKey!: boolean;

  @Field(() => DateTimeScalar, { description: 'Time of creation.' })
  createdAt!: Date;

  @Field(() => ID, {
    nullable: true,
    description: 'UUID of the API key that created this one; null if a dashboard user or an operator did.',
  })
  createdByApiKeyId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Id of the dashboard user who created the key; null if an API key or an operator did.',
  })
  createdByUserId!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Time from which the key is refused; null: never.' })
  expiresAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time of the last use, accurate to a minute; null: never used.',
  })
  lastUsedAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Time at which the key was revoked; null: it is not.' })
  revokedAt!: Date | null;

  @Field(() => ID, { nullable: true, description: 'UUID of the API key that revoked this one, if one did.' })
  revokedByApiKeyId!: string | null;

  @Field(() => ID, { nullable: true, description: 'Id of the dashboard user who revoked the key, if one did.' })
  revokedByUserId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'UUID of the key that a rotation created in place of this one; null if it was not rotated.',
  })
  replacedByApiKeyId!: string | null;
}

@ObjectType({ description: 'An API key, with its cursor.' })
export class ExpressApiKeyEdge {
  @Field({ description: 'Cursor: pass as `after` to continue after this key.' })
  cursor!: string;

  @Field(() => ExpressApiKey, { description: 'The API key.' })
  node!: ExpressApiKey;
}

@ObjectType({ description: "A page of the clinic's API keys." })
export class ExpressApiKeyConnection {
  @Field(() => [ExpressApiKeyEdge], { description: 'The keys of this page, each with its cursor.' })
  edges!: ExpressApiKeyEdge[];

  @Field(() => [ExpressApiKey], { description: 'The keys of this page.' })
  nodes!: ExpressApiKey[];

  @Field(() => PageInfo, { description: 'Whether the list continues, and the cursors of this page.' })
  pageInfo!: PageInfo;
}

@ObjectType({ description: 'A new API key, with its token.' })
export class CreateExpressApiKeyResult {
  @Field(() => ExpressApiKey, { description: 'The API key.' })
  expressApiKey!: ExpressApiKey;

  @Field(() => String, {
    nullable: true,
    description:
      'What callers send as a bearer token. Shown this once; null if an earlier call with the idempotency key created the API key.',
  })
  token!: string | null;
}

@ObjectType({ description: 'The API key that replaces another, with its token.' })
export class RotateExpressApiKeyResult {
  @Field(() => ExpressApiKey, { description: 'The new API key.' })
  expressApiKey!: ExpressApiKey;

  @Field(() => ExpressApiKey, { description: 'The old API key, which works until its expiresAt.' })
  replacedExpressApiKey!: ExpressApiKey;

  @Field({ description: 'What callers send as a bearer token. Shown this once.' })
  token!: string;
}

/** When a key was read, by the database's clock, and for whom. */
export interface Reading {
  now: Date;
  actor: Actor | OperatorActor | null;
}

const isKeyOf = (actor: Reading['actor'], apiKeyId: string): boolean =>
  actor?.kind === 'api-key' && actor.apiKeyId === apiKeyId;

/** Neither the secret's hash nor what makes a create repeatable leaves the row. */
export const toExpressApiKey = (key: ApiKeyEntity, { now, actor }: Reading): ExpressApiKey => ({
  apiKeyId: key.apiKeyId,
  description: key.description,
  tokenPrefix: formatTokenPrefix(key),
  scopes: key.scopes,
  state: getKeyState(key, now).toUpperCase() as ExpressApiKeyState,
  isCallersKey: isKeyOf(actor, key.apiKeyId),
  createdAt: key.createdAt,
  createdByApiKeyId: key.createdByApiKeyId,
  createdByUserId: key.createdByUserId,
  expiresAt: key.expiresAt,
  lastUsedAt: key.lastUsedAt,
  revokedAt: key.revokedAt,
  revokedByApiKeyId: key.revokedByApiKeyId,
  revokedByUserId: key.revokedByUserId,
  replacedByApiKeyId: key.replacedByApiKeyId,
});
