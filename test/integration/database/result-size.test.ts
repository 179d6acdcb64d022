import type { DataSource } from 'typeorm';
import { onEachEngine } from '../../support/engines.js';
import { openWorld, type World } from '../../support/world.js';
import { runPrepared } from '../../../src/database/prepared-statement.js';
import { toAppError } from '../../../src/transport/errors.js';

const MEGABYTE = 1_000_000;
const rows = (count: number) => `SELECT repeat('x', ${MEGABYTE}) AS text FROM generate_series(1, ${count})`;

const viaTypeOrm = (dataSource: DataSource, text: string) => dataSource.query<unknown[]>(text);
const viaPrepared = (dataSource: DataSource, text: string) => runPrepared(dataSource, { name: text, text, values: [] });

onEachEngine((engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  it.each([
    ['TypeORM', viaTypeOrm],
    ['a prepared statement', viaPrepared],
  ])(
    'a statement through %s returns up to 32 MB; more is refused, and the next statement runs',
    async (_title, run) => {
      const { dataSource } = world;
      expect(await run(dataSource, rows(31))).toHaveLength(31);
      const refused = await Promise.allSettled([run(dataSource, rows(33)), run(dataSource, rows(60))]);
      const codes = refused.map((result) => result.status === 'rejected' && toAppError(result.reason).code);
      expect(codes).toEqual(['QUERY_TOO_COMPLEX', 'QUERY_TOO_COMPLEX']);
      expect(await run(dataSource, rows(1))).toHaveLength(1);
    },
  );
});
