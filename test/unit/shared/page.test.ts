import { cutPage, toConnection } from '../../../src/shared/page.js';

const cursorOf = (row: number) => `c${row}`;

describe('a page', () => {
  it('says that a page follows when one row more than asked for was found, and leaves that row out', () => {
    const page = cutPage([1, 2, 3], 2, undefined, cursorOf);
    expect(toConnection(page, (row) => row * 10)).toMatchObject({
      edges: [
        { cursor: 'c1', node: 10 },
        { cursor: 'c2', node: 20 },
      ],
      nodes: [10, 20],
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: 'c1', endCursor: 'c2' },
    });
  });

  it('says of the last page that none follows, and of a page after a cursor that one is before it', () => {
    const { pageInfo } = toConnection(cutPage([3], 2, 'c2', cursorOf), String);
    expect(pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true, startCursor: 'c3', endCursor: 'c3' });
  });

  it('has no cursors on an empty page', () => {
    const { pageInfo, nodes } = toConnection(cutPage<number>([], 2, null, cursorOf), String);
    expect(nodes).toEqual([]);
    expect(pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null });
  });

  it('makes edges and cursors only when they are read', () => {
    const made: number[] = [];
    const counted = (row: number) => {
      made.push(row);
      return cursorOf(row);
    };
    const toEdgeFields = (row: number) => ({ addedAt: row });
    const connection = Object.assign(toConnection(cutPage([1, 2, 3], 2, null, counted), String, toEdgeFields), {
      count: 3,
    });
    expect(connection.nodes).toEqual(['1', '2']);
    expect(made).toEqual([]);
    const [edge] = connection.edges;
    expect([edge!.node, edge!.addedAt]).toEqual(['1', 1]);
    expect(made).toEqual([]);
    expect(connection.edges.map(({ cursor }) => cursor)).toEqual(['c1', 'c2']);
  });
});
