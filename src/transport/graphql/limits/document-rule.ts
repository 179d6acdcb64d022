import { GraphQLError, Kind, type DocumentNode, type ValidationContext, type ValidationRule } from 'graphql';
import type { Limits } from '../../../config/limits.js';
import type { AppError } from '../../../shared/app-error.js';
import { shapeOf } from './document-shape.js';
import { tooComplex } from './too-complex.js';

/** The first limit of a document's shape that it exceeds; null when it keeps them all. */
export function exceededLimit(document: DocumentNode, limits: Limits): AppError | null {
  const shape = shapeOf(document);
  if (shape.depth > limits.depth) return tooComplex('depth', limits.depth, shape.depth);
  if (shape.aliases > limits.aliases) return tooComplex('aliases', limits.aliases, shape.aliases);
  if (shape.directives > limits.directives) return tooComplex('directives', limits.directives, shape.directives);
  return null;
}

const ONE_OPERATION = 'The document holds more than one operation.';

/**
 * Checks a document's shape where it is validated: once, since valid documents are kept. It reports before the rules of
 * the specification do, which look at the document from its first definition on.
 */
export function documentRule(limits: Limits): ValidationRule {
  return (context: ValidationContext) => ({
    Document(document) {
      const exceeded = exceededLimit(document, limits);
      if (exceeded) context.reportError(new GraphQLError(exceeded.message, { originalError: exceeded }));
      const [, second] = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
      if (second) context.reportError(new GraphQLError(ONE_OPERATION, { nodes: second }));
    },
  });
}
