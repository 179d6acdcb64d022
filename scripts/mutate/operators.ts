/** One kind of change that a test should notice. It is tried wherever its pattern matches in the files that it is meant for. */
export interface Operator {
  name: string;
  /** Which files of src it is tried in. */
  files: RegExp;
  /** Matches within one line; every match is one place. */
  pattern: RegExp;
  /** What the match becomes, in the notation of String.replace. */
  replacement: string;
}

const ANY = /\.ts$/;
/** What a terminal shows is looked at by people. */
const NOT_TERMINAL = /^(?!cli\/).*\.ts$/;
const NOT_MIGRATIONS = /^(?!.*migrations\/).*\.ts$/;

/** The changes that were overlooked once come first; each is here as its kind. */
export const OPERATORS: Operator[] = [
  {
    name: 'a use case authorises nothing',
    files: /use-cases\//,
    pattern: /authorise\(context, '[\w:]+'\)/,
    replacement: 'context.actor!',
  },
  {
    name: 'a statement names no clinic',
    files: NOT_MIGRATIONS,
    pattern: /(\w+\.)?clinic_id = \$1\b/,
    replacement: '$$1::uuid IS NOT NULL',
  },
  {
    name: 'a query names no clinic',
    files: NOT_MIGRATIONS,
    pattern: /\w+\.?clinic_?[iI]d = :clinicId/,
    replacement: 'CAST(:clinicId AS text) IS NOT NULL',
  },
  {
    name: 'a condition names no clinic',
    files: /(repository|identity\/).*\.ts$/,
    pattern: /clinicId: this\.clinicId, /,
    replacement: '',
  },
  {
    name: 'a join ignores the clinic',
    files: NOT_MIGRATIONS,
    pattern: /\w+\.clinicId = \w+\.clinicId AND /,
    replacement: '',
  },
  {
    name: 'the later of two becomes the first',
    files: ANY,
    pattern: /greatest\(([^,()]+(?:\(\))?), [^()]+\)/,
    replacement: '$1',
  },
  {
    name: 'the nearer of two becomes the farther',
    files: NOT_TERMINAL,
    pattern: /Math\.min\(((?:[^,()]|\([^()]*\))+), /,
    replacement: 'Math.max($1, ',
  },
  {
    name: 'the order is reversed',
    files: NOT_MIGRATIONS,
    pattern: /(?<!\| ')\bDESC\b(?=[,)\s']|$)/,
    replacement: 'ASC',
  },
  {
    name: 'a message repeats the value',
    files: /(model|shared|contract)\/([a-z-]+-)?rules\.ts$/,
    // The value goes by the name that the same line asks for its type or form.
    pattern: /(?<=\b(?:typeof |is\w+\()(\w+)\b.*)\bfieldError\('INVALID', '([^']+)'/,
    replacement: "fieldError('INVALID', '$2' + JSON.stringify($1)",
  },
  {
    name: 'a header is not sent',
    files: /transport\/|rest\//,
    pattern: /\.header\('[^']+', (?:[^()]|\([^()]*\))*\)/,
    replacement: '',
  },
  { name: 'a header is not exposed', files: /cors\.ts$/, pattern: /'[a-z-]+', /, replacement: '' },
  {
    name: 'a row is not locked',
    files: /persistence|identity|database/,
    pattern: /\.setLock\('\w+'\)/,
    replacement: '',
  },
  { name: 'a lock is not taken', files: NOT_MIGRATIONS, pattern: /pg_advisory_xact_lock\((\w+)\)/, replacement: '$1' },
  { name: 'what failed is committed', files: /database\//, pattern: /\bROLLBACK\b/, replacement: 'COMMIT' },
  {
    name: 'a conflict is no conflict',
    files: /persistence|identity/,
    pattern: /(?<=where\(.*), version \}/,
    replacement: ' }',
  },
  {
    name: 'a lifetime is longer',
    files: NOT_MIGRATIONS,
    pattern: /LIFETIME = '\d+ (minutes?|hours?)'/,
    replacement: "LIFETIME = '30 $1'",
  },
  {
    name: 'what has expired is kept',
    files: ANY,
    pattern: /clock_timestamp\(\) - /,
    replacement: "clock_timestamp() - interval '1 year' - ",
  },
  {
    name: 'a limit takes one more',
    files: /model|shared|transport|config/,
    pattern: / > (?=[A-Z][A-Z_]{3,}|MAX)/,
    replacement: ' - 1 > ',
  },
  {
    name: 'a limit takes one less',
    files: /model|shared|transport/,
    pattern: / > (?=[A-Z][A-Z_]{3,}|MAX)/,
    replacement: ' >= ',
  },
  {
    name: 'a boundary belongs to the other side',
    files: /shared|transport|identity/,
    pattern: / <= (?=[\w'"])/,
    replacement: ' < ',
  },
  { name: 'a guard is gone', files: ANY, pattern: /\bif \((.*)\) (?=throw\b)/, replacement: 'if (false && ($1)) ' },
  {
    name: 'an early return is gone',
    files: /customer|shared|identity|transport/,
    pattern: /\bif \((.*)\) (?=return\b)/,
    replacement: 'if (false && ($1)) ',
  },
  {
    name: 'nothing waits for a promise',
    files: /^(customer|identity|transport|database\/(?!migrations))/,
    pattern: /^(\s*)await (?=\w)/,
    replacement: '$1void ',
  },
];
