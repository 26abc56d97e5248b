/** One server-sent event; `data` is the text where it is no JSON. */
export interface Frame {
  readonly event: string | undefined;
  readonly data: unknown;
}

export function framesOf(text: string): readonly Frame[] {
  return text
    .split(/\r?\n\r?\n/)
    .filter((frame) => /^(?:event|data):/m.test(frame))
    .map((frame) => {
      const lines = frame.split(/\r?\n/);
      const valuesOf = (name: string): readonly string[] =>
        lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length + 1));
      const data = valuesOf("data:").join("\n");
      return { event: valuesOf("event:")[0], data: isJson(data) ? JSON.parse(data) : data };
    });
}

/** The data of all frames; each event is named by its data's own `type`. */
export function typedData(frames: readonly Frame[]): readonly Typed[] {
  return frames.map(({ event, data }) => {
    const typed = Object(data);
    if (typed.type !== event) throw new Error(`the event ${event} has the type ${typed.type}`);
    return typed;
  });
}

export interface Typed {
  readonly type: string;
  readonly [member: string]: unknown;
}

function isJson(text: string): boolean {
  return text.startsWith("{");
}
