import type { DataSource } from 'typeorm';
import { batched, matchRows } from '../../../database/batched.js';
import { isDistributed, runWrite } from '../../../database/distributed.js';
import { AppError, serviceUnavailable } from '../../../shared/app-error.js';
import type { Cancellation } from '../../../shared/concurrency/cancellation.js';
import type { ExpressCustomerEntity } from '../../model/express-customer.entity.js';
import { UpsertOutcome } from '../../model/upsert-outcome.js';
import { findByReferences } from '../batched-gets.js';
import { writeCustomers } from '../distributed/write-customers.js';
import { numberEvents } from '../event-positions.js';
import { completeWritten, idOf, WRITE, writeValues } from './upsert-statement.js';
import type { Write, WrittenRow } from '../customer-writes.js';

/** An upsert by reference. */
export interface Upsert {
  externalReferenceId: string;
  /**
   * Decides what to do, given the customer that has the reference; null when there is nothing to change. It may be called several
   * times, with newer rows. May throw an AppError to refuse the upsert.
   */
  decide(row: ExpressCustomerEntity | null): Write | null;
}

/** The customer after an upsert, and what the upsert did. */
export interface Upserted {
  row: ExpressCustomerEntity;
  outcome: UpsertOutcome;
}

/** What an upsert came to: done, refused, or to be decided again because the customer has changed since it was read. */
type Result = Upserted | AppError | 'changed meanwhile';

type Decision = Upserted | AppError | Write;

const MAX_ITEMS = 100;

/** Each of the rounds before has lost against another caller's change, so this many say that something else is wrong. */
const MAX_ROUNDS = 100;

const isWrite = (decision: Decision): decision is Write => 'kind' in decision;

function decide(item: Upsert, row: ExpressCustomerEntity | null): Decision {
  try {
    return item.decide(row) ?? { row: row!, outcome: UpsertOutcome.UNCHANGED };
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

async function write(dataSource: DataSource, clinicId: string, writes: Write[]): Promise<Map<string, WrittenRow>> {
  if (writes.length === 0) return new Map();
  const statement = { name: 'express-customers-upsert', text: WRITE, values: writeValues(clinicId, writes) };
  const rows = await runWrite(dataSource, statement, (manager) => writeCustomers(manager, clinicId, writes));
  return new Map(rows.map((row) => [row.expressCustomerId, row]));
}

/** One statement that reads, and one that writes if anything is to be written. */
async function runRound(dataSource: DataSource, clinicId: string, items: Upsert[]): Promise<Result[]> {
  const references = items.map(({ externalReferenceId }) => externalReferenceId);
  const found = await findByReferences(dataSource, clinicId, references);
  const rows = matchRows(references, found, ({ externalReferenceId }) => externalReferenceId!);
  const decisions = items.map((item, n) => decide(item, rows[n]!));
  const written = await write(dataSource, clinicId, decisions.filter(isWrite));
  return decisions.map((decision) => {
    if (!isWrite(decision)) return decision;
    const row = written.get(idOf(decision));
    if (!row) return 'changed meanwhile';
    const outcome = decision.kind === 'create' ? UpsertOutcome.CREATED : UpsertOutcome.UPDATED;
    return { row: completeWritten(clinicId, decision, row), outcome };
  });
}

async function upsertAll(dataSource: DataSource, clinicId: string, items: Upsert[]): Promise<(Upserted | AppError)[]> {
  const results = new Map<Upsert, Upserted | AppError>();
  let open = items;
  for (let round = 1; open.length > 0; round += 1) {
    if (round > MAX_ROUNDS) throw serviceUnavailable('others kept changing the same customers');
    // Events that an instance of an earlier version wrote may stand in the way.
    if (round > 1 && !isDistributed(dataSource))
      await dataSource.transaction((manager) => numberEvents(manager, clinicId));
    const settled = await runRound(dataSource, clinicId, open);
    open = open.filter((item, n) => {
      const result = settled[n]!;
      if (result !== 'changed meanwhile') results.set(item, result);
      return result === 'changed meanwhile';
    });
  }
  return items.map((item) => results.get(item)!);
}

/** As many as differ in their references: equal ones follow each other, each on what the one before has left. */
function countFitting(waiting: Upsert[]): number {
  const references = new Set<string>();
  const end = waiting.findIndex(({ externalReferenceId }) => {
    return references.size === references.add(externalReferenceId).size;
  });
  return Math.min(end === -1 ? waiting.length : end, MAX_ITEMS);
}

const upsertInBatch = batched<Upsert, Upserted | AppError>(
  { name: 'upserts', size: countFitting, concurrency: 1, lane: 'long' },
  (dataSource, { clinicId }, items) => upsertAll(dataSource, clinicId, items),
);

/**
 * Creates or changes the customer that has a reference, with its event, in one commit with the other upserts of its clinic at
 * the moment; on disk when this returns. Atomic without a lock between reading and writing: what was decided from a row is
 * written only if the row is still that version, or the reference still free, and otherwise decided again. Where nothing is to be
 * changed, nothing is written or locked.
 * @throws what `decide` throws; SERVICE_UNAVAILABLE when others kept changing the customer; the signal's reason when it was
 * aborted before the batch began.
 */
export async function upsertBatched(
  dataSource: DataSource,
  clinicId: string,
  upsert: Upsert,
  signal?: Cancellation,
): Promise<Upserted> {
  const result = await upsertInBatch(dataSource, { clinicId }, upsert, signal);
  if (result instanceof AppError) throw result;
  return result;
}
