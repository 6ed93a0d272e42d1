import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from "@graphiql/plugin-doc-explorer";
import { HISTORY_PLUGIN, HistoryStore } from "@graphiql/plugin-history";
import { GraphiQLProvider } from "@graphiql/react";
import { GraphiQLInterface } from "graphiql";
import { useEffect, useMemo } from "react";
import { ExamplePicker } from "./ExamplePicker";
import { examples } from "./examples";
import { connect } from "./fetcher";
import { SignIn } from "./SignIn";
import { useSession } from "./session";

const PLUGINS = [DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN];

/** A phone starts with the variables folded away. */
const hasRoom = window.matchMedia("(min-width: 701px)").matches;

/** GraphiQL under a bar that says who is asking. */
export function Page() {
  const { session } = useSession();
  const who = session?.email;
  // A new fetcher reads the schema again and opens a new socket: both depend on who asks, not on the token of the hour.
  const connection = useMemo(() => connect(), [who]);
  useEffect(() => () => connection.close(), [connection]);

  return (
    <GraphiQLProvider
      fetcher={connection.fetcher}
      plugins={PLUGINS}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      defaultQuery={examples[0]?.query}
      inputValueDeprecation
      schemaDescription
    >
      <HistoryStore>
        <DocExplorerStore>
          <header className="bar">
            <h1>Joint business plans</h1>
            <ExamplePicker />
            <SignIn />
          </header>
          <GraphiQLInterface
            defaultEditorToolsVisibility={hasRoom}
            showPersistHeadersSettings={false}
          />
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  );
}
