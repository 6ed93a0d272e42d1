import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import type { ChangeEvent } from "react";
import { examples } from "./examples";

const groups = [...new Set(examples.map(({ group }) => group))];

/** Opens the chosen example in a new tab. */
export function ExamplePicker() {
  const { addTab } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(({ queryEditor, variableEditor }) => ({
    queryEditor,
    variableEditor,
  }));

  function open(event: ChangeEvent<HTMLSelectElement>) {
    const example = examples.find(({ title }) => title === event.target.value);
    if (!example) return;
    addTab();
    queryEditor?.setValue(example.query);
    variableEditor?.setValue(example.variables);
  }

  return (
    <select aria-label="Examples" value="" onChange={open} disabled={!queryEditor}>
      <option value="" disabled>
        Examples …
      </option>
      {groups.map((group) => (
        <optgroup key={group} label={group}>
          {examples
            .filter((example) => example.group === group)
            .map(({ title }) => (
              <option key={title}>{title}</option>
            ))}
        </optgroup>
      ))}
    </select>
  );
}
