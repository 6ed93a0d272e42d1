// The schema, by all rules of the field but those that we mean to break.
import { join } from "node:path";
import graphql from "@graphql-eslint/eslint-plugin";

const schema = join(import.meta.dirname, "../../schema.graphql");
const { configs, parser } = graphql;

const [, naming] = configs["flat/schema-all"].rules["@graphql-eslint/naming-convention"];

const OTHERWISE = {
  // Stricter: what goes in is an input or a filter, a yes or no is a question, and an instant is `at`, or `since`.
  "naming-convention": [
    "error",
    {
      ...naming,
      InputObjectTypeDefinition: { style: "PascalCase", requiredSuffixes: ["Input", "Filter"] },
      "FieldDefinition[gqlType.gqlType.name.value=Boolean]": {
        style: "camelCase",
        requiredPrefixes: ["is", "has", "needs", "viewerCan"],
      },
      "FieldDefinition[gqlType.gqlType.name.value=DateTime]": {
        style: "camelCase",
        requiredSuffixes: ["At"],
        ignorePattern: "^since$",
      },
      "FieldDefinition[gqlType.name.value=DateTime]": {
        style: "camelCase",
        requiredSuffixes: ["At"],
        ignorePattern: "^since$",
      },
    },
  ],
  // The order of fields is part of the design: what is asked most comes first.
  alphabetize: "off",
  // Meant for schemas that only read.
  "no-root-type": "off",
  // Payloads, connections, figures and cuts are values; what has an id says so by `Node`.
  "strict-id-in-types": "off",
  // A payload is never null: what is wrong stands in its `errors`.
  "require-nullable-result-in-root": "off",
  // A payload names what changed; who wants more asks for it by a second field of the same document.
  "require-field-of-type-query-in-mutation-result": "off",
  // Finds the type in `Plan.planningPolicy`, where it is another word.
  "no-typename-prefix": "off",
  // The library gives connections no description of their own, and none to the arguments of directives.
  "require-description": [
    "error",
    {
      types: true,
      rootField: true,
      DirectiveDefinition: true,
      FieldDefinition: true,
      InputValueDefinition: true,
      EnumValueDefinition: true,
      ignoredSelectors: [
        "ObjectTypeDefinition[name.value=/Connection$/]",
        "DirectiveDefinition InputValueDefinition",
      ],
    },
  ],
  // Small closed sets are plain lists, connections have `nodes`; entries, gaps and events are no nodes.
  "relay-edge-types": [
    "error",
    { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
  ],
  // `events` goes forward only, like the streams that it is read instead of.
  "relay-arguments": ["error", { includeBoth: false }],
};

const otherwise = Object.entries(OTHERWISE).map(([name, rule]) => [
  `@graphql-eslint/${name}`,
  rule,
]);

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: { parser, parserOptions: { graphQLConfig: { schema } } },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...configs["flat/schema-all"].rules,
      ...configs["flat/schema-relay"].rules,
      ...Object.fromEntries(otherwise),
    },
  },
];
