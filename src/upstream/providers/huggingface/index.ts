import { chatProvider } from "../chat-provider.ts";

/** Hugging Face's router to several providers. @source recorded exchanges, 2026-11 */
export const provider = chatProvider({
  id: "huggingface",
  defaultBaseUrl: "https://router.huggingface.co/v1",
  // source: recorded exchanges, 2026-11
  traits: { strictTools: "allowed" },
  // source: recorded exchange, 2026-11
  traitsOf: (model) => (/-VL-/i.test(model) ? { images: "accepted" } : {}),
});
