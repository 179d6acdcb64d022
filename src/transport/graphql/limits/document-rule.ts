import { GraphQLError, Kind, type DocumentNode, type ValidationContext, type ValidationRule } from 'graphql';
import type { Limits } from '../../../config/limits.js';
import type { AppError } from '../../../shared/app-error.js';
import { measureShape } from './document-shape.js';
import { tooComplex } from './too-complex.js';

/** Finds the first limit that a document's shape exceeds; null if there is none. */
export function findExceededLimit(document: DocumentNode, limits: Limits): AppError | null {
  const shape = measureShape(document);
  if (shape.depth > limits.depth) return tooComplex('depth', limits.depth, shape.depth);
  if (shape.aliases > limits.aliases) return tooComplex('aliases', limits.aliases, shape.aliases);
  if (shape.directives > limits.directives) return tooComplex('directives', limits.directives, shape.directives);
  return null;
}

const ONE_OPERATION = 'The document holds more than one operation.';

/**
 * Checks a document's shape when it is validated: once, since valid documents are kept. It reports before the rules of the
 * specification, which visit the document from its first definition on.
 */
export function documentRule(limits: Limits): ValidationRule {
  return (context: ValidationContext) => ({
    Document(document) {
      const exceeded = findExceededLimit(document, limits);
      if (exceeded) context.reportError(new GraphQLError(exceeded.message, { originalError: exceeded }));
      const [, second] = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
      if (second) context.reportError(new GraphQLError(ONE_OPERATION, { nodes: second }));
    },
  });
}
