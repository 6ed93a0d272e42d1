import type { CodegenConfig } from "@graphql-codegen/cli";

/** Types for exactly the operations that are written in `src`, from the server's committed schema. */
const config: CodegenConfig = {
  schema: "../../schema.graphql",
  documents: "src/*.ts",
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: "string",
        enumsAsTypes: true,
        useTypeImports: true,
        defaultScalarType: "string",
      },
    },
  },
};

export default config;
