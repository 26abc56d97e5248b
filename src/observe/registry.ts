interface MetricSpec {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

/** Something that can write itself in the Prometheus text format, version 0.0.4. */
interface Metric {
  expose(): string;
}

/** A number that only grows, by label values (ADR 0004). */
export class Counter implements Metric {
  readonly #spec: MetricSpec;
  readonly #values = new Map<string, number>();

  constructor(spec: MetricSpec) {
    this.#spec = spec;
  }

  add(amount: number, a = "", b = "", c = ""): void {
    const key = labelKey(a, b, c);
    this.#values.set(key, (this.#values.get(key) ?? 0) + amount);
  }

  expose(type: "counter" | "gauge" = "counter"): string {
    const lines = [...this.#values].map(
      ([key, value]) => `${this.#spec.name}${braces(this.#spec.labels, key)} ${value}\n`,
    );
    return `${preamble(this.#spec, type)}${lines.join("")}`;
  }
}

/** A number that is read when it is asked for. */
export class Gauge implements Metric {
  readonly #spec: MetricSpec;
  readonly #read: () => number;

  constructor(spec: MetricSpec, read: () => number) {
    this.#spec = spec;
    this.#read = read;
  }

  expose(): string {
    return `${preamble(this.#spec, "gauge")}${this.#spec.name} ${this.#read()}\n`;
  }
}

/** Numbers that are read when they are asked for, by label values; what is not there is zero. */
export class GaugeFamily implements Metric {
  readonly #spec: MetricSpec;
  readonly #read: () => Iterable<readonly [string, string]>;

  /** `read` gives the labels of everything that is to be counted. */
  constructor(spec: MetricSpec, read: () => Iterable<readonly [string, string]>) {
    this.#spec = spec;
    this.#read = read;
  }

  expose(): string {
    const counted = new Counter(this.#spec);
    for (const [a, b] of this.#read()) counted.add(1, a, b);
    return counted.expose("gauge");
  }
}

/** How often values fell below each of some bounds, by label values. */
export class Histogram implements Metric {
  readonly #spec: MetricSpec;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, { counts: number[]; sum: number; count: number }>();

  constructor(spec: MetricSpec, bounds: readonly number[]) {
    this.#spec = spec;
    this.#bounds = bounds;
  }

  observe(value: number, a = "", b = "", c = ""): void {
    const key = labelKey(a, b, c);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { counts: this.#bounds.map(() => 0), sum: 0, count: 0 };
      this.#series.set(key, series);
    }
    series.sum += value;
    series.count += 1;
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] ?? 0)) bucket += 1;
    if (bucket < this.#bounds.length) series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
  }

  expose(): string {
    const { name, labels } = this.#spec;
    let text = preamble(this.#spec, "histogram");
    for (const [key, series] of this.#series) {
      let cumulative = 0;
      for (const [i, bound] of this.#bounds.entries()) {
        cumulative += series.counts[i] ?? 0;
        text += `${name}_bucket${braces(labels, key, `le="${bound}"`)} ${cumulative}\n`;
      }
      text += `${name}_bucket${braces(labels, key, 'le="+Inf"')} ${series.count}\n`;
      text += `${name}_sum${braces(labels, key)} ${series.sum}\n`;
      text += `${name}_count${braces(labels, key)} ${series.count}\n`;
    }
    return text;
  }
}

/** The values of up to three labels, in the order of their names. */
function labelKey(a: string, b: string, c: string): string {
  return `${a}\u0000${b}\u0000${c}`;
}

/** The whole page that a scrape gets. */
export function exposeAll(metrics: Iterable<Metric>): string {
  return [...metrics].map((metric) => metric.expose()).join("");
}

function preamble(spec: MetricSpec, type: string): string {
  return `# HELP ${spec.name} ${spec.help}\n# TYPE ${spec.name} ${type}\n`;
}

function braces(names: readonly string[] = [], key: string, extra?: string): string {
  const values = names.length === 0 ? [] : key.split("\u0000");
  const pairs = names.map((name, i) => `${name}="${escape(values[i] ?? "")}"`);
  if (extra !== undefined) pairs.push(extra);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
