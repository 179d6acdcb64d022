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
