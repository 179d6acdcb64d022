import {
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  typeFromAST,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { planArguments, type ReadArguments } from './arguments.js';

/** How a value of an output type is completed; `isNonNull` says what becomes of null and of errors. */
export type ValuePlan = { readonly isNonNull: boolean } & (
  | { readonly kind: 'leaf'; readonly type: GraphQLLeafType }
  | { readonly kind: 'list'; readonly item: ValuePlan }
  | { readonly kind: 'object'; readonly select: () => Selection }
  | { readonly kind: 'abstract'; readonly type: GraphQLAbstractType; readonly select: SelectByType }
);

type SelectByType = (type: GraphQLObjectType) => Selection;

/** What an operation asks of objects of one type. */
export interface Selection {
  readonly fields: readonly FieldPlan[];
  /** Every response key with null: a copy of it is an answer in its final shape, with its keys in order. */
  readonly blank: Readonly<Record<string, unknown>>;
}

export interface FieldPlan {
  /** The alias, or the name where there is none. */
  readonly key: string;
  readonly parent: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  /** All places of the document that select the field under this key. */
  readonly nodes: readonly FieldNode[];
  /** None: the field is a property of its source. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> | undefined;
  /** What `__typename` answers; undefined for every other field. */
  readonly typeName: string | undefined;
  readonly value: ValuePlan;
  readonly readArguments: ReadArguments;
}

/** Decides `@skip` and `@include` of a selection; without conditions every selection is included. */
export type IsIncluded = (selection: SelectionNode) => boolean;

type FieldNodes = Map<string, FieldNode[]>;

/**
 * One operation, read once: which fields are selected of which type, merged and in order. Selections are made when the
 * first value of their type comes and shared by all values that select the same nodes, so that fragments that spread
 * fragments cost no more than the values which are answered. At most as many fields as the document has tokens are
 * remembered; beyond that a selection is made again each time, as graphql-js does.
 */
export class OperationPlan {
  readonly fragments: Record<string, FragmentDefinitionNode> = Object.create(null) as never;
  readonly root: Selection;
  private readonly selections = new Map<string, Selection>();
  private readonly nodeNumbers = new Map<FieldNode, number>();
  private fieldsKept = 0;

  constructor(
    readonly schema: GraphQLSchema,
    document: DocumentNode,
    readonly operation: OperationDefinitionNode,
    private readonly maxFieldsKept: number,
    private readonly isIncluded: IsIncluded = () => true,
  ) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments[definition.name.value] = definition;
    }
    this.root = this.planSelection(schema.getRootType(operation.operation)!, [operation.selectionSet]);
  }

  private planSelection(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Selection {
    const nodes: FieldNodes = new Map();
    const visited = new Set<string>();
    for (const set of sets) this.collect(type, set, nodes, visited);
    const fields = [...nodes].map(([key, sameKey]) => this.planField(type, key, sameKey));
    return { fields, blank: Object.fromEntries(fields.map(({ key }) => [key, null])) };
  }

  private collect(type: GraphQLObjectType, set: SelectionSetNode, into: FieldNodes, visited: Set<string>): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD && visited.has(selection.name.value)) continue;
      if (!this.isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const sameKey = into.get(key);
        if (sameKey) sameKey.push(selection);
        else into.set(key, [selection]);
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        visited.add(selection.name.value);
        this.collectFragment(type, this.fragments[selection.name.value]!, into, visited);
      } else this.collectFragment(type, selection, into, visited);
    }
  }

  private collectFragment(
    type: GraphQLObjectType,
    { typeCondition, selectionSet }: FragmentDefinitionNode | InlineFragmentNode,
    into: FieldNodes,
    visited: Set<string>,
  ): void {
    const condition = typeCondition ? typeFromAST(this.schema, typeCondition) : type;
    const applies = condition === type || (isAbstractType(condition) && this.schema.isSubType(condition, type));
    if (applies) this.collect(type, selectionSet, into, visited);
  }

  private planField(parent: GraphQLObjectType, key: string, nodes: FieldNode[]): FieldPlan {
    const definition = this.findDefinition(parent, nodes[0]!.name.value);
    const typeName = definition === TypeNameMetaFieldDef ? parent.name : undefined;
    const value = this.planValue(definition.type, nodes);
    const readArguments = planArguments(definition, nodes[0]!);
    return { key, parent, definition, nodes, resolve: definition.resolve, typeName, value, readArguments };
  }

  private findDefinition(parent: GraphQLObjectType, name: string): GraphQLField<unknown, unknown> {
    if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
    if (parent === this.schema.getQueryType()) {
      if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
      if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    }
    return parent.getFields()[name]!;
  }

  private planValue(type: GraphQLOutputType, nodes: readonly FieldNode[], isNonNull = false): ValuePlan {
    if (isNonNullType(type)) return this.planValue(type.ofType, nodes, true);
    if (isListType(type)) return { kind: 'list', isNonNull, item: this.planValue(type.ofType, nodes) };
    if (isLeafType(type)) return { kind: 'leaf', isNonNull, type };
    if (isAbstractType(type))
      return { kind: 'abstract', isNonNull, type, select: (runtime) => this.getSelection(runtime, nodes) };
    let selection: Selection | undefined;
    return { kind: 'object', isNonNull, select: () => (selection ??= this.getSelection(type, nodes)) };
  }

  private getSelection(type: GraphQLObjectType, nodes: readonly FieldNode[]): Selection {
    const id = `${type.name} ${nodes.map((node) => this.numberNode(node)).join()}`;
    const known = this.selections.get(id);
    if (known) return known;
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const selection = this.planSelection(type, sets);
    if (this.fieldsKept + selection.fields.length <= this.maxFieldsKept) {
      this.fieldsKept += selection.fields.length;
      this.selections.set(id, selection);
    }
    return selection;
  }

  private numberNode(node: FieldNode): number {
    const number = this.nodeNumbers.get(node) ?? this.nodeNumbers.size;
    this.nodeNumbers.set(node, number);
    return number;
  }
}
