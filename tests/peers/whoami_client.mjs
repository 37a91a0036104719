// Calls whoami.v1.WhoAmI/Get with @grpc/grpc-js.
//
// stdin:  {"proto": FILE, "address": "IP:PORT", "token": ... or null}
// stdout: {"code": 0, "message": "", "subject": ..., "claims_json": ...}, the last two if code is 0

import { readFileSync } from "node:fs";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const { proto, address, token } = JSON.parse(readFileSync(0, "utf8"));
const definition = protoLoader.loadSync(proto, { keepCase: true });
const { WhoAmI } = grpc.loadPackageDefinition(definition).whoami.v1;

const metadata = new grpc.Metadata();
if (token !== null) {
  metadata.set("authorization", `Bearer ${token}`);
}
const client = new WhoAmI(address, grpc.credentials.createInsecure());
const deadline = Date.now() + 10_000;
client.get({}, metadata, { deadline }, (error, reply) => {
  const { code, details: message } = error ?? { code: grpc.status.OK, details: "" };
  console.log(JSON.stringify({ code, message, ...reply }));
  client.close();
});
