import { Field, ID, InputType, Int } from 'type-graphql';
import { idempotencyKey, instant } from '../../shared/rules.js';
import { DateTimeScalar } from '../../shared/scalars.js';
import { ValidateWith, nullable } from '../../shared/validation.js';
import type { Scope } from '../actor.js';
import * as rules from './api-key-rules.js';

/** How long the old key still works where a call does not say. */
export const DEFAULT_OVERLAP_SECONDS = 86_400;

const API_KEY_ID = 'Id of the key: a UUID.';

@InputType({ description: 'Create an API key.' })
export class CreateExpressApiKeyInput {
  @Field({ description: 'What the key is for: 1-500 Unicode code points with at least one visible character.' })
  @ValidateWith(rules.apiKeyDescription)
  description!: string;

  @Field(() => [String], {
    description:
      'What the key allows: express:read, express:write, keys:manage; at least one. Only scopes that the caller has ' +
      'itself; others fail with FORBIDDEN.',
  })
  @ValidateWith(rules.apiKeyScopes)
  scopes!: Scope[];

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time from which the key is refused, later than now. Omit or null: never.',
  })
  @ValidateWith(nullable(instant))
  expiresAt?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Makes the call repeatable: the same key with the same input returns the API key that the first call created, without ' +
      'its token; with other input the call fails with IDEMPOTENCY_KEY_REUSED. 1-255 printable ASCII characters, kept as ' +
      'long as the API key.',
  })
  @ValidateWith(nullable(idempotencyKey))
  idempotencyKey?: string | null;
}

@InputType({ description: 'Replace an API key by a new one.' })
export class RotateExpressApiKeyInput {
  @Field(() => ID, { description: API_KEY_ID })
  @ValidateWith(rules.apiKeyId)
  apiKeyId!: string;

  @Field(() => Int, {
    defaultValue: DEFAULT_OVERLAP_SECONDS,
    description:
      'Seconds for which the old key still works: 0 to 2592000 (30 days), and at least 60 for the key that makes the call.',
  })
  @ValidateWith(rules.overlapSeconds)
  overlapSeconds!: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Time from which the new key is refused, later than now; null: never. Required, though it may be null, if the old key ' +
      'expires.',
  })
  @ValidateWith(nullable(instant))
  expiresAt?: string | null;
}

@InputType({ description: 'Revoke an API key.' })
export class RevokeExpressApiKeyInput {
  @Field(() => ID, { description: API_KEY_ID })
  @ValidateWith(rules.apiKeyId)
  apiKeyId!: string;
}
