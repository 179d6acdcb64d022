// An OpenID Connect issuer as a process of its own: `node oidc-provider-process.mjs '<settings as JSON>'`. Says "listening" to its
// parent once it can be asked.
import { createServer } from 'node:http';
import { URLSearchParams } from 'node:url';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { interactionPolicy } from 'oidc-provider';

/** As `OidcProviderSettings` of oidc-provider.ts describes them. */
const settings = JSON.parse(process.argv[2]);
const { port, clientId, redirectPaths, audience, people, accessTokenSeconds, givesRefreshTokens } = settings;
const issuer = `http://127.0.0.1:${port}`;
const personById = new Map(people.map((person) => [person.sub, person]));
const onlyResource = settings.knowsAudienceByResource ? undefined : 'urn:express-customers';

const escapeHtml = (text) => String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const page = (title, content) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,"></head>
<body><main><h1>${title}</h1>${content}</main></body></html>`;
const loginPage = () =>
  page(
    'Log in',
    '<form method="post"><label>Name <input name="name" autofocus></label> <button>Log in</button></form>',
  );
const consentPage = ({ params }) =>
  page(
    'Allow access',
    `<form method="post"><p>${escapeHtml(params.client_id)} asks for: ${escapeHtml(params.scope)}.</p>
    <button name="answer" value="allow">Allow</button> <button name="answer" value="deny">Deny</button></form>`,
  );
const logoutPage = (form) =>
  page('Log out', `${form}<button form="op.logoutForm" name="logout" value="yes">Log out</button>`);

async function readForm(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
}

/** Consents to all that was asked for. */
async function grantAll(provider, { session, params, prompt, grantId }) {
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = prompt.details;
  if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(' '));
  if (missingOIDCClaims) grant.addOIDCClaims(missingOIDCClaims);
  for (const [name, scopes] of Object.entries(missingResourceScopes ?? {}))
    grant.addResourceScope(name, scopes.join(' '));
  return { consent: { grantId: await grant.save() } };
}

async function decide(provider, request, interaction) {
  const form = await readForm(request);
  if (interaction.prompt.name === 'login') {
    const person = people.find(({ name }) => name === form.get('name'));
    if (!person) return { error: 'access_denied', error_description: 'Nobody has this name.' };
    return { login: { accountId: person.sub } };
  }
  if (form.get('answer') !== 'allow') return { error: 'access_denied', error_description: 'The person refused.' };
  return grantAll(provider, interaction);
}

/** The pages on which a person logs in and consents. */
async function answerInteraction(provider, request, response) {
  const interaction = await provider.interactionDetails(request, response);
  if (request.method === 'POST') {
    const result = await decide(provider, request, interaction);
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(interaction.prompt.name === 'login' ? loginPage() : consentPage(interaction));
}

/** As issuers treat pages: a person who has consented is not asked again, though the client is registered as a native one. */
function askOnce() {
  const policy = interactionPolicy.base();
  policy.get('consent').checks.remove('native_client_prompt');
  return policy;
}

async function createProvider() {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: 'first', alg: 'ES256', use: 'sig' };
  const redirectUris = redirectPaths.map((path) => `http://127.0.0.1${path}`);
  return new Provider(issuer, {
    jwks: { keys: [key] },
    clients: [
      {
        client_id: clientId,
        // A public client, which proves itself by PKCE. The port of a loopback address is free for native ones (RFC 8252, 7.3).
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', ...(givesRefreshTokens ? ['refresh_token'] : [])],
        response_types: ['code'],
        redirect_uris: redirectUris,
        post_logout_redirect_uris: redirectUris,
        id_token_signed_response_alg: 'ES256',
      },
    ],
    cookies: { keys: ['a secret of a test'] },
    scopes: ['openid', 'offline_access'],
    clientBasedCORS: () => true,
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
    ttl: { AccessToken: accessTokenSeconds, IdToken: accessTokenSeconds },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        defaultResource: async () => onlyResource,
        useGrantedResource: async () => onlyResource !== undefined,
        getResourceServerInfo: async (_context, name) => ({
          scope: '',
          audience: onlyResource ? audience : name,
          accessTokenFormat: 'jwt',
          accessTokenTTL: accessTokenSeconds,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
      rpInitiatedLogout: {
        logoutSource: async (context, form) => {
          context.body = logoutPage(form);
        },
      },
    },
    interactions: { policy: askOnce(), url: async (_context, { uid }) => `/interaction/${uid}` },
    findAccount: async (_context, sub) =>
      personById.has(sub) ? { accountId: sub, claims: async () => ({ sub }) } : undefined,
    extraTokenClaims: async (_context, { accountId }) => personById.get(accountId)?.claims,
    renderError: async (context, { error, error_description }) => {
      context.type = 'html';
      context.body = page('Refused', `<p>${escapeHtml(error)}: ${escapeHtml(error_description)}</p>`);
    },
  });
}

const provider = await createProvider();
const answerProtocol = provider.callback();
const server = createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return answerProtocol(request, response);
  answerInteraction(provider, request, response).catch((error) => response.writeHead(400).end(error.message));
});
server.listen(port, '127.0.0.1', () => process.send('listening'));
// It ends with the test, however that ends.
process.once('disconnect', () => process.exit());
