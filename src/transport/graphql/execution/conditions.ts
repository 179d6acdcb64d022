import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  visit,
  type DocumentNode,
  type SelectionNode,
} from 'graphql';

/** Finds the selections that have `@skip` or `@include`, in the order of the document. */
export function findConditions(document: DocumentNode): readonly SelectionNode[] {
  const found: SelectionNode[] = [];
  const enter = (node: SelectionNode) => {
    const isConditional = node.directives?.some(({ name: { value } }) => value === 'skip' || value === 'include');
    if (isConditional) found.push(node);
  };
  visit(document, { Field: { enter }, FragmentSpread: { enter }, InlineFragment: { enter } });
  return found;
}

/**
 * Which of the conditional selections a call includes.
 * @throws GraphQLError for a condition that is null; graphql-js reports it where the selection is met, if it ever is.
 */
export const decideConditions = (
  conditions: readonly SelectionNode[],
  variables: Record<string, unknown>,
): readonly boolean[] =>
  conditions.map((node) => {
    if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false;
    return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;
  });
