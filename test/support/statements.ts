import { AbstractLogger, type DataSource, type LogLevel, type LogMessage } from 'typeorm';

// How the service's maintenance finds the next clinic, by its own clock: no request sends it.
const MAINTENANCE = /^\s*SELECT clinic_id\b[^]*\bclinic_id > \$1 ORDER BY clinic_id LIMIT 1$/;

/** Notes every statement on its way to the database. */
class StatementLog extends AbstractLogger {
  readonly statements: string[] = [];

  protected override isLogEnabledFor(): boolean {
    return true;
  }

  protected writeLog(_level: LogLevel, messages: LogMessage | LogMessage[]): void {
    for (const { type, message } of [messages].flat())
      if (type === 'query' && !MAINTENANCE.test(String(message))) this.statements.push(String(message));
  }
}

/** Every statement of requests that goes through a data source from now on, as it is sent. */
export function statementsOf(dataSource: DataSource): string[] {
  const log = new StatementLog(false);
  Object.assign(dataSource, { logger: log });
  return log.statements;
}
