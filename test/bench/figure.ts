import { type Statistics, statisticsOf } from './statistics.ts';

/** Which side of a target is the good one. */
export type Target =
  | { readonly kind: 'at least'; readonly value: number }
  | { readonly kind: 'at most'; readonly value: number };

/** One line of the table. */
export interface Figure extends Statistics {
  readonly part: string;
  readonly name: string;
  readonly unit: string;
  /** What the median is held against. */
  readonly target: Target | undefined;
  readonly met: boolean | undefined;
}

/** Something that could not be measured here, and why. */
export interface NotMeasured {
  readonly part: string;
  readonly name: string;
  readonly reason: string;
}

/** What the parts of the benchmark report to. */
export class Figures {
  readonly figures: Figure[] = [];
  readonly notMeasured: NotMeasured[] = [];
  readonly #part: string;
  readonly #onFigure: (figure: Figure) => void;

  constructor(part: string, onFigure: (figure: Figure) => void) {
    this.#part = part;
    this.#onFigure = onFigure;
  }

  add(name: string, unit: string, values: readonly number[], target?: Target): Figure {
    const statistics = statisticsOf(values);
    const figure: Figure = {
      part: this.#part,
      name,
      unit,
      ...statistics,
      target,
      met: target === undefined ? undefined : meets(statistics.median, target),
    };
    this.figures.push(figure);
    this.#onFigure(figure);
    return figure;
  }

  skip(name: string, reason: string): void {
    this.notMeasured.push({ part: this.#part, name, reason });
  }
}

export function atLeast(value: number): Target {
  return { kind: 'at least', value };
}

export function atMost(value: number): Target {
  return { kind: 'at most', value };
}

function meets(value: number, target: Target): boolean {
  switch (target.kind) {
    case 'at least':
      return value >= target.value;
    case 'at most':
      return value <= target.value;
    default:
      return target satisfies never;
  }
}
