// The files of a run in an order that follows from REPEAT_SEED alone, so that a failure can be repeated.
const { createHash } = require('node:crypto');
const { relative } = require('node:path');

const rank = ({ path }) =>
  createHash('sha256')
    .update(`${process.env.REPEAT_SEED} ${relative(process.cwd(), path)}`)
    .digest('hex');

/** A test sequencer of Jest that keeps no record of earlier runs. */
module.exports = class ShuffledSequencer {
  sort(tests) {
    const ranked = tests.map((test) => ({ test, rank: rank(test) }));
    return ranked.sort((one, other) => (one.rank < other.rank ? -1 : 1)).map(({ test }) => test);
  }

  shard(tests) {
    return tests;
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
};
