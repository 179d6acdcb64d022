import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';

/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Random {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to below the limit. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  isLikely(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** A value inside a document: text that is written as it stands, such as a variable or an enum's name. */
class Written {
  constructor(readonly text: string) {}
}

/** Values that suit an argument or input field of a name; without one its type decides. */
export type Pools = Readonly<Record<string, readonly unknown[]>>;

export interface GeneratedOperation {
  query: string;
  variables: Record<string, unknown>;
  operationName: string;
  isMutation: boolean;
}

export interface GeneratorOptions {
  pools: Pools;
  mutationShare: number;
  /** How deep objects are selected in objects. */
  maxDepth: number;
  /** How often a value is of another type than asked for. */
  wrongShare: number;
  /** Whether a condition's variable may be null, which is an error where its selection is met. */
  nullConditions: boolean;
}

// Names that objects have without anybody giving them, and one that sets a prototype.
const ODD_NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'a', 'b', '_'];
const SCALARS: Pools = { Boolean: [true, false], Int: [1, 2] };
const JSON_KEYS = ['region', 'a', '__proto__', 'constructor', 'toString'];

function writeLiteral(value: unknown): string {
  if (value instanceof Written) return value.text;
  if (Array.isArray(value)) return `[${value.map(writeLiteral).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, inner]) => `${key}: ${writeLiteral(inner)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
}

const objectFrom = (entries: [string, unknown][]): object => Object.fromEntries(entries);

/** One operation over a schema, mostly valid, made of what a seed says. */
class Generator {
  private readonly variables = new Map<string, { type: string; declared: string; value: unknown }>();
  private readonly keys = new Map<string, string>();
  private readonly fragments: { name: string; type: GraphQLCompositeType; text: string }[] = [];
  private aliases = 0;
  private directives = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly random: Random,
    private readonly options: GeneratorOptions,
  ) {}

  generate(): GeneratedOperation {
    const mutation = this.schema.getMutationType();
    const isMutation = mutation != null && this.random.isLikely(this.options.mutationShare);
    const root = isMutation ? mutation : this.schema.getQueryType()!;
    this.writeFragments();
    const body = this.writeSelections(root, this.options.maxDepth, isMutation);
    const used = this.findUsed(body);
    const text = [body, ...used].join('\n');
    for (const name of [...this.variables.keys()]) {
      if (!new RegExp(`\\$${name}\\b`).test(text)) this.variables.delete(name);
    }
    const definitions = [...this.variables].map(([name, { declared }]) => `$${name}: ${declared}`).join(', ');
    const operation = `${isMutation ? 'mutation' : 'query'} Q${definitions && `(${definitions})`} ${body}`;
    const values = [...this.variables].flatMap(([name, { value }]) =>
      value === undefined ? [] : [[name, value] as [string, unknown]],
    );
    const variables = objectFrom(values) as Record<string, unknown>;
    return { query: [operation, ...used].join('\n'), variables, operationName: 'Q', isMutation };
  }

  private writeFragments(): void {
    const types = Object.values(this.schema.getTypeMap()).filter(isCompositeType);
    const own = types.filter(({ name }) => !name.startsWith('__') && name !== this.schema.getMutationType()?.name);
    for (let count = this.random.below(4); count > 0; count -= 1) {
      const type = this.random.pick(own);
      const name = `F${count}`;
      const text = `fragment ${name} on ${type.name} ${this.writeSelections(type, 2)}`;
      this.fragments.unshift({ name, type, text });
    }
  }

  // Only those that the operation reaches: one that is never used is invalid. Each spreads none but those after it.
  private findUsed(body: string): string[] {
    let reached = body;
    const used: string[] = [];
    for (const { name, text } of this.fragments) {
      if (!reached.includes(`...${name}`)) continue;
      reached += text;
      used.push(text);
    }
    return used;
  }

  private writeSelections(type: GraphQLCompositeType, depth: number, isMutation = false): string {
    const count = 1 + this.random.below(isMutation ? 2 : 4);
    const selections = Array.from({ length: count }, () => this.writeSelection(type, depth));
    return `{ ${selections.join(' ')} }`;
  }

  private writeSelection(type: GraphQLCompositeType, depth: number): string {
    const chance = this.random.next();
    if (chance < 0.06) return `__typename${this.writeCondition()}`;
    if (chance < 0.16 && depth > 0) return this.writeInlineFragment(type, depth);
    if (chance < 0.3) return this.writeSpread(type) ?? this.writeField(type, depth);
    return this.writeField(type, depth);
  }

  private writeInlineFragment(type: GraphQLCompositeType, depth: number): string {
    const narrower = isAbstractType(type) ? this.random.pick(this.schema.getPossibleTypes(type)) : type;
    const isPlain = !isAbstractType(type) && this.random.isLikely(0.4);
    const condition = isPlain ? '' : ` on ${narrower.name}`;
    return `...${condition}${this.writeCondition()} ${this.writeSelections(narrower, depth - 1)}`;
  }

  private writeSpread(type: GraphQLCompositeType): string | undefined {
    const fitting = this.fragments.filter((fragment) => this.canBe(type, fragment.type));
    if (fitting.length === 0) return undefined;
    const { name } = this.random.pick(fitting);
    return `...${name}${this.writeCondition()}`;
  }

  private canBe(type: GraphQLCompositeType, other: GraphQLCompositeType): boolean {
    if (type === other) return true;
    if (isAbstractType(type) && isObjectType(other)) return this.schema.isSubType(type, other);
    return isAbstractType(other) && isObjectType(type) && this.schema.isSubType(other, type);
  }

  private writeField(type: GraphQLCompositeType, depth: number): string {
    if (isUnionType(type)) return `__typename${this.writeCondition()}`;
    const fields = Object.values(type.getFields()).filter(({ name }) => name !== '_service');
    const field = this.random.pick(
      depth > 0 ? fields : fields.filter((leaf) => !isCompositeType(getNamedType(leaf.type))),
    );
    if (!field) return '__typename';
    const args = this.writeArguments(field);
    const call = this.writeKey(field.name, args);
    const below = getNamedType(field.type);
    const selections = isCompositeType(below) ? ` ${this.writeSelections(below, depth - 1)}` : '';
    return `${call}${this.writeCondition()}${selections}`;
  }

  // Two fields of one key must be the same call: one that would differ gets an alias that is free.
  private writeKey(name: string, args: string): string {
    const call = `${name}${args}`;
    const wanted = this.random.isLikely(0.15) ? this.random.pick(ODD_NAMES) : name;
    let key = wanted;
    while ((this.keys.get(key) ?? call) !== call) key = `${key}_${this.aliases}`;
    this.keys.set(key, call);
    if (key === name || this.aliases >= 14) return call;
    this.aliases += 1;
    return `${key}: ${call}`;
  }

  private writeCondition(): string {
    if (this.directives >= 12 || !this.random.isLikely(0.15)) return '';
    this.directives += 1;
    const name = this.random.pick(['include', 'skip']);
    const isVariable = this.random.isLikely(0.7);
    const text = isVariable ? this.writeConditionVariable() : String(this.random.isLikely(0.5));
    return ` @${name}(if: ${text})`;
  }

  private writeConditionVariable(): string {
    const name = this.random.pick(['yes', 'no', 'isPrototypeOf']);
    if (!this.variables.has(name)) {
      const isDefaulted = this.random.isLikely(0.3);
      const value = this.random.pick<unknown>([true, false, true, false, isDefaulted ? undefined : true]);
      const declared = isDefaulted ? `Boolean = ${this.random.isLikely(0.5)}` : 'Boolean!';
      const isNull = this.options.nullConditions && isDefaulted && this.random.isLikely(0.1);
      this.variables.set(name, { type: 'Boolean!', declared, value: isNull ? null : value });
    }
    return `$${name}`;
  }

  private writeArguments({ args }: GraphQLField<unknown, unknown>): string {
    const written = args.flatMap((arg) => this.writeArgument(arg) ?? []);
    return written.length > 0 ? `(${written.join(', ')})` : '';
  }

  private writeArgument({ name, type, defaultValue }: GraphQLArgument): string | undefined {
    const isOptional = !isNonNullType(type) || defaultValue !== undefined;
    if (isOptional && this.random.isLikely(0.5)) return undefined;
    const isVariable = this.random.isLikely(0.4);
    return `${name}: ${isVariable ? this.writeVariable(name, type) : writeLiteral(this.makeValue(name, type, true))}`;
  }

  private writeVariable(hint: string, type: GraphQLInputType): string {
    const suited = [...this.variables].filter(([, variable]) => variable.type === String(type));
    if (suited.length > 0 && this.random.isLikely(0.5)) return `$${this.random.pick(suited)[0]}`;
    const free = [...ODD_NAMES, hint].filter((name) => !this.variables.has(name));
    const name = free.length > 0 ? this.random.pick(free) : `v${this.variables.size}`;
    const isWrong = this.random.isLikely(this.options.wrongShare);
    const isDefaulted = this.random.isLikely(0.25);
    const declaredType = isDefaulted && isNonNullType(type) ? type.ofType : type;
    const declared = isDefaulted
      ? `${String(declaredType)} = ${writeLiteral(this.makeValue(hint, type, 'default'))}`
      : String(type);
    const isLeftOut = this.random.isLikely(isDefaulted || !isNonNullType(type) ? 0.4 : 0.02);
    const value = isLeftOut ? undefined : isWrong ? this.makeWrong() : this.makeValue(hint, declaredType, false);
    this.variables.set(name, { type: String(type), declared, value });
    return `$${name}`;
  }

  private makeWrong(): unknown {
    return this.random.pick<unknown>([null, 5, 1.5, 'x', true, [], {}, [null], { nothing: 1 }, ['x', 1]]);
  }

  /** @param inDocument whether variables and the names of enums may stand in it; a default has no variables. */
  private makeValue(hint: string, type: GraphQLInputType, inDocument: boolean | 'default'): unknown {
    if (isNonNullType(type)) return this.makeNonNull(hint, type.ofType, inDocument);
    if (this.random.isLikely(0.1)) return null;
    return this.makeNonNull(hint, type, inDocument);
  }

  private makeNonNull(hint: string, type: GraphQLInputType, inDocument: boolean | 'default'): unknown {
    if (isListType(type)) {
      const items = Array.from({ length: this.random.below(3) }, () => this.makePart(hint, type.ofType, inDocument));
      return items;
    }
    if (isInputObjectType(type)) {
      const given = Object.values(type.getFields()).filter(
        (field) => isNonNullType(field.type) || this.random.isLikely(0.4),
      );
      return objectFrom(given.map((field) => [field.name, this.makePart(field.name, field.type, inDocument)]));
    }
    if (isEnumType(type)) {
      const { name } = this.random.pick(type.getValues());
      return inDocument ? new Written(name) : name;
    }
    const pool = this.options.pools[hint] ?? this.options.pools[getNamedType(type).name];
    if (getNamedType(type).name === 'JSON') return this.makeJson(inDocument);
    return this.withVariables(this.random.pick(pool ?? SCALARS[getNamedType(type).name] ?? ['x']), inDocument);
  }

  private makePart(hint: string, type: GraphQLInputType, inDocument: boolean | 'default'): unknown {
    if (inDocument !== true || !this.random.isLikely(0.3)) return this.makeValue(hint, type, inDocument);
    return new Written(this.writeVariable(hint, type));
  }

  private makeJson(inDocument: boolean | 'default'): unknown {
    if (this.random.isLikely(0.05))
      return this.random.pick<unknown>(['text', 1, true, ['a'], { a: { b: 'c' } }, { a: 1 }]);
    const keys = JSON_KEYS.filter(() => this.random.isLikely(0.3));
    return objectFrom(keys.map((key) => [key, this.makeJsonValue(inDocument)]));
  }

  private makeJsonValue(inDocument: boolean | 'default'): unknown {
    if (inDocument !== true || !this.random.isLikely(0.4)) return this.random.pick(['north', 'south', '', 'a']);
    const strings = [...this.variables].filter(([, { type }]) => type === 'String');
    if (strings.length > 0) return new Written(`$${this.random.pick(strings)[0]}`);
    const name = `json${this.variables.size}`;
    const value = this.random.pick([undefined, null, 'east', 'west']);
    this.variables.set(name, { type: 'String', declared: 'String', value });
    return new Written(`$${name}`);
  }

  // A scalar of the service's own, such as federation's _Any, takes variables inside its literals.
  private withVariables(value: unknown, inDocument: boolean | 'default'): unknown {
    if (inDocument !== true || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return objectFrom(
      Object.entries(value).map(([key, inner]) => {
        if (!this.random.isLikely(0.2) || typeof inner !== 'string') return [key, inner];
        const name = `part${this.variables.size}`;
        this.variables.set(name, { type: 'part', declared: 'String', value: inner });
        return [key, new Written(`$${name}`)];
      }),
    );
  }
}

/** The operation of a seed. The same seed gives the same operation over the same schema. */
export const generateOperation = (schema: GraphQLSchema, seed: number, options: GeneratorOptions): GeneratedOperation =>
  new Generator(schema, new Random(seed), options).generate();
