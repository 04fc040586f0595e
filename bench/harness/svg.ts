/** The drawing functions of both charts. Sizes are in pixels. */

export const width = 800;
const headerHeight = 78;
/** Room below the plot for the ticks and the axis title. */
const footerHeight = 52;

/** Colors for light and dark pages: an SVG image follows the reader's preference. */
const style = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
  .title { font-size: 17px; font-weight: 600; }
  .quiet { fill: #59636e; }
  .grid { stroke: #d1d9e0; }
  .axis { stroke: #818b98; }
  .own { fill: #0969da; stroke: #0969da; }
  .other { fill: #afb8c1; }
  .spread { stroke: #1f2328; stroke-width: 1.5; fill: none; }
  .line { stroke: #0969da; stroke-width: 2.5; fill: none; stroke-linejoin: round; }
  .strong { font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .axis { stroke: #656c76; }
    .own { fill: #4493f8; stroke: #4493f8; }
    .other { fill: #656c76; }
    .spread { stroke: #f0f6fc; }
    .line { stroke: #4493f8; }
  }
`;

export interface Canvas {
  readonly title: string;
  /** The line below the title. */
  readonly subtitle: string;
  /** The height of the plot; its top is at 0. */
  readonly plotHeight: number;
  readonly content: readonly string[];
}

export function renderCanvas({ title, subtitle, plotHeight, content }: Canvas): string {
  const height = headerHeight + plotHeight + footerHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">${escapeText(`${title}: ${subtitle}`)}</title>
<style>${style}</style>
${text(title, 20, 30, 'title')}
${text(subtitle, 20, 52, 'quiet')}
<g transform="translate(0 ${headerHeight})">
${content.join('\n')}
</g>
</svg>
`;
}

export function text(
  content: string,
  x: number,
  y: number,
  className: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  return `<text class="${className}" x="${pixel(x)}" y="${pixel(y)}" text-anchor="${anchor}">${escapeText(content)}</text>`;
}

/** Draws lines through the points. */
export function path(points: readonly (readonly [number, number])[], className: string): string {
  const [from = '', ...to] = points.map(([x, y]) => `${pixel(x)} ${pixel(y)}`);
  return `<path class="${className}" d="M${[from, ...to].join('L')}"/>`;
}

export function rectangle(x: number, y: number, size: readonly [number, number], className: string): string {
  return `<rect class="${className}" x="${pixel(x)}" y="${pixel(y)}" width="${pixel(size[0])}" height="${pixel(size[1])}" rx="2"/>`;
}

export function dot(x: number, y: number, className: string): string {
  return `<circle class="${className}" cx="${pixel(x)}" cy="${pixel(y)}" r="4"/>`;
}

/** Four to six round numbers from 0 to at least `max`. */
export function ticksTo(max: number): readonly number[] {
  if (!(max > 0)) return [0, 1];
  const rough = max / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.ceil(max / step - 1e-9) + 1 }, (_, index) => index * step);
}

/** Formats a tick without unnecessary digits. */
export function formatTick(value: number): string {
  return Number(value.toPrecision(6)).toLocaleString('en-US', { maximumFractionDigits: 6 });
}

function pixel(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escapeText(content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
