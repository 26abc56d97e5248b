import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A self-signed certificate and its key, as PEM; made for one run and never kept. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

const ECDSA_WITH_SHA256 = sequence(objectId("2a8648ce3d040302"));
const RSA_WITH_SHA256 = sequence(objectId("2a864886f70d01010b"), der(0x05, Buffer.alloc(0)));
const DAY_MS = 86_400_000;

/**
 * A certificate for 127.0.0.1 and these hosts. Node can sign but not make certificates, so the few fields that TLS asks
 * for are written as DER here.
 */
export function loopbackCertificate(hosts: readonly string[] = [], now = Date.now()): Certificate {
  return selfSigned(generateKeyPairSync("ec", { namedCurve: "P-256" }), ECDSA_WITH_SHA256, {
    hosts,
    now,
  });
}

/** One whose key signs as the assertions of applications have to be signed. */
export function rsaCertificate(now = Date.now()): Certificate {
  const keys = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  return selfSigned(keys, RSA_WITH_SHA256, { hosts: [], now });
}

function selfSigned(
  { publicKey, privateKey }: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
  algorithm: Buffer,
  { hosts, now }: { readonly hosts: readonly string[]; readonly now: number },
): Certificate {
  const name = sequence(
    der(0x31, sequence(objectId("550403"), der(0x0c, Buffer.from("loopback test")))),
  );
  const validity = sequence(utcTime(now - DAY_MS), utcTime(now + DAY_MS));
  const names = [
    der(0x87, Buffer.of(127, 0, 0, 1)),
    ...hosts.map((host) => der(0x82, Buffer.from(host))),
  ];
  const extensions = sequence(
    extension("551d11", sequence(...names)),
    extension("551d13", sequence(der(0x01, Buffer.of(0xff)))),
  );
  const body = sequence(
    der(0xa0, integer(2)),
    integer(1),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions),
  );
  const signature = sign("sha256", body, privateKey);
  const bits = der(0x03, Buffer.concat([Buffer.of(0), signature]));
  const encoded = sequence(body, algorithm, bits).toString("base64");
  const lines = encoded.match(/.{1,64}/g) ?? [];
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), content]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.of(value));
}

function objectId(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectId(id), der(0x04, value));
}

/** `YYMMDDhhmmssZ` */
function utcTime(epochMs: number): Buffer {
  const digits = new Date(epochMs).toISOString().replaceAll(/[-T:]|\..*/g, "");
  return der(0x17, Buffer.from(`${digits.slice(2)}Z`));
}
