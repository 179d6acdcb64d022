import {
  EMPTY_QUERY,
  formatListQuery,
  parseListQuery,
  toVariables,
  type ListQuery,
} from '../../../dashboard/src/list/list-query.js';

const parse = (text: string): ListQuery => parseListQuery(new URLSearchParams(text));

it('an address brings back the list that it was made from', () => {
  const query: ListQuery = {
    search: 'süd & west',
    state: 'deactivated',
    reference: 'ris-4711',
    metadata: 'region=a=b',
    createdSince: '2026-11-26',
    updatedSince: '2026-01-01',
    order: 'NAME_ASC',
  };
  expect(parse(formatListQuery(query))).toEqual(query);
  expect(formatListQuery(EMPTY_QUERY)).toBe('');
});

it('what an address says wrongly is as if it did not say it', () => {
  expect(parse('order=SIDEWAYS&state=half&createdSince=yesterday&other=1')).toEqual(EMPTY_QUERY);
});

it('an empty query filters nothing', () => {
  expect(toVariables(EMPTY_QUERY)).toEqual({ first: 25, filter: {}, orderBy: 'CREATED_AT_DESC' });
});

it('fields become the conditions of the filter, and a day includes its first moment', () => {
  const { filter } = toVariables(
    parse('search=med&state=active&reference=a&metadata=region+%3D+west&createdSince=2026-11-26'),
  );
  const start = new Date('2026-11-26T00:00:00').getTime();
  expect(filter).toEqual({
    nameContains: 'med',
    isActive: true,
    externalReferenceId: 'a',
    metadata: { region: 'west' },
    createdAfter: new Date(start - 1).toISOString(),
  });
  expect(toVariables(parse('state=deactivated')).filter).toEqual({ isActive: false });
});

it.each(['region', '=west', '2026-13-45'])('an unfinished field %j is no condition yet', (text) => {
  expect(toVariables(parse(`metadata=${text}&createdSince=2026-13-45`)).filter).toEqual({});
});
