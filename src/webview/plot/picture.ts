/** A chart as a picture of its own: with the theme's colours in it, as SVG or PNG. */

const kept = [
  'fill',
  'stroke',
  'fill-opacity',
  'stroke-width',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
] as const;

/** Room of a legend's line. */
const line = 18;
const swatch = 10;

/**
 * The text of an SVG file that looks as the chart does now.
 * @param legend names of the series; the page shows them beside the chart, a picture has them in it
 */
export function svgText(chart: SVGSVGElement, legend: readonly string[]): string {
  const copy = chart.cloneNode(true);
  if (!(copy instanceof SVGSVGElement)) return '';
  const from = [chart, ...chart.querySelectorAll('*')];
  const to = [copy, ...copy.querySelectorAll('*')];
  for (const [index, element] of from.entries()) {
    const target = to.at(index);
    if (!target) continue;
    const look = getComputedStyle(element);
    for (const name of kept) target.setAttribute(name, look.getPropertyValue(name));
    for (const name of ['class', 'id', 'role', 'tabindex']) target.removeAttribute(name);
    for (const { name } of [...target.attributes]) if (name.startsWith('aria-')) target.removeAttribute(name);
  }
  const { width, height } = sizeOf(chart, legend);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  copy.append(...legendMarks(chart, legend));
  const fill = getComputedStyle(document.body).backgroundColor;
  copy.prepend(made('rect', { width: '100%', height: '100%', fill }));
  return new XMLSerializer().serializeToString(copy);
}

/** Of the picture: the legend stands below the chart, one line for each name. */
function sizeOf(chart: SVGSVGElement, legend: readonly string[]) {
  const below = legend.length > 0 ? legend.length * line + 8 : 0;
  return { width: chart.clientWidth, height: chart.clientHeight + below };
}

function legendMarks(chart: SVGSVGElement, legend: readonly string[]): SVGElement[] {
  const look = getComputedStyle(chart.querySelector('text') ?? chart);
  return legend.flatMap((name, index) => {
    const mark = chart.querySelector(`.mark.series-${index}`);
    const y = chart.clientHeight + index * line;
    const text = made('text', {
      ...{ x: '30', y: String(y + swatch), fill: look.fill },
      'font-family': look.fontFamily,
      'font-size': look.fontSize,
    });
    text.textContent = name;
    const size = String(swatch);
    const fill = mark ? getComputedStyle(mark).fill : 'none';
    return [made('rect', { x: '14', y: String(y), width: size, height: size, fill }), text];
  });
}

function made(name: 'rect' | 'text', attributes: Readonly<Record<string, string>>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** Twice as large as on the screen, so that it is sharp in a document. */
const scale = 2;

export async function pngOf(chart: SVGSVGElement, legend: readonly string[]): Promise<Blob> {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(chart, legend))}`;
  await picture.decode();
  const canvas = document.createElement('canvas');
  const { width, height } = sizeOf(chart, legend);
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext('2d');
  context?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error('The picture could not be made.'));
    }, 'image/png');
  });
}
