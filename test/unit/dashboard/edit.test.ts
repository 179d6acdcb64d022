import {
  applyEdit,
  listConflict,
  toContent,
  toDraft,
  toUpdateInput,
  type Stored,
} from '../../../dashboard/src/customer/edit.js';

const base: Stored = {
  id: `cus_${'0'.repeat(32)}`,
  version: 3,
  expressCustomerName: 'A',
  externalReferenceId: null,
  metadata: { region: 'north', level: '1' },
};

it('a form that nobody touched changes nothing', () => {
  expect(toUpdateInput(base, toContent(toDraft(base)))).toBeNull();
});

it('only what differs is sent, with the version that was read', () => {
  expect(toUpdateInput(base, { ...base, expressCustomerName: 'B' })).toEqual({
    expressCustomerId: base.id,
    expressCustomerName: 'B',
    expectedVersion: 3,
  });
  const cleared = toUpdateInput({ ...base, externalReferenceId: 'r' }, toContent({ ...toDraft(base), reference: '' }));
  expect(cleared).toMatchObject({ externalReferenceId: null });
});

it('an edit on top of what others stored keeps what only they changed, and removes what it removed', () => {
  const edited = { ...base, expressCustomerName: 'B', metadata: { region: 'south' } };
  const stored = {
    ...base,
    expressCustomerName: 'C',
    externalReferenceId: 'r',
    metadata: { region: 'west', level: '2', more: 'x' },
  };
  expect(applyEdit(base, edited, stored)).toEqual({
    expressCustomerName: 'B',
    externalReferenceId: 'r',
    metadata: { region: 'south', more: 'x' },
  });
});

it('a conflict lists the fields that somebody touched, and no others', () => {
  const edited = { ...base, expressCustomerName: 'B', metadata: { region: 'north' } };
  const stored = { ...base, externalReferenceId: 'r', metadata: { region: 'north', level: '2' } };
  expect(listConflict(base, stored, edited)).toEqual([
    { field: 'Name', before: 'A', theirs: 'A', yours: 'B' },
    { field: 'Reference', before: undefined, theirs: 'r', yours: undefined },
    { field: 'Metadata: level', before: '1', theirs: '2', yours: undefined },
  ]);
});

it.each(['__proto__', 'constructor', 'Name'])('a metadata key %j is one like any other', (key) => {
  const metadata = Object.fromEntries([[key, 'x']]);
  const edited = { ...base, metadata };
  expect(Object.entries(applyEdit(base, edited, base).metadata)).toEqual([[key, 'x']]);
  expect(listConflict(base, base, edited).map(({ field }) => field)).toContain(`Metadata: ${key}`);
});
