export { allowsModel } from "./models.ts";
