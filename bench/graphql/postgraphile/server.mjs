// PostGraphile as its documentation sets it up for row security: a role's own connection, the tenant as a local setting.
import { createServer } from "node:http";
import { grafserv } from "postgraphile/grafserv/node";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { postgraphile } from "postgraphile";

const given = JSON.parse(process.env.BENCH);
const preset = {
  extends: [PostGraphileAmberPreset],
  disablePlugins: ["MutationPlugin", "PgIndexBehaviorsPlugin"],
  pgServices: [makePgService({ connectionString: given.dsn, schemas: ["public", "bench"], poolConfig: { max: 12 } })],
  grafast: {
    context: (request) => {
      const tenant = request.node?.req.headers[given.header];
      return { pgSettings: tenant ? { "app.tenant_id": tenant } : {} };
    },
  },
  grafserv: { port: Number(process.argv[2]), graphiql: false, watch: false },
};
const pgl = postgraphile(preset);
const server = createServer();
server.on("error", (error) => { console.error(error); process.exit(1); });
const serv = pgl.createServ(grafserv);
await serv.addTo(server);
if (given.sdl) {
  const { printSchema } = await import("postgraphile/graphql");
  const { writeFileSync } = await import("node:fs");
  writeFileSync(given.sdl, printSchema(await pgl.getSchema()));
}
server.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("{}"));
process.on("SIGTERM", () => process.exit(0));
