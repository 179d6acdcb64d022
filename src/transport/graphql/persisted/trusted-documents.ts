import { Kind, parse, type GraphQLSchema } from 'graphql';
import type { Config } from '../../../config/config.js';
import { readManifest, TrustedDocumentsError, type ManifestEntry } from './manifest.js';
import { prepareDocument, type PreparedDocument } from './prepare-document.js';

const MAX_FAULTS = 20;

/** The root fields that a router asks of a subgraph, besides those of the schema. */
const FEDERATION_FIELDS = new Set(['_entities', '_service', '__typename']);

function isFederationDocument(text: string, maxTokens: number): boolean {
  try {
    const { definitions } = parse(text, { maxTokens, noLocation: true });
    return definitions.every(
      (definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ||
        (definition.kind === Kind.OPERATION_DEFINITION &&
          definition.selectionSet.selections.every(
            (selection) => selection.kind === Kind.FIELD && FEDERATION_FIELDS.has(selection.name.value),
          )),
    );
  } catch {
    return false;
  }
}

type Settings = Pick<Config, 'trustedDocuments' | 'limits' | 'introspection'>;

/** The documents that the operator trusts, by their ids, and whether any other may run. */
export class TrustedDocuments {
  private readonly texts: ReadonlyMap<string, string>;
  private readonly trusted: ReadonlySet<string>;

  constructor(
    readonly prepared: readonly PreparedDocument[],
    private readonly settings: Settings,
  ) {
    this.texts = new Map(prepared.map(({ id, text }) => [id, text]));
    this.trusted = new Set(this.texts.values());
  }

  /** Whether no other documents run. */
  get isRequired(): boolean {
    return this.settings.trustedDocuments.isRequired;
  }

  /** Whether documents with federation's root fields alone run without being trusted. */
  get allowsFederation(): boolean {
    return this.settings.trustedDocuments.allowsFederation;
  }

  find(id: string): string | undefined {
    return this.texts.get(id);
  }

  /** Whether a document may run, whoever calls it. */
  admits(text: string): boolean {
    if (!this.isRequired || this.trusted.has(text)) return true;
    return this.allowsFederation && isFederationDocument(text, this.settings.limits.tokens);
  }
}

const nameOf = ({ text }: ManifestEntry): string => /\b(?:query|mutation)\s+(\w+)/.exec(text)?.[1] ?? 'unnamed';

function findOtherTexts(entries: readonly ManifestEntry[]): string[] {
  const texts = new Map<string, string>();
  for (const { id, text } of entries) if (!texts.has(id)) texts.set(id, text);
  const doubled = entries.filter(({ id, text }) => texts.get(id) !== text);
  return doubled.map((entry) => `${entry.file}: ${entry.id} (${nameOf(entry)}): another document has the same id`);
}

// The limits are there for what callers write.
const OWN_LIMITS = {
  ...{ documentBytes: Infinity, tokens: Infinity, depth: Infinity, aliases: Infinity, directives: Infinity },
  cost: Infinity,
};

const prepareOwn = (schema: GraphQLSchema, settings: Settings, files: readonly string[]): PreparedDocument[] =>
  files
    .flatMap(readManifest)
    .map((entry) => prepareDocument(schema, entry, { ...settings, limits: { ...settings.limits, ...OWN_LIMITS } }));

/**
 * Reads the manifests of TRUSTED_DOCUMENTS and prepares every document in them, and those of the service's own pages, which limits
 * of documents do not apply to.
 * @throws TrustedDocumentsError naming each faulty manifest or document, up to 20, in one message.
 */
export function loadTrustedDocuments(
  schema: GraphQLSchema,
  settings: Settings,
  ownManifests: readonly string[] = [],
): TrustedDocuments {
  const entries = settings.trustedDocuments.files.flatMap(readManifest);
  const faults = findOtherTexts(entries);
  const prepared = entries.flatMap((entry) => {
    try {
      return [prepareDocument(schema, entry, settings)];
    } catch (error) {
      faults.push(`${entry.file}: ${entry.id} (${nameOf(entry)}): ${(error as Error).message}`);
      return [];
    }
  });
  if (faults.length === 0)
    return new TrustedDocuments([...prepared, ...prepareOwn(schema, settings, ownManifests)], settings);
  const more = faults.length > MAX_FAULTS ? [`and ${faults.length - MAX_FAULTS} more`] : [];
  const lines = [...faults.slice(0, MAX_FAULTS), ...more].map((fault) => `  ${fault}`);
  throw new TrustedDocumentsError(
    ['Trusted documents have faults:', ...lines, 'Correct them and generate the manifest again.'].join('\n'),
  );
}
