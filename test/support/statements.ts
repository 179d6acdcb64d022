import { AbstractLogger, type DataSource, type LogLevel, type LogMessage } from 'typeorm';

/** Notes every statement on its way to the database. */
class StatementLog extends AbstractLogger {
  readonly statements: string[] = [];

  protected override isLogEnabledFor(): boolean {
    return true;
  }

  protected writeLog(_level: LogLevel, messages: LogMessage | LogMessage[]): void {
    for (const { type, message } of [messages].flat()) if (type === 'query') this.statements.push(String(message));
  }
}

/** Every statement that goes through a data source from now on, as it is sent. */
export function statementsOf(dataSource: DataSource): string[] {
  const log = new StatementLog(false);
  Object.assign(dataSource, { logger: log });
  return log.statements;
}
