import type { Change } from '../../../dashboard/src/workspace/changes.js';
import { FeedReader, type FeedSource } from '../../../dashboard/src/workspace/follow-feed.js';

const change = (version: number): Change => ({ type: 'express_customer.updated', expressCustomerId: 'cus_a', version });

/** A feed of which a page holds two changes; its cursors are positions. */
function feedOf(length: number) {
  const feed = { length, isAway: false };
  const source: FeedSource = {
    findEnd: async () => String(feed.length),
    read: async (after) => {
      if (feed.isAway) throw new Error('away');
      const end = Math.min(Number(after) + 2, feed.length);
      const changes = Array.from({ length: end - Number(after) }, (_, index) => change(Number(after) + index + 1));
      return { changes, endCursor: String(end), hasMore: end < feed.length };
    },
  };
  return { feed, reader: new FeedReader(source) };
}

const versionsOf = (changes: Change[]) => changes.map(({ version }) => version);

it('begins at the end of the feed, and then brings every change once and in order', async () => {
  const { feed, reader } = feedOf(7);
  expect(await reader.look()).toEqual([]);
  feed.length = 10;
  expect(versionsOf(await reader.look())).toEqual([8, 9, 10]);
  expect(await reader.look()).toEqual([]);
});

it('a look that fails loses nothing', async () => {
  const { feed, reader } = feedOf(0);
  await reader.look();
  Object.assign(feed, { length: 3, isAway: true });
  await expect(reader.look()).rejects.toThrow('away');
  feed.isAway = false;
  expect(versionsOf(await reader.look())).toEqual([1, 2, 3]);
});

it('goes on from the end where more has happened than one look reads', async () => {
  const { feed, reader } = feedOf(0);
  await reader.look();
  feed.length = 1_000;
  expect(await reader.look()).toHaveLength(10);
  expect(await reader.look()).toEqual([]);
  feed.length = 1_001;
  expect(versionsOf(await reader.look())).toEqual([1_001]);
});
