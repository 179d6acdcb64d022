import { Kind, visit, type DocumentNode, type SelectionNode, type SelectionSetNode } from 'graphql';

/** The dimensions of a document that multiply work. */
export interface DocumentShape {
  /** Nesting of fields, fragments resolved; without introspection, which graphql-js bounds itself. */
  depth: number;
  /** Aliases; those of a fragment count once per place where it is spread. */
  aliases: number;
  directives: number;
}

type Part = Pick<DocumentShape, 'depth' | 'aliases'>;

const NOTHING: Part = { depth: 0, aliases: 0 };

/** Measures each fragment once, however often it is spread: expanding fragments takes exponential time. */
class Measure {
  private readonly fragments = new Map<string, SelectionSetNode>();
  private readonly measured = new Map<string, Part>();

  constructor(document: DocumentNode) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.fragments.set(definition.name.value, definition.selectionSet);
    }
  }

  of(selections: SelectionSetNode | undefined): Part {
    return (selections?.selections ?? []).reduce<Part>((sum, selection) => {
      const { depth, aliases } = this.ofSelection(selection);
      return { depth: Math.max(sum.depth, depth), aliases: sum.aliases + aliases };
    }, NOTHING);
  }

  private ofSelection(selection: SelectionNode): Part {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.ofFragment(selection.name.value);
    const { depth, aliases } = this.of(selection.selectionSet);
    if (selection.kind === Kind.INLINE_FRAGMENT) return { depth, aliases };
    const isIntrospection = selection.name.value.startsWith('__');
    return { depth: isIntrospection ? 0 : depth + 1, aliases: aliases + (selection.alias ? 1 : 0) };
  }

  private ofFragment(name: string): Part {
    const known = this.measured.get(name);
    if (known) return known;
    // A fragment that spreads itself adds nothing; validation rejects it.
    this.measured.set(name, NOTHING);
    const part = this.of(this.fragments.get(name));
    this.measured.set(name, part);
    return part;
  }
}

/** Measures a parsed document in time that grows with its length alone. */
export function measureShape(document: DocumentNode): DocumentShape {
  const measure = new Measure(document);
  const shape: DocumentShape = { depth: 0, aliases: 0, directives: 0 };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { depth, aliases } = measure.of(definition.selectionSet);
    shape.depth = Math.max(shape.depth, depth);
    shape.aliases += aliases;
  }
  visit(document, { Directive: () => void (shape.directives += 1) });
  return shape;
}
