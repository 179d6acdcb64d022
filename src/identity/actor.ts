/** What a credential may allow: read customers, change them, manage the clinic's API keys. */
export const SCOPES = ['express:read', 'express:write', 'keys:manage'] as const;
export type Scope = (typeof SCOPES)[number];

interface AnyActor {
  /** The tenant: the clinic whose rows, and no others, the actor reaches. */
  clinicId: string;
  scopes: readonly Scope[];
}

export interface ApiKeyActor extends AnyActor {
  kind: 'api-key';
  apiKeyId: string;
}

export interface UserActor extends AnyActor {
  kind: 'user';
  userId: string;
}

/** Whoever runs the command line. Manages keys; calls nothing else. */
export interface OperatorActor extends AnyActor {
  kind: 'operator';
}

/** Who calls. Its kind decides which of the two audit columns a change sets, never both. */
export type Actor = ApiKeyActor | UserActor;

/** One id for either kind of actor, for idempotency keys and logs: an API key's UUID or a user's `usr_` id. */
export const actorId = (actor: Actor): string => (actor.kind === 'api-key' ? actor.apiKeyId : actor.userId);
