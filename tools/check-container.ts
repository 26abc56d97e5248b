import { parse } from "yaml";

/** Says what a Dockerfile lacks of: an exact base image, a plain user, a health check. */
export function checkDockerfile(text: string): readonly string[] {
  const lines = text.split("\n").map((line) => line.trim());
  const last = (word: string): string | undefined =>
    lines.findLast((line) => line.startsWith(`${word} `))?.slice(word.length + 1);
  const complaints: string[] = [];
  for (const line of lines.filter((each) => each.startsWith("FROM "))) {
    const image = line.split(/\s+/)[1] ?? "";
    if (!/:\d+\.\d+\.\d+|@sha256:/.test(image)) {
      complaints.push(`FROM ${image}: name an exact version or digest`);
    }
  }
  const user = last("USER");
  if (user === undefined || /^(?:root|0)(?::|$)/.test(user)) complaints.push("USER: runs as root");
  if (last("HEALTHCHECK") === undefined) complaints.push("HEALTHCHECK is missing");
  if (!/^(?:CMD|ENTRYPOINT) \[/m.test(text)) {
    complaints.push("CMD or ENTRYPOINT: use the list form, so that signals reach the program");
  }
  if (/^ADD /m.test(text)) complaints.push("ADD: use COPY");
  return complaints.map((complaint) => `Dockerfile: ${complaint}`);
}

interface ComposeService {
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly privileged?: boolean;
  readonly ports?: readonly string[];
  readonly image?: string;
}

/** Says which service of a compose file has more rights than it needs. */
export function checkCompose(text: string): readonly string[] {
  const file: { readonly services?: Readonly<Record<string, ComposeService>> } = parse(text);
  const services = Object.entries(file.services ?? {});
  if (services.length === 0) return ["compose.yaml: has no services"];
  return services.flatMap(([name, service]) => {
    const complaints = [
      service.read_only === true ? "" : "read_only: true is missing",
      service.cap_drop?.includes("ALL") ? "" : "cap_drop: [ALL] is missing",
      service.security_opt?.includes("no-new-privileges:true")
        ? ""
        : "security_opt: no-new-privileges:true is missing",
      service.privileged === true ? "privileged" : "",
      service.ports?.every((port) => port.startsWith("127.0.0.1:")) === false
        ? "ports: publish on 127.0.0.1 only"
        : "",
      service.image?.endsWith(":latest") === true ? "image: name an exact version" : "",
    ];
    return complaints.filter(Boolean).map((complaint) => `compose.yaml: ${name}: ${complaint}`);
  });
}
