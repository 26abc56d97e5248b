import { describeWhoPays } from "./who-pays-suite.ts";

describeWhoPays("on");
