// Judges documents by shapes with rdf-validate-shacl: {shapes, documents} as JSON in, the results of each out.
import { readFileSync } from "node:fs";
import { Parser } from "n3";
import SHACLValidator from "rdf-validate-shacl";
import factory from "rdf-validate-shacl/src/defaultEnv.js";

const { shapes, documents } = JSON.parse(readFileSync(0, "utf8"));
const dataset = (...texts) => factory.dataset(texts.flatMap((text) => new Parser({ factory }).parse(text)));
const name = (term) => term.value.split("#").pop();
const validator = new SHACLValidator(dataset(...shapes), { factory });
const judged = [];
for (const text of documents) {
  const report = await validator.validate(dataset(text));
  judged.push(
    report.results.map((result) => [
      result.focusNode.value,
      result.path?.value ?? "",
      name(result.sourceConstraintComponent),
      name(result.severity),
      result.message.map((message) => message.value).join(" "),
    ]),
  );
}
console.log(JSON.stringify(judged));
