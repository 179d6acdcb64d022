import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isInterfaceType,
  isUnionType,
} from 'graphql';

const anchor = (name) => name.toLowerCase();

const cell = (text) => (text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '\\<');

const linkType = (type) => {
  const { name } = getNamedType(type);
  return isSpecifiedScalarType(getNamedType(type)) ? `\`${type}\`` : `[\`${type}\`](#${anchor(name)})`;
};

const scopeOf = ({ astNode }) => {
  const scopes = astNode?.directives?.find(({ name }) => name.value === 'requiresScopes');
  return scopes
    ? ` Needs the scope \`${/"([^"]+)"/.exec(scopes.loc.source.body.slice(scopes.loc.start, scopes.loc.end))[1]}\`.`
    : '';
};

const deprecation = ({ deprecationReason }) => (deprecationReason ? ` **Deprecated:** ${cell(deprecationReason)}` : '');

const defaultOf = ({ astNode, defaultValue }) =>
  defaultValue === undefined || !astNode?.defaultValue
    ? ''
    : ` Default: \`${astNode.defaultValue.loc.source.body.slice(astNode.defaultValue.loc.start, astNode.defaultValue.loc.end)}\`.`;

const rowsOf = (members) =>
  members.map(
    (member) =>
      `| \`${member.name}\` | ${linkType(member.type)} | ${cell(member.description)}${defaultOf(member)}${deprecation(member)} |`,
  );

const table = (first, rows) => [`| ${first} | type | description |`, '| --- | --- | --- |', ...rows].join('\n');

// With the root's name: a query may be called like a type.
function describeOperation(root, field) {
  const parts = [`### ${root.name}.${field.name}`, `${field.description ?? ''}${scopeOf(field)}${deprecation(field)}`];
  if (field.args.length > 0) parts.push(table('argument', rowsOf(field.args)));
  parts.push(`Returns ${linkType(field.type)}.`);
  return parts.join('\n\n');
}

const withArguments = (field) => ({
  ...field,
  name: field.args.length > 0 ? `${field.name}(${field.args.map(({ name }) => name).join(', ')})` : field.name,
  defaultValue: undefined,
});

function describeType(type) {
  const parts = [`### ${type.name}`, type.description ?? ''];
  if (isObjectType(type) || isInterfaceType(type))
    parts.push(table('field', rowsOf(Object.values(type.getFields()).map(withArguments))));
  if (isInputObjectType(type)) parts.push(table('field', rowsOf(Object.values(type.getFields()))));
  if (isUnionType(type)) parts.push(`One of ${type.getTypes().map(linkType).join(', ')}.`);
  if (isEnumType(type))
    parts.push(
      [
        '| value | description |',
        '| --- | --- |',
        ...type.getValues().map((value) => `| \`${value.name}\` | ${cell(value.description)}${deprecation(value)} |`),
      ].join('\n'),
    );
  return parts.join('\n\n');
}

/** The reference of a schema as Markdown: every operation, type, field and argument, and every error. */
export function describeSchema(sdl, errorCodes) {
  const schema = buildSchema(sdl, { assumeValidSDL: true });
  const roots = [schema.getQueryType(), schema.getMutationType()].filter(Boolean);
  const types = Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith('__') && !roots.includes(type) && !isSpecifiedScalarType(type))
    .sort((one, other) => one.name.localeCompare(other.name));
  const group = (title, test) => {
    const members = types.filter(test);
    return members.length > 0 ? [`## ${title}`, ...members.map(describeType)] : [];
  };
  return [
    '# GraphQL reference',
    'Every operation, type, field and error, from the schema itself. How to call: [GraphQL guide](graphql.md).',
    ...roots.flatMap((root) => [
      `## ${root.name === 'Query' ? 'Queries' : 'Mutations'}`,
      ...Object.values(root.getFields()).map((field) => describeOperation(root, field)),
    ]),
    ...group('Objects', (type) => isObjectType(type) || isInterfaceType(type) || isUnionType(type)),
    ...group('Inputs', isInputObjectType),
    ...group('Enums', isEnumType),
    ...group('Scalars', isScalarType),
    '## Errors',
    'A failed operation has one of these codes in `errors[].extensions.code`.',
    errorCodes.map((code) => `- [\`${code}\`](errors.md#${code.toLowerCase()})`).join('\n'),
  ].join('\n\n');
}
