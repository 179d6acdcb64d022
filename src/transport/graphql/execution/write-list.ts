import { WRITE_LIST, type ListWriter, type SelectedField } from '../../../shared/written-list.js';
import { JsonText } from './json-text.js';
import type { FieldPlan, Selection } from './plan.js';
import type { Run } from './run.js';

// The items of a list, and objects that they hold.
const MAX_DEPTH = 2;

const known = new WeakMap<Selection, readonly SelectedField[] | null>();

/** What a selection selects, where that is properties alone; null where a field has a resolver or is a list. */
function listProperties({ fields }: Selection, depth: number): readonly SelectedField[] | null {
  const selected: SelectedField[] = [];
  for (const { key, definition, typeName, resolve, value } of fields) {
    const isObject = value.kind === 'object' && depth < MAX_DEPTH;
    if (typeName === undefined && (resolve || !(isObject || value.kind === 'leaf'))) return null;
    const inner = value.kind === 'object' ? listProperties(value.select(), depth + 1) : undefined;
    if (inner === null) return null;
    selected.push({ key, name: definition.name, typeName, fields: inner });
  }
  return selected;
}

function findProperties(selection: Selection): readonly SelectedField[] | null {
  let properties = known.get(selection);
  if (properties === undefined) known.set(selection, (properties = listProperties(selection, 1)));
  return properties;
}

/**
 * Lets the source write a list of objects itself if only properties of them are selected.
 * @returns undefined for every other field, and whenever the source cannot: then the field is run in full.
 */
export function writeList(run: Run, { definition, resolve, value }: FieldPlan, source: unknown): JsonText | undefined {
  if (value.kind !== 'list' || value.item.kind !== 'object' || resolve !== undefined) return undefined;
  const writer = source as Partial<ListWriter> | null | undefined;
  if (typeof writer?.[WRITE_LIST] !== 'function') return undefined;
  const properties = findProperties(value.item.select());
  const text = properties ? writer[WRITE_LIST](definition.name, properties) : undefined;
  if (text === undefined) return undefined;
  run.hasText = true;
  return new JsonText(text);
}
