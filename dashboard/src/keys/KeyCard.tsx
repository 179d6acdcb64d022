import type { KeyRowFragment } from '../operations/documents.js';
import { Time } from '../ui/Time.js';
import { RevokeKey } from './RevokeKey.js';
import { RotateKey } from './RotateKey.js';

const STATES = { ACTIVE: 'Active', EXPIRED: 'Expired', REVOKED: 'Revoked' };

function Actor({ apiKeyId, userId }: { apiKeyId: string | null; userId: string | null }) {
  if (apiKeyId) return <> by API key {<code>{apiKeyId}</code>}</>;
  if (userId) return <> by user {<code>{userId}</code>}</>;
  return <> on the command line</>;
}

function End({ apiKey }: { apiKey: KeyRowFragment }) {
  const { state, expiresAt, revokedAt, revokedByApiKeyId, revokedByUserId } = apiKey;
  if (state === 'REVOKED')
    return (
      <>
        <Time at={revokedAt!} />
        <Actor apiKeyId={revokedByApiKeyId ?? null} userId={revokedByUserId ?? null} />
      </>
    );
  return expiresAt ? <Time at={expiresAt} /> : <>Never</>;
}

const Facts = ({ apiKey }: { apiKey: KeyRowFragment }) => (
  <dl>
    <dt>Id</dt>
    <dd>
      <code>{apiKey.apiKeyId}</code>
    </dd>
    <dt>Begins with</dt>
    <dd>
      <code>{apiKey.tokenPrefix}</code>
    </dd>
    <dt>May</dt>
    <dd>{apiKey.scopes.join(', ')}</dd>
    <dt>Created</dt>
    <dd>
      <Time at={apiKey.createdAt} />
      <Actor apiKeyId={apiKey.createdByApiKeyId ?? null} userId={apiKey.createdByUserId ?? null} />
    </dd>
    <dt>Last used</dt>
    <dd>{apiKey.lastUsedAt ? <Time at={apiKey.lastUsedAt} /> : 'Never'}</dd>
    <dt>{apiKey.state === 'REVOKED' ? 'Revoked' : 'Ends'}</dt>
    <dd>
      <End apiKey={apiKey} />
    </dd>
    {apiKey.replacedByApiKeyId && (
      <>
        <dt>Replaced by</dt>
        <dd>
          <code>{apiKey.replacedByApiKeyId}</code>
        </dd>
      </>
    )}
  </dl>
);

/** One key, and what can be done with it. */
export function KeyCard({ apiKey, onToken }: { apiKey: KeyRowFragment; onToken: (token: string) => void }) {
  const { apiKeyId, description, state, isCallersKey, replacedByApiKeyId } = apiKey;
  const isActive = state === 'ACTIVE';
  return (
    <li className="card">
      <h3 id={apiKeyId}>
        {description}
        <span className="badge">{STATES[state]}</span>
        {isCallersKey && <span className="badge">Used by this page</span>}
      </h3>
      <Facts apiKey={apiKey} />
      {isActive && (
        <div className="row start">
          {!replacedByApiKeyId && <RotateKey apiKey={apiKey} onToken={onToken} />}
          {!isCallersKey && <RevokeKey apiKey={apiKey} />}
        </div>
      )}
    </li>
  );
}
