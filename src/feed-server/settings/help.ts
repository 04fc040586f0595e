import type { Setting } from './setting.ts';
import { table } from './table.ts';

const settings: readonly Setting<unknown>[] = Object.values(table);

/** The text of `--help`. */
export function renderHelp(): string {
  const entries = settings.map(
    (setting) =>
      `  ${setting.name}\n      ${setting.description}\n      Allowed: ${setting.kind.allowed}.\n      Default: ${describeDefault(setting)}.\n`,
  );
  return `Usage: npm start -- [--config FILE] [--workers auto|N] [--accept-settings]
       npm start -- --help
       npm start -- --version

Settings are environment variables, or members of the JSON object in FILE; CONFIG_FILE also sets FILE.
The environment overrides the file, and --workers and --accept-settings override both. Empty variables count as not set.

${entries.join('\n')}`;
}

/** The settings as a Markdown table. */
export function renderSettingsTable(): string {
  const rows = settings.map(
    (setting) =>
      `| \`${setting.name}\` | ${setting.description} | ${setting.kind.allowed} | ${describeDefault(setting, '`')} |\n`,
  );
  return `| Name | Meaning | Allowed | Default |\n| --- | --- | --- | --- |\n${rows.join('')}`;
}

function describeDefault({ fallback, productionFallback }: Setting<unknown>, quote = ''): string {
  if (fallback === undefined) return 'none';
  const texts = productionFallback === undefined ? [fallback] : [fallback, productionFallback];
  return texts.map((text) => `${quote}${text}${quote}`).join('; in production ');
}
