import { DATABASE_VARIABLES, toDatabaseConfig, type DatabaseConfig } from './database.js';
import {
  DASHBOARD_SIGN_IN_VARIABLES,
  findSignInFaults,
  toSignInSettings,
  type SignInSettings,
} from './dashboard-sign-in.js';
import { OIDC_VARIABLES, findOidcFaults, toOidcSettings } from './oidc.js';
import type { OidcSettings } from '../identity/oidc/oidc-settings.js';
import { bool, cleanEnv, makeValidator, str, EnvError } from 'envalid';
import { OperatorError } from '../shared/operator-error.js';
import { readVariables } from './secret-files.js';
import { ADDRESS_VARIABLES, findPortFaults, toAddresses, type Addresses } from './addresses.js';
import { LIMIT_VARIABLES, toLimits, type Limits } from './limits.js';
import {
  findTrustedDocumentsFaults,
  toTrustedDocumentsSettings,
  TRUSTED_DOCUMENTS_VARIABLES,
  type TrustedDocumentsSettings,
} from './trusted-documents.js';
import { isUrl, wholeNumber } from './validators.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const LOG_FORMATS = ['json', 'pretty'] as const;

const origins = makeValidator((input: string): readonly string[] => {
  const list = input
    .split(',')
    .map((origin) => origin.trim())
    .filter(Boolean);
  for (const origin of list) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw new EnvError('a list of origins such as https://app.example.org is expected');
  }
  return list;
});

// A shutdown is cut off after 9 s, and the requests that were accepted last must be finished by then.
const MAX_DRAIN_MS = 8_000;

const redisUrl = makeValidator((input: string): string => {
  if (!/^rediss?:\/\//.test(input) || !isUrl(input))
    throw new EnvError('a URL such as redis://user:password@host:6379 is expected');
  return input;
});

/** Everything that can be configured; `.env.example` explains each variable. Frozen, read once at start. */
export type Config = Readonly<Addresses> &
  Readonly<DatabaseConfig> &
  Readonly<{
    isProduction: boolean;
    logLevel: (typeof LOG_LEVELS)[number];
    /** Undefined: for people in development at a terminal, otherwise JSON. */
    logFormat: (typeof LOG_FORMATS)[number] | undefined;
    /** Other origins whose pages may call from a browser (CORS). */
    corsOrigins: readonly string[];
    /** Whether pages of this machine may call from a browser too: in development where no origins are named. */
    allowsLoopbackOrigins: boolean;
    /** Whether GraphQL introspection is allowed. */
    introspection: boolean;
    /** Whether the pages to try operations are served: where introspection is allowed, and never in production. */
    hasExplorers: boolean;
    /** Whether the documentation is served, and errors name their place in it. */
    hasDocs: boolean;
    /** Whether the dashboard is served. */
    hasDashboard: boolean;
    /** How long a stopping instance still serves before graceful shutdown; each answer closes its connection. */
    drainMs: number;
    limits: Limits;
    /** The Redis in which all instances share rate limits; unset: each instance counts by itself. */
    redisUrl: string | undefined;
    /** The issuer of dashboard tokens; null: API keys only. */
    oidc: OidcSettings | null;
    /** How people sign in to the dashboard; null: by an API key alone. */
    dashboardSignIn: SignInSettings | null;
    trustedDocuments: TrustedDocumentsSettings;
  }>;

/** All configuration errors in one message. */
export class ConfigError extends OperatorError {
  constructor(faults: string[]) {
    super(
      [
        'The configuration has faults:',
        ...faults.map((fault) => `  ${fault}`),
        'See .env.example for what each variable means.',
      ].join('\n'),
    );
  }
}

// envalid quotes the value, and a value can be a password: only what is expected is printed.
const EXPECTED: [RegExp, string][] = [
  [/^Invalid port/, 'a port from 1 to 65535 is expected'],
  [/^Invalid host/, 'a host name or an address such as 127.0.0.1 is expected'],
  [/^Invalid bool/, 'true or false is expected'],
];

const CHOICES = '" not in choices [';

function explainExpected({ message }: Error): string {
  const choices = message.lastIndexOf(CHOICES);
  if (choices >= 0) return `one of ${message.slice(choices + CHOICES.length, -1).replaceAll(',', ', ')} is expected`;
  return EXPECTED.find(([pattern]) => pattern.test(message))?.[1] ?? message;
}

function reportAll(errors: Partial<Record<string, Error>>, more: string[]): void {
  const faults = Object.entries(errors).map(([name, error]) => `${name}: ${explainExpected(error!)}`);
  faults.push(...more);
  if (faults.length > 0) throw new ConfigError(faults);
}

function toPageSettings(
  { INTROSPECTION, DOCS, DASHBOARD }: { INTROSPECTION: boolean; DOCS: boolean | undefined; DASHBOARD: boolean },
  isProduction: boolean,
) {
  const hasExplorers = INTROSPECTION && !isProduction;
  return { introspection: INTROSPECTION, hasExplorers, hasDocs: DOCS ?? hasExplorers, hasDashboard: DASHBOARD };
}

const VARIABLES_OF_PARTS = {
  ...LIMIT_VARIABLES,
  ...OIDC_VARIABLES,
  ...DASHBOARD_SIGN_IN_VARIABLES,
  ...TRUSTED_DOCUMENTS_VARIABLES,
};

const findFaultyCombinations = (set: NodeJS.ProcessEnv): string[] => [
  ...findOidcFaults(set),
  ...findSignInFaults(set),
  ...findPortFaults(set),
  ...findTrustedDocumentsFaults(set),
];

/** @throws ConfigError listing every wrong variable. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const { set, faults } = readVariables(environment);
  const isProduction = set.NODE_ENV === 'production';
  const env = cleanEnv(
    set,
    {
      ...ADDRESS_VARIABLES,
      ...DATABASE_VARIABLES,
      NODE_ENV: str({ choices: ['development', 'test', 'production'], default: 'development' }),
      LOG_LEVEL: str({ choices: LOG_LEVELS, default: 'info' }),
      LOG_FORMAT: str({ choices: LOG_FORMATS, default: undefined }),
      CORS_ORIGINS: origins({ default: [] }),
      INTROSPECTION: bool({ default: !isProduction }),
      DOCS: bool({ default: undefined }),
      DASHBOARD: bool({ default: !isProduction }),
      DRAIN_MS: wholeNumber(0, MAX_DRAIN_MS)({ default: 500 }),
      REDIS_URL: redisUrl({ default: undefined }),
      ...VARIABLES_OF_PARTS,
    },
    { reporter: ({ errors }) => reportAll(errors, [...findFaultyCombinations(set), ...faults]) },
  );
  const oidc = toOidcSettings(env);
  return Object.freeze({
    ...toAddresses(env),
    ...toDatabaseConfig(env),
    isProduction,
    logLevel: env.LOG_LEVEL,
    logFormat: env.LOG_FORMAT,
    corsOrigins: env.CORS_ORIGINS,
    allowsLoopbackOrigins: env.NODE_ENV === 'development' && env.CORS_ORIGINS.length === 0,
    ...toPageSettings(env, isProduction),
    drainMs: env.DRAIN_MS,
    limits: toLimits(env, env.DATABASE_URL === undefined),
    redisUrl: env.REDIS_URL,
    oidc,
    dashboardSignIn: toSignInSettings(env, oidc),
    trustedDocuments: toTrustedDocumentsSettings(env),
  });
}
