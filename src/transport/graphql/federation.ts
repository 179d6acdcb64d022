import {
  extendSchema,
  GraphQLSchema,
  isObjectType,
  Kind,
  parse,
  type DirectiveNode,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type SchemaExtensionNode,
  type ValueNode,
} from 'graphql';
import type { RequestContext } from '../../identity/request-context.js';

// As the specifications define them: https://specs.apollo.dev/federation/v2.9 and https://specs.apollo.dev/link/v1.0.
const IMPORTED_DIRECTIVES = {
  '@key': '(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE',
  '@shareable': 'repeatable on OBJECT | FIELD_DEFINITION',
  '@tag': `(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR
    | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA`,
  '@authenticated': 'on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM',
  '@requiresScopes': `(scopes: [[federation__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM`,
  '@cost': `(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR`,
  '@listSize': `(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],
    requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION`,
};

const LINK = parse(`extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ${JSON.stringify(Object.keys(IMPORTED_DIRECTIVES))}
)`);

/** The definitions of the directives that the schema uses; its text, which is for routers, leaves them out. */
export const FEDERATION_DEFINITIONS = `
  directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
  scalar link__Import
  enum link__Purpose { SECURITY EXECUTION }
  scalar federation__FieldSet
  scalar federation__Scope
  ${Object.entries(IMPORTED_DIRECTIVES)
    .map(([name, definition]) => `directive ${name} ${definition}`)
    .join('\n')}`;

const ENTITIES = `
  scalar _Any
  type _Service { sdl: String }
  extend type Query {
    _entities(representations: [_Any!]!): [_Entity]!
    _service: _Service!
  }`;

/** Resolves `_entities`: one value per representation, in their order, with its `__typename`; null where there is none. */
export type ResolveReferences = (context: RequestContext, representations: readonly unknown[]) => Promise<unknown[]>;

const isFalse = (value: ValueNode): boolean => value.kind === Kind.BOOLEAN && !value.value;

const isResolvableKey = ({ name, arguments: given = [] }: DirectiveNode): boolean =>
  name.value === 'key' && !given.some((argument) => argument.name.value === 'resolvable' && isFalse(argument.value));

const isEntity = ({ astNode }: GraphQLObjectType): boolean => (astNode?.directives ?? []).some(isResolvableKey);

/** A copy of the schema that links to the federation specification, as its printed text then says. */
export const linkFederation = (schema: GraphQLSchema): GraphQLSchema =>
  new GraphQLSchema({ ...schema.toConfig(), extensionASTNodes: LINK.definitions as SchemaExtensionNode[] });

/**
 * Makes a schema an Apollo Federation 2 subgraph: adds the definitions of the directives, `_service`, which returns `text`,
 * and `_entities` for all types with a resolvable `@key`.
 */
export function toSubgraph(schema: GraphQLSchema, text: string, resolveReferences: ResolveReferences): GraphQLSchema {
  const entities = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && isEntity(type));
  const union = `union _Entity = ${entities.map(({ name }) => name).join(' | ')}`;
  const subgraph = extendSchema(schema, parse(FEDERATION_DEFINITIONS + ENTITIES + union));
  const { _service, _entities } = subgraph.getQueryType()!.getFields();
  _service!.resolve = () => ({ sdl: text });
  _entities!.resolve = resolveEntities as GraphQLFieldResolver<unknown, unknown>;
  return subgraph;

  function resolveEntities(_: unknown, given: { representations: unknown[] }, context: RequestContext) {
    return resolveReferences(context, given.representations);
  }
}
