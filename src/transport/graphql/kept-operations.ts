import { isObjectType, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { listRootFields } from './answer.js';
import { findDeprecatedParts, type DeprecatedParts } from './deprecated-uses.js';
import { PlannedOperation } from './execution/planned-operation.js';
import type { PreparedDocument } from './persisted/prepare-document.js';

/** The operation of a document that was parsed and validated. */
export interface KeptOperation {
  document: DocumentNode;
  definition: OperationDefinitionNode;
  /** As they are logged. */
  rootFields: string;
  readonly planned: PlannedOperation;
  /** Null where nothing of it is deprecated. */
  deprecated: DeprecatedParts | null;
  /** Estimated bytes of heap. */
  size: number;
}

// Measured on Node 20 (decision 0042): 330-510 bytes of heap per token when parsed, 410-700 with plans. Per byte of source it
// is 45-170, so the length of a document is no measure.
const BYTES_PER_TOKEN = 700;
const BYTES_PER_CHARACTER = 2;

/** Estimated bytes of heap that all kept operations may take together. */
const MAX_SIZE = 4 * 1024 * 1024;

function countTokens({ loc }: DocumentNode): number {
  let count = 0;
  for (let token = loc?.startToken; token; token = token.next ?? undefined) count += 1;
  return count;
}

/**
 * Documents that were called before, by their text. The least recently used are dropped when all together grow too large; trusted
 * documents stay.
 */
export class KeptOperations {
  private readonly trusted = new Map<string, KeptOperation>();
  private readonly operations = new LRUCache<string, KeptOperation>({
    maxSize: MAX_SIZE,
    sizeCalculation: ({ size }) => size,
  });

  constructor(private readonly schema: GraphQLSchema) {
    const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && type.isTypeOf);
    if (types.length > 0) throw new Error(`Plans do not call isTypeOf, which ${types.join(', ')} would need.`);
  }

  find(source: string): KeptOperation | undefined {
    return this.trusted.get(source) ?? this.operations.get(source);
  }

  /** Plans a trusted document and keeps it for good. */
  keepTrusted({ text, document, definition, defaults }: PreparedDocument): void {
    const operation = this.buildOperation(text, document, definition);
    operation.planned.prepare(defaults);
    this.trusted.set(text, operation);
  }

  /** Keeps the one operation of a valid document. */
  keep(source: string, document: DocumentNode, definition: OperationDefinitionNode): void {
    // A subscription has no root type and fails when it is executed.
    if (this.find(source) || !this.schema.getRootType(definition.operation)) return;
    this.operations.set(source, this.buildOperation(source, document, definition));
  }

  private buildOperation(source: string, document: DocumentNode, definition: OperationDefinitionNode): KeptOperation {
    const tokens = countTokens(document);
    const planned = new PlannedOperation(this.schema, document, definition, tokens);
    const size = tokens * BYTES_PER_TOKEN + source.length * BYTES_PER_CHARACTER;
    const deprecated = findDeprecatedParts(this.schema, document, definition);
    return { document, definition, rootFields: listRootFields(definition), planned, deprecated, size };
  }
}
