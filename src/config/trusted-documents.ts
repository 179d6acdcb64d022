import { bool, makeValidator } from 'envalid';

const files = makeValidator((input: string): readonly string[] =>
  input
    .split(',')
    .map((file) => file.trim())
    .filter(Boolean),
);

/** The variables that name trusted documents; without TRUSTED_DOCUMENTS there are none. */
export const TRUSTED_DOCUMENTS_VARIABLES = {
  TRUSTED_DOCUMENTS: files({ default: [] }),
  TRUSTED_DOCUMENTS_ONLY: bool({ default: false }),
  TRUSTED_DOCUMENTS_ALLOW_FEDERATION: bool({ default: false }),
};

/** Which documents are known from the start, and whether others run too. */
export type TrustedDocumentsSettings = Readonly<{
  /** The manifests that hold them. */
  files: readonly string[];
  /** Whether no other document runs. */
  isRequired: boolean;
  /** Whether `_entities` and `_service` run all the same, in documents that a router writes. */
  allowsFederation: boolean;
}>;

/** What is wrong with the combination: with no trusted document, nothing at all would run. */
export const findTrustedDocumentsFaults = (set: NodeJS.ProcessEnv): string[] =>
  set.TRUSTED_DOCUMENTS_ONLY === 'true' && !set.TRUSTED_DOCUMENTS
    ? ['TRUSTED_DOCUMENTS: needed with TRUSTED_DOCUMENTS_ONLY']
    : [];

type Values = {
  readonly TRUSTED_DOCUMENTS: readonly string[];
  readonly TRUSTED_DOCUMENTS_ONLY: boolean;
  readonly TRUSTED_DOCUMENTS_ALLOW_FEDERATION: boolean;
};

export const toTrustedDocumentsSettings = (env: Values): TrustedDocumentsSettings =>
  Object.freeze({
    files: env.TRUSTED_DOCUMENTS,
    isRequired: env.TRUSTED_DOCUMENTS_ONLY,
    allowsFederation: env.TRUSTED_DOCUMENTS_ALLOW_FEDERATION,
  });
