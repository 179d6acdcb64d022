const UNKNOWN_AUTHORITY = 'is signed by an authority that this machine does not know';

const CERTIFICATE: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  CERT_SIGNATURE_FAILURE: 'is not signed by the authority in the file of sslrootcert',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'belongs to another host name',
};

// A certificate that is out of date is renewed, and a name is corrected; only for the others does an authority help.
const ADVICE: Record<string, string> = {
  CERT_HAS_EXPIRED: 'Renew it at the server',
  CERT_NOT_YET_VALID: 'Correct the clock of this machine, or renew the certificate at the server',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Name the host in DATABASE_URL as the certificate does',
};

const TRUST = 'Name the file of its authority with ?sslrootcert=/path/ca.pem in DATABASE_URL';
const WITHOUT_CHECK = '?sslmode=no-verify encrypts without checking whom it talks to.';

const NO_TLS = /server does not support SSL connections/;
// In the code, or in OpenSSL's words where the code is EPROTO.
const REFUSED_CERTIFICATE = /alert[ _].*(certificate|unknown[ _]ca)/i;
const NO_COMMON_VERSION = /alert[ _]protocol[ _]version|unsupported[ _]protocol|wrong[ _]ssl[ _]version/i;
const ANY_TLS = /^(ERR_SSL|ERR_OSSL|ERR_TLS|EPROTO)/;

/** Why a TLS connection to PostgreSQL could not be made, and what to do; null where an error has another reason. */
export function findTlsFault(code: string, message: string): string | null {
  if (NO_TLS.test(message))
    return (
      'DATABASE_URL asks for TLS, and the server offers none. Turn on ssl in PostgreSQL, or set ?sslmode=disable where the ' +
      'network is trusted.'
    );
  if (CERTIFICATE[code])
    return `The certificate of the server at DATABASE_URL ${CERTIFICATE[code]}. ${ADVICE[code] ?? TRUST}; ${WITHOUT_CHECK}`;
  if (!ANY_TLS.test(code)) return null;
  if (REFUSED_CERTIFICATE.test(`${code} ${message}`))
    return (
      'PostgreSQL refuses the client certificate of sslcert in DATABASE_URL. Name one that its ssl_ca_file trusts and that has ' +
      'not expired.'
    );
  if (NO_COMMON_VERSION.test(`${code} ${message}`))
    return 'The server at DATABASE_URL and Node have no version of TLS in common. Let the server offer TLS 1.2 or later.';
  return 'No TLS connection to DATABASE_URL could be made. Correct the address, or the TLS settings of the server there.';
}
