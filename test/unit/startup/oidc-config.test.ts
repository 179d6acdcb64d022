import { explainMissingSignIn } from '../../../src/config/dashboard-sign-in.js';
import { readConfig } from '../../../src/config/config.js';

const OIDC = { OIDC_ISSUER: 'https://login.example.org/', OIDC_AUDIENCE: 'avara-express' };

describe('the configuration of an issuer', () => {
  it('believes no issuer unless one is named', () => {
    expect(readConfig({}).oidc).toBeNull();
  });

  it('keeps the issuer as it is written, since tokens are compared with it character by character', () => {
    expect(readConfig(OIDC).oidc).toEqual({
      issuer: 'https://login.example.org/',
      audience: 'avara-express',
      jwksUrl: undefined,
      userClaim: 'sub',
      clinicClaim: 'clinic_id',
      levelClaim: 'level',
    });
  });

  it.each([
    [{ OIDC_ISSUER: OIDC.OIDC_ISSUER }, 'OIDC_AUDIENCE: needed with OIDC_ISSUER'],
    [{ OIDC_AUDIENCE: 'avara-express' }, 'OIDC_ISSUER: needed'],
    [{ OIDC_JWKS_URL: 'https://login.example.org/jwks' }, 'OIDC_ISSUER: needed'],
    [{ ...OIDC, OIDC_ISSUER: 'http://login.example.org' }, 'OIDC_ISSUER: an https URL'],
    [{ ...OIDC, OIDC_JWKS_URL: 'http://login.example.org/jwks' }, 'OIDC_JWKS_URL: an https URL'],
  ])('refuses to start with %j', (environment, fault) => {
    expect(() => readConfig(environment)).toThrow(fault);
  });

  it('names these faults together with all others', () => {
    expect(() => readConfig({ PORT: 'x', OIDC_ISSUER: OIDC.OIDC_ISSUER })).toThrow(/PORT: [^]*OIDC_AUDIENCE: /);
  });
});

describe('the configuration of the dashboard as a client of the issuer', () => {
  const CLIENT = { ...OIDC, DASHBOARD_OIDC_CLIENT_ID: 'customers-dashboard' };

  it('lets nobody sign in unless a client is named', () => {
    expect(readConfig({}).dashboardSignIn).toBeNull();
    expect(readConfig(OIDC).dashboardSignIn).toBeNull();
  });

  it('asks the issuer for an identity alone, unless more is named', () => {
    expect(readConfig(CLIENT).dashboardSignIn).toEqual({
      issuer: 'https://login.example.org/',
      clientId: 'customers-dashboard',
      scope: 'openid',
      audience: 'avara-express',
      audienceParameter: 'none',
    });
    const more = { DASHBOARD_OIDC_SCOPE: ' openid  offline_access', DASHBOARD_OIDC_AUDIENCE_PARAMETER: 'audience' };
    expect(readConfig({ ...CLIENT, ...more }).dashboardSignIn).toMatchObject({
      scope: 'openid offline_access',
      audienceParameter: 'audience',
    });
  });

  it.each([
    [{ DASHBOARD_OIDC_CLIENT_ID: 'customers-dashboard' }, 'OIDC_ISSUER: needed with DASHBOARD_OIDC_CLIENT_ID'],
    [{ ...CLIENT, DASHBOARD_OIDC_SCOPE: 'profile' }, 'DASHBOARD_OIDC_SCOPE: scopes separated by spaces'],
    [
      { ...CLIENT, DASHBOARD_OIDC_AUDIENCE_PARAMETER: 'aud' },
      'DASHBOARD_OIDC_AUDIENCE_PARAMETER: one of none, audience, resource is expected',
    ],
  ])('refuses to start with %j', (environment, fault) => {
    expect(() => readConfig(environment)).toThrow(fault);
  });

  const PRODUCTION = { NODE_ENV: 'production', DASHBOARD: 'true' };

  it.each([
    [{}, null],
    [CLIENT, null],
    [{ ...PRODUCTION, ...CLIENT }, null],
    [{ NODE_ENV: 'production' }, null],
    [OIDC, /with an API key alone; to let them sign in, set DASHBOARD_OIDC_CLIENT_ID \(docs/],
    [PRODUCTION, /set OIDC_ISSUER, OIDC_AUDIENCE and DASHBOARD_OIDC_CLIENT_ID \(docs/],
    [{ NODE_ENV: 'production', ...CLIENT }, /DASHBOARD_OIDC_CLIENT_ID has no effect without DASHBOARD=true/],
  ])('says with %j in one line what people lack to sign in', (environment, expected) => {
    const line = explainMissingSignIn(readConfig(environment));
    if (expected === null) expect(line).toBeNull();
    else expect(line).toMatch(expected);
    expect(line ?? '').not.toContain('\n');
  });
});
