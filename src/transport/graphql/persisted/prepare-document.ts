import {
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  typeFromAST,
  validate,
  valueFromAST,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Config } from '../../../config/config.js';
import { documentRule } from '../limits/document-rule.js';
import { costOf } from '../limits/operation-cost.js';
import type { ManifestEntry } from './manifest.js';

/** A document that was parsed and found valid and within all limits. */
export interface PreparedDocument extends ManifestEntry {
  document: DocumentNode;
  definition: OperationDefinitionNode;
  /** The default values of its variables. */
  defaults: Record<string, unknown>;
}

type Settings = Pick<Config, 'limits' | 'introspection'>;

function findDefaults(schema: GraphQLSchema, { variableDefinitions = [] }: OperationDefinitionNode) {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, type, defaultValue }) =>
      defaultValue
        ? [[variable.name.value, valueFromAST(defaultValue, typeFromAST(schema, type as never) as GraphQLInputType)]]
        : [],
    ),
  ) as Record<string, unknown>;
}

function requireLimit(what: string, requested: number, limit: number, variable: string): void {
  if (requested > limit) throw new Error(`it has ${requested} ${what}, and ${variable} is ${limit}`);
}

function requireValid(schema: GraphQLSchema, document: DocumentNode, { limits, introspection }: Settings): void {
  const rules = [...specifiedRules, documentRule(limits), ...(introspection ? [] : [NoSchemaIntrospectionCustomRule])];
  const errors = validate(schema, document, rules);
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join(' '));
}

function getOperation(schema: GraphQLSchema, { definitions }: DocumentNode): OperationDefinitionNode {
  const operation = definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('it has no operation');
  if (!schema.getRootType(operation.operation)) throw new Error(`the schema has no ${operation.operation}`);
  return operation;
}

/**
 * Parses and validates a document by the rules that a caller's document must meet, and computes what it costs with the default
 * values of its variables.
 * @throws Error saying what is wrong with it.
 */
export function prepareDocument(schema: GraphQLSchema, entry: ManifestEntry, settings: Settings): PreparedDocument {
  const { limits } = settings;
  requireLimit('bytes', Buffer.byteLength(entry.text), limits.documentBytes, 'MAX_DOCUMENT_BYTES');
  const document = parse(entry.text, { maxTokens: limits.tokens });
  requireValid(schema, document, settings);
  const definition = getOperation(schema, document);
  const defaults = findDefaults(schema, definition);
  requireLimit('points of cost', costOf(schema, document, definition, defaults), limits.cost, 'MAX_COST');
  return { ...entry, document, definition, defaults };
}
