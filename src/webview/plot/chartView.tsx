/** A chart as SVG: axes by d3-scale, marks of our own, so that they take the theme's colours and are told to a screen reader. */
import { useSignal } from '@preact/signals';
import { scaleBand, scaleLinear, scaleUtc } from 'd3-scale';
import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import { visible } from '../visible.ts';
import { keyTarget } from './bars.tsx';
import { isBars, type Chart, type Point } from './chart.ts';
import { hideTip, showTip } from './tip.ts';
import { tickWords, shortTime } from './words.ts';

export interface ChartViewProps {
  readonly chart: Chart;
  readonly label: string;
  readonly xName: string;
  readonly yName: string;
  readonly width: number;
  readonly height: number;
  readonly svg: RefObject<SVGSVGElement | null>;
}

const margin = { top: 26, right: 18, bottom: 46 };
const tickRoom = 90;
const halfDay = 43_200_000;
/** Width of a letter of the axes, about. */
const letter = 6.2;

interface Tick {
  readonly at: number;
  readonly text: string;
}

interface Placed extends Point {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function ChartView({ chart, label, xName, yName, width, height, svg }: ChartViewProps) {
  const active = useSignal(-1);
  const id = useRef(`chart-${++lastId}`).current;
  const y = yAxis(chart, height - margin.top - margin.bottom);
  const left = Math.max(
    40,
    Math.min(140, Math.max(...y.ticks.map(({ text }) => text.length), 0) * letter + 14),
  );
  const inner = Math.max(40, width - left - margin.right);
  const x = xAxis(chart, inner);
  const marks = placed(chart, x, y);
  const bottom = height - margin.bottom;
  const words = (point: Point): string[] => [
    `${xName}: ${chart.xKind === 'time' ? shortTime(point.xText) : visible(point.xText)}`,
    `${yName}: ${point.yText}`,
    ...(chart.series.length > 0 ? [visible(chart.series.at(point.series) ?? '')] : []),
  ];

  function onKey(event: KeyboardEvent & { currentTarget: SVGSVGElement }): void {
    const to = keyTarget(event.key, active.peek(), marks.length);
    const mark = to === undefined ? undefined : marks.at(to);
    if (to === undefined || !mark) return;
    active.value = to;
    const box = event.currentTarget.getBoundingClientRect();
    showTip(words(mark), box.left + left + mark.left, box.top + margin.top + mark.top);
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <svg
      ref={svg}
      class="chart"
      xmlns="http://www.w3.org/2000/svg"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="listbox"
      aria-label={label}
      tabIndex={0}
      {...(active.value >= 0 ? { 'aria-activedescendant': `${id}-${active.value}` } : {})}
      onKeyDown={onKey}
      onPointerLeave={hideTip}
      onBlur={() => {
        active.value = -1;
        hideTip();
      }}
    >
      <g class="axes" aria-hidden="true">
        {y.ticks.map(({ at, text }) => (
          <g key={text} transform={`translate(${left}, ${margin.top + at})`}>
            <line class="rule" x2={inner} />
            <text x={-6} dy="0.32em" text-anchor="end">
              {text}
            </text>
          </g>
        ))}
        {x.ticks.map(({ at, text }) => (
          <g key={`${at}`} transform={`translate(${left + at}, ${bottom})`}>
            <line class="tick" y2={4} />
            <text y={16} text-anchor="middle">
              {text}
            </text>
          </g>
        ))}
        <line class="base" x1={left} x2={left + inner} y1={margin.top + y.base} y2={margin.top + y.base} />
        <text class="axis-name" x={left + inner} y={height - 8} text-anchor="end">
          {visible(xName)}
        </text>
        <text class="axis-name" x={4} y={13}>
          {visible(yName)}
        </text>
      </g>
      <g transform={`translate(${left}, ${margin.top})`}>
        {chart.mark === 'lines' && <Lines marks={marks} />}
        {marks.map((mark, index) => {
          const shown = `mark series-${mark.series}${index === active.value ? ' current' : ''}`;
          const tell = (event: PointerEvent) => showTip(words(mark), event.clientX, event.clientY);
          const common = {
            key: index,
            id: `${id}-${index}`,
            role: 'option',
            'aria-selected': false,
            'aria-label': words(mark).join(', '),
            class: shown,
            onPointerMove: tell,
          } as const;
          return isBars(chart.mark) ? (
            <rect {...common} x={mark.left} y={mark.top} width={mark.width} height={mark.height} />
          ) : (
            <circle {...common} cx={mark.left} cy={mark.top} r={chart.mark === 'points' ? 3.5 : 2.5} />
          );
        })}
      </g>
    </svg>
  );
}

let lastId = 0;

function Lines({ marks }: { readonly marks: readonly Placed[] }) {
  const series = [...new Set(marks.map((mark) => mark.series))];
  return (
    <>
      {series.map((of) => (
        <polyline
          key={of}
          class={`line series-${of}`}
          aria-hidden="true"
          points={marks
            .filter((mark) => mark.series === of)
            .map(({ left, top }) => `${left},${top}`)
            .join(' ')}
        />
      ))}
    </>
  );
}

interface Axis {
  readonly place: (value: number) => number;
  readonly ticks: readonly Tick[];
  /** Of an axis of names, the room of a bar; else 0. */
  readonly band: number;
  /** Where zero is, or the end that is nearer to it. */
  readonly base: number;
}

/** Bars that stand on each other are as tall together as their sum. */
function extentOf({ mark, points }: Chart): [number, number] {
  if (mark !== 'stacked') {
    return points.reduce<[number, number]>(
      ([low, high], { y }) => [Math.min(low, y), Math.max(high, y)],
      [Infinity, -Infinity],
    );
  }
  const sums = new Map<string, number>();
  for (const { x, y } of points) {
    const key = `${x} ${y < 0 ? 'below' : 'above'}`;
    sums.set(key, (sums.get(key) ?? 0) + y);
  }
  return [Math.min(...sums.values()), Math.max(...sums.values())];
}

function yAxis(chart: Chart, room: number): Axis {
  const { points } = chart;
  const [least, most] = extentOf(chart);
  const [low, high] = least > most ? [0, 1] : [least, most];
  const count = Math.max(2, Math.floor(room / 40));
  if (chart.yKind === 'time') {
    const scale = scaleUtc(apart(low, high, halfDay), [room, 0]).nice();
    const format = scale.tickFormat(count);
    return {
      place: (value) => scale(value),
      ticks: scale.ticks(count).map((tick) => ({ at: scale(tick), text: format(tick) })),
      band: 0,
      base: room,
    };
  }
  // Bars grow from zero; so does what lies near enough to it, and a value that has no other beside it.
  const fromZero = isBars(chart.mark) || (low >= 0 && low < high / 2) || low === high;
  const scale = scaleLinear(
    [fromZero ? Math.min(0, low) : low, fromZero ? Math.max(0, high) : high],
    [room, 0],
  ).nice();
  const base = Math.min(room, Math.max(0, scale(0)));
  return {
    place: (value) => scale(value),
    ticks: numberTicks(
      scale.ticks(count),
      points.map(({ y }) => y),
    ).map((tick) => ({ at: scale(tick), text: tickWords(tick) })),
    band: 0,
    base,
  };
}

/** Between whole numbers, as counts are, no others are named. */
function numberTicks(ticks: readonly number[], values: readonly number[]): readonly number[] {
  return values.every(Number.isInteger) ? ticks.filter(Number.isInteger) : ticks;
}

function xAxis({ mark, xKind, names, points }: Chart, room: number): Axis {
  const values = points.map(({ x }) => x);
  const [low, high] = values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
  const count = Math.max(2, Math.floor(room / tickRoom));
  if (xKind === 'name') {
    const scale = scaleBand<number>(
      names.map((_, index) => index),
      [0, room],
    ).padding(names.length > 60 ? 0.1 : 0.25);
    const step = scale.step();
    const longest = Math.max(...names.map((name) => Math.min(14, name.length)), 1) * letter + 10;
    const every = Math.max(1, Math.ceil(longest / Math.max(1, step)));
    const middle = (index: number) => (scale(index) ?? 0) + scale.bandwidth() / 2;
    return {
      place: middle,
      ticks: names.flatMap((name, index) => {
        const text = visible(name.length > 14 ? `${name.slice(0, 13)}\u2026` : name);
        return index % every === 0 ? [{ at: middle(index), text }] : [];
      }),
      band: scale.bandwidth(),
      base: 0,
    };
  }
  const isTime = xKind === 'time';
  const pad = isBars(mark) ? Math.max(2, room / Math.max(2, new Set(values).size) / 2) : 6;
  const ends = isTime ? apart(low, high, halfDay) : apart(low, high, Math.abs(low) / 2 || 1);
  const range = [pad, room - pad];
  const rest = { band: isBars(mark) ? Math.max(1, pad * 1.5) : 0, base: 0 };
  if (isTime) {
    const scale = scaleUtc(ends, range);
    const format = scale.tickFormat(count);
    const ticks = scale.ticks(count).map((tick) => ({ at: scale(tick), text: format(tick) }));
    return { place: (value) => scale(value), ticks, ...rest };
  }
  const scale = scaleLinear(ends, range).nice();
  const ticks = numberTicks(scale.ticks(count), values).map((tick) => ({
    at: scale(tick),
    text: tickWords(tick),
  }));
  return { place: (value) => scale(value), ticks, ...rest };
}

/** The ends of an axis: a single value stands in the middle. */
function apart(low: number, high: number, half: number): [number, number] {
  return low === high ? [low - half, high + half] : [low, high];
}

function placed({ mark, points }: Chart, x: Axis, y: Axis): Placed[] {
  if (mark === 'stacked') return stacked(points, x, y);
  if (mark !== 'bars')
    return points.map((point) => ({
      ...point,
      left: x.place(point.x),
      top: y.place(point.y),
      width: 0,
      height: 0,
    }));
  // Beside each other, each series in its own place of every name.
  const many = points.reduce((most, { series }) => Math.max(most, series + 1), 1);
  const room = x.band / many;
  const gap = room >= 6 ? 1 : 0;
  return points.map((point) => ({
    ...point,
    ...upright(y.base, y.place(point.y), point.y),
    left: x.place(point.x) - x.band / 2 + point.series * room,
    width: Math.max(1, room - gap),
  }));
}

function stacked(points: readonly Point[], x: Axis, y: Axis): Placed[] {
  const stood = new Map<string, number>();
  return points.map((point) => {
    const key = `${point.x} ${point.y < 0 ? 'below' : 'above'}`;
    const from = stood.get(key) ?? 0;
    stood.set(key, from + point.y);
    return {
      ...point,
      ...upright(y.place(from), y.place(from + point.y), point.y),
      left: x.place(point.x) - x.band / 2,
      width: x.band,
    };
  });
}

/** A bar between two places; what is not 0 is seen. */
function upright(from: number, to: number, value: number): { readonly top: number; readonly height: number } {
  return { top: Math.min(from, to), height: Math.max(value === 0 ? 0 : 1, Math.abs(from - to)) };
}
