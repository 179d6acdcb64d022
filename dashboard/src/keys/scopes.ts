/** What a key may be allowed to do, in words. */
export const SCOPES: readonly (readonly [string, string])[] = [
  ['express:read', 'Read customers, their users and their history'],
  ['express:write', 'Create and change customers'],
  ['keys:manage', 'Create, rotate and revoke API keys'],
];
