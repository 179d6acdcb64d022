import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

// Looks for words that this project writes in another way, in code, comments, messages, tests and documents.
// Usage: npm run check:words [-- <path> ...]

/** Each word or phrase in lower case as a regular expression, and what is written instead. */
const WORDS = [
  ['(told|tells?)(?!.*apart)', 'report, log, return, show; "tell ... apart" is fine'],
  ['at once', 'simultaneously, together; or: immediately'],
  ['(give|gives|given|gave|giving) up', 'reject, abandon, stop'],
  ['mend|mends|mended|mending', 'fix'],
  ['reckon|reckons|reckoned|reckoning', 'compute, estimate, count'],
  ['unforeseen|foreseen|foresee|foresees|foresaw', 'unexpected, expected'],
  ['door|doors', 'API'],
  ['wall|walls', 'tenant isolation'],
  ['floor|floors', 'baseline, minimum, lower bound'],
  ['(let|lets|letting)( \\w+)? in', 'admit, accept'],
  ['beside', 'alongside; or: besides, in addition to'],
  ['shall', 'must, will, should'],
  ['behind (a|the|this|that|its) (cursor|customer|row|event|page|item|user|503|timeout)', 'after'],
  ['taken for', 'treated as, mistaken for'],
  ['unheard', 'unhandled'],
  ['crowd', 'many requests, load'],
  ['anew', 'again'],
  ['(asks|ask) nothing', 'no filter'],
  ['(go|goes|went|gone|going) together', 'be batched'],
  ['(hand|hands|handed|handing)( \\w+)? on', 'forward, pass on'],
  ['(take|takes|took|taking)( (a|its|their|the))? turns?', 'lock, wait for, alternate'],
  ['house|houses', 'layout, structure'],
  ['slowest hundredth', 'p99'],
  ['named statements?', 'prepared statement'],
  ['may have \\d+ (characters|code points|entries|pairs)', 'at most'],
  ['one \\w+ an? (call|clinic|customer|field|file|instance|key|line|page|request|run|statement)', 'per'],
  ['(bytes|files|lines|points|rows|statements|trips|µs|ms|mb|kb|microseconds|milliseconds) an? \\w+', 'per'],
  ['(calls|requests|times) an? (second|minute|hour|day)', 'per'],
];

/** Where such a word has another meaning: what stands around it. */
const ALLOWED = [
  /Math\.floor|\bfloor\(/,
  /\bwall[ -](clock|time)/i,
  // A storey of a building, as a key of metadata.
  /floor['"\\]*[:,]|'floor'/,
];

const FILES = /\.(c?ts|tsx|mjs|cjs|js|md|graphql|ya?ml|sh|service)$|(^|\/)(\.env\.example|Containerfile)$/;
const FOLDERS = /^((src|test|bench|scripts|docs|deploy|examples|dashboard)\/|[^/]+$)/;
/** Texts that are kept as they are: results, what others have written, and released migrations. */
const EXCLUDED =
  /^(scripts\/check-words\.mjs|bench\/results\/|test\/contract\/contract\.graphql|src\/database\/migrations\/)/;

const RULES = WORDS.map(([words, instead]) => ({ pattern: new RegExp(`\\b(${words})\\b`, 'g'), instead }));

/** Names as words: toldAt and TOLD_AT hold "told". */
const asWords = (text) =>
  text
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();

/** The text of a line without what makes it a comment or a list, for phrases that begin on the line before. */
const continuation = (line = '') => line.replace(/^\s*(\/\/|\/?\*+|#+|-|>)?\s*/, '');

function findWords(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (ALLOWED.some((allowed) => allowed.test(line))) return [];
    const words = asWords(line);
    const text = `${words} ${asWords(continuation(lines[index + 1]))}`;
    return RULES.flatMap(({ pattern, instead }) =>
      [...text.matchAll(pattern)]
        .filter((found) => found.index < words.length)
        .map(([found]) => `${file}:${index + 1}: "${found}": ${instead}`),
    );
  });
}

function listFiles(paths) {
  return execFileSync('git', ['ls-files', '--', ...paths], { encoding: 'utf8' })
    .split('\n')
    .filter((file) => FILES.test(file) && FOLDERS.test(file) && !EXCLUDED.test(file) && existsSync(file));
}

const found = listFiles(process.argv.slice(2)).flatMap(findWords);
for (const line of found) console.log(line);
if (found.length > 0) console.log(`\n${found.length} words or phrases that this project writes in another way.`);
process.exitCode = found.length > 0 ? 1 : 0;
