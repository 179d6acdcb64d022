// Texts that several classes share. They become the documentation of generated clients.

export const EXPECTED_VERSION =
  'Expected current version; if the customer has another one, the call fails with VERSION_CONFLICT and changes nothing. ' +
  'Omit or null: no check.';

export const EXTERNAL_REFERENCE_ID =
  'Id that another system has for the customer: 1-255 Unicode code points with at least one visible character, stored ' +
  'exactly as sent. No two customers of a clinic have the same, deactivated ones included.';

export const USER_ID = 'User id: usr_ followed by 32 lower-case hex digits.';

export const METADATA_LIMITS =
  'A flat JSON object of string to string: at most 50 pairs, keys of 1-100 and values of 0-1000 Unicode code points.';
